import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifySocketPayload, parseSlackPayload } from "../../src/slack/intake/slack-payload.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

const event = { type: "event_callback", team_id: "T1", event: { type: "app_mention" } };
const press = {
  type: "block_actions",
  user: { id: "U1" },
  team: { id: "T1" },
  actions: [{ action_id: "talkingphoto.cancel", value: "abc" }],
};
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const parse = (body: string, contentType: string) => parseSlackPayload(Buffer.from(body), contentType);

describe("a signed body over HTTP", () => {
  it.each<[string, string, string, object]>([
    ["an event", JSON.stringify(event), JSON_TYPE, { type: "event", body: event }],
    [
      "an event with a charset",
      JSON.stringify(event),
      `${JSON_TYPE}; charset=utf-8`,
      { type: "event", body: event },
    ],
    ["an event without a content type", JSON.stringify(event), "", { type: "event", body: event }],
    [
      "the check of the address",
      JSON.stringify({ type: "url_verification", challenge: "abc" }),
      JSON_TYPE,
      { type: "url_verification", challenge: "abc" },
    ],
    [
      "a command",
      form({ command: "/talkingphoto", text: "a&b=ü" }),
      FORM,
      { type: "command", body: { command: "/talkingphoto", text: "a&b=ü" } },
    ],
    [
      "a command with a charset",
      form({ command: "/x" }),
      `${FORM}; charset=UTF-8`,
      { type: "command", body: { command: "/x" } },
    ],
    [
      "a command whose type is in capitals",
      form({ command: "/x" }),
      FORM.toUpperCase(),
      { type: "command", body: { command: "/x" } },
    ],
    [
      "a button",
      form({ payload: JSON.stringify(press) }),
      FORM,
      { type: "interaction", kind: "block_actions", body: press },
    ],
    ["a check of the certificate", form({ ssl_check: "1", token: "x" }), FORM, { type: "ssl_check" }],
  ])("is taken for %s", (_what, body, contentType, expected) => {
    expect(parse(body, contentType)).toEqual(expected);
  });

  it("hands the notice of a rate limit on as an event", () => {
    const body = { type: "app_rate_limited", minute_rate_limited: 1 };
    expect(parse(JSON.stringify(body), JSON_TYPE)).toMatchObject({
      type: "event",
      body: { event: { type: body.type } },
    });
  });

  it.each<[string, string]>([
    ["null", JSON_TYPE],
    ["[]", JSON_TYPE],
    ['"x"', JSON_TYPE],
    ["1", JSON_TYPE],
    ["{}", JSON_TYPE],
    ["", JSON_TYPE],
    ["{", JSON_TYPE],
    ['{"type":"event_callback"}', JSON_TYPE],
    ['{"type":"event_callback","event":null}', JSON_TYPE],
    ['{"type":"event_callback","event":{"type":7}}', JSON_TYPE],
    ['{"type":"url_verification"}', JSON_TYPE],
    ['{"type":"url_verification","challenge":{}}', JSON_TYPE],
    ['{"type":"block_actions"}', JSON_TYPE],
    ["", FORM],
    ["payload=", FORM],
    ["payload=null", FORM],
    ["payload=[]", FORM],
    ["payload=%7B%7D", FORM],
    ['payload={"type":"constructor"}', FORM],
    ['payload={"type":["block_actions"]}', FORM],
    ['payload={"type":"block_actions","user":{"id":"U1"},"team":{"id":"T1"},"actions":[]}', FORM],
    ['payload={"type":"block_actions","actions":[{"action_id":"talkingphoto.cancel"}]}', FORM],
    ["payload=null&command=/talkingphoto", FORM],
    ["command=talkingphoto", FORM],
    ["ssl_check=true", FORM],
  ])("is nothing of Slack's: %j as %s", (body, contentType) => {
    expect(parse(body, contentType)).toBeUndefined();
  });

  it("never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((payload) => form({ payload })),
        ),
        fc.constantFrom(FORM, JSON_TYPE, ""),
        (body, contentType) => {
          parse(body, contentType);
        },
      ),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseSlackPayload(Buffer.from(bytes), FORM)));
  });
});

describe("an envelope's payload in Socket Mode", () => {
  it.each<[string, unknown, object | undefined]>([
    ["an event", event, { type: "event", body: event }],
    ["a command", { command: "/x" }, { type: "command", body: { command: "/x" } }],
    ["a button", press, { type: "interaction", kind: "block_actions", body: press }],
    ["nothing", undefined, undefined],
    ["null", null, undefined],
    ["a list", [event], undefined],
    ["a kind nobody knows", { type: "surprise" }, undefined],
  ])("is %s", (_what, body, expected) => {
    expect(classifySocketPayload(body)).toEqual(expected);
  });
});
