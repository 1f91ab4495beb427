import { readFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ANNA, GENERAL } from "../../src/sandbox/slack/slack-sandbox.ts";
import { expectLogged } from "../flow/asking.ts";
import { useWorld } from "../flow/world.ts";

const FORM = "application/x-www-form-urlencoded";
const MAX_BODY_BYTES = 256 * 1024;
/** Slack itself waits three seconds; an answer "at once" has nothing to wait for. */
const AT_ONCE_MS = 1000;
const MINUTE = 60;
const YEAR = 365 * 86_400;

const world = useWorld({ env: { LOG_LEVEL: "trace" } });
const now = () => Math.floor(Date.now() / 1000);
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const events = () => `${world().app.url}/slack/events`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One plain request; rejects when the connection is cut before an answer. */
function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: Iterable<string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: options.method ?? "GET",
      headers: options.headers ?? {},
      agent: false,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    for (const part of options.body ?? []) request.write(part);
    request.end();
  });
}

/** The process that holds the store, by its own word. */
function pid(): number {
  return JSON.parse(readFileSync(join(world().app.dataDir, "owner.json"), "utf8")).pid;
}

describe("requests that are not Slack's", () => {
  const body = JSON.stringify({ type: "url_verification", challenge: "let me in" });

  it.each<[string, Record<string, string | undefined>]>([
    ["without headers", { "x-slack-signature": undefined, "x-slack-request-timestamp": undefined }],
    ["without a signature", { "x-slack-signature": undefined }],
    ["without a timestamp", { "x-slack-request-timestamp": undefined }],
    ["with an empty signature", { "x-slack-signature": "" }],
    ["with a wrong signature", { "x-slack-signature": `v0=${"0".repeat(64)}` }],
    ["with a signature of another length", { "x-slack-signature": "v0=00" }],
    ["with a timestamp that is none", { "x-slack-request-timestamp": "now" }],
  ])("are refused %s", async (_how, headers) => {
    expect(await world().slack.raw(body, headers)).toMatchObject({ status: 401, body: "" });
  });

  it("are refused when signed with another secret", async () => {
    expect(await world().slack.raw(body, {}, { signingSecret: "a guess" })).toMatchObject({ status: 401 });
    expect(await world().slack.raw(body, {}, { signingSecret: "" })).toMatchObject({ status: 401 });
  });

  it.each([
    ["6 minutes old", -6 * MINUTE],
    ["6 minutes ahead", 6 * MINUTE],
    ["an hour ahead", 60 * MINUTE],
    ["ten years ahead", 10 * YEAR],
  ])("are refused when %s, however well signed", async (_when, offset) => {
    expect(await world().slack.raw(body, {}, { timestamp: now() + offset })).toMatchObject({ status: 401 });
  });

  it("are let in when signed by Slack, now or a little off", async () => {
    for (const offset of [0, -4 * MINUTE, 4 * MINUTE]) {
      const answer = await world().slack.raw(body, {}, { timestamp: now() + offset });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toEqual({ challenge: "let me in" });
    }
  });
});

describe("signed bodies that are no payload of Slack's", () => {
  const user = { id: ANNA };
  const team = { id: "T0SANDBOX" };
  const press = { type: "block_actions", team, user };
  const command = {
    command: "/talkingphoto",
    team_id: "T0SANDBOX",
    channel_id: GENERAL,
    user_id: ANNA,
    text: "help",
  };

  it.each<[string, string, string | undefined]>([
    ["null", "null", undefined],
    ["a list", "[]", undefined],
    ["a text", '"x"', undefined],
    ["an empty object", "{}", undefined],
    ["nothing", "", undefined],
    ["half of an object", '{"type":"event_callback"', undefined],
    ["an event that is null", '{"type":"event_callback","event":null}', undefined],
    ["an empty form", "", FORM],
    ["a null payload", form({ payload: "null" }), FORM],
    ["a payload that is no JSON", form({ payload: "{" }), FORM],
    [
      "a payload of a kind nobody knows",
      form({ payload: JSON.stringify({ ...press, type: "surprise" }) }),
      FORM,
    ],
    ["a press of nothing", form({ payload: JSON.stringify(press) }), FORM],
    ["a press of an empty list", form({ payload: JSON.stringify({ ...press, actions: [] }) }), FORM],
    [
      "a press of our button by nobody",
      form({
        payload: JSON.stringify({
          type: "block_actions",
          actions: [{ action_id: "talkingphoto.cancel", block_id: "b", type: "button", value: "x" }],
        }),
      }),
      FORM,
    ],
    ["a command without a trigger", form(command), FORM],
    [
      "our form without its fields",
      form({
        payload: JSON.stringify({
          type: "view_submission",
          team,
          user,
          view: { id: "V1", type: "modal", callback_id: "talkingphoto.form" },
        }),
      }),
      FORM,
    ],
  ])("are answered 400: %s", async (_what, body, contentType) => {
    const headers = contentType === undefined ? {} : { "content-type": contentType };
    expect((await world().slack.raw(body, headers)).status).toBe(400);
  });

  it("are told from real ones by their content, not by a charset on the type", async () => {
    const { slack } = world();
    const body = form({ ...command, trigger_id: "1.2.3", response_url: `${slack.url}/commands/T1/1/x` });
    for (const type of [FORM, `${FORM}; charset=utf-8`, `${FORM};charset=UTF-8`]) {
      const answer = await slack.raw(body, { "content-type": type });
      expect(answer.status).toBe(200);
      expect(answer.body).toContain("talkingphoto");
    }
  });
});

describe("bodies that are too big", () => {
  it("are answered 413 when their length is announced", async () => {
    const answer = await world().slack.raw("x".repeat(MAX_BODY_BYTES + 1));
    // The connection may be cut while the rest is still on its way; then the answer was sent before it was read.
    expect([413, 0]).toContain(answer.status);
    const announced = await announce(MAX_BODY_BYTES + 1);
    expect(announced).toContain("413");
  });

  it("are answered 413 when they come in pieces without a length", async () => {
    const pieces = Array.from({ length: 17 }, () => "x".repeat(16 * 1024));
    const headers = { "content-type": "application/json", "transfer-encoding": "chunked" };
    const answer = await send(events(), { method: "POST", headers, body: pieces }).catch(() => undefined);
    if (answer) expect(answer.status).toBe(413);
  });

  it("are read up to the limit", async () => {
    const body = JSON.stringify({ type: "url_verification", challenge: "x".repeat(MAX_BODY_BYTES - 50) });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
    expect((await world().slack.raw(body)).status).toBe(200);
  });

  /** Announces a length and sends nothing of it: the answer must not wait for the body. */
  function announce(length: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(world().app.port, "127.0.0.1");
      let said = "";
      socket.setTimeout(5000, () => socket.destroy(new Error(`no answer, only "${said}"`)));
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        said += chunk;
        if (!said.includes("\r\n\r\n")) return;
        resolve(said.split("\r\n")[0] ?? "");
        socket.destroy();
      });
      socket.write(`POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
    });
  }
});

describe("addresses and methods that are not there", () => {
  it.each([
    "/",
    "/slack",
    "/slack/events/",
    "/slack/events/x",
    "/SLACK/EVENTS",
    "/akool/webhook",
    "/media/x",
    "/.env",
    "//slack/events",
    "/healthz/x",
  ])("are 404, at once: %s", async (path) => {
    const { status, body } = await send(`${world().app.url}${path}`);
    expect({ status, body }).toEqual({ status: 404, body: "" });
  });

  it("lead nowhere outside the folder of the media", async () => {
    for (const path of [
      "/media/..%2f..%2fetc%2fpasswd/x.jpg",
      "/media/x/..%2f..%2fx.jpg",
      "/media/%00/x.jpg",
    ])
      expect((await send(`${world().app.url}${path}`)).status).toBe(404);
  });

  it("are the same 404 for a POST with a body that never ends", async () => {
    const socket = connect(world().app.port, "127.0.0.1");
    const said = new Promise<string>((resolve) => socket.once("data", (chunk) => resolve(String(chunk))));
    socket.write("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx");
    expect(await said).toContain("404");
    socket.destroy();
  });

  it.each([
    ["GET", "/slack/events"],
    ["PUT", "/slack/events"],
    ["DELETE", "/healthz"],
    ["POST", "/readyz"],
    ["GET", "/akool/webhook/token"],
    ["POST", "/media/capability/photo.jpg"],
  ])("are not there, at once: %s %s", async (method, path) => {
    const { status } = await send(`${world().app.url}${path}`, { method });
    expect(status).toBe(404);
  });

  it("are all that a stranger finds: metrics are for callers on the inside", async () => {
    const url = `${world().app.url}/metrics`;
    const inside = await send(url);
    expect(inside.status).toBe(200);
    expect(inside.body).toContain("# TYPE");
    for (const headers of [
      { "x-forwarded-for": "127.0.0.1" },
      { forwarded: "for=10.0.0.1" },
      { "x-forwarded-for": "" },
    ])
      expect((await send(url, { headers })).status).toBe(404);
  });
});

describe("what this version does not know", () => {
  const payload = (over: object) => {
    const { slack } = world();
    const at = { trigger_id: "1.2.3", api_app_id: "A1", token: "x" };
    return form({
      payload: JSON.stringify({
        team: { id: slack.settings.teamId },
        user: { id: ANNA, team_id: slack.settings.teamId },
        ...at,
        ...over,
      }),
    });
  };
  const post = (body: string) => world().slack.raw(body, { "content-type": FORM });
  const whisperedTo = (user: string) => world().slack.ephemerals.filter((each) => each.user === user).length;

  it("is answered to the person who typed it, at once", async () => {
    const answer = await world().slack.command("/talkingphotos hello");
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(AT_ONCE_MS);
    expect(JSON.parse(answer.body)).toMatchObject({
      response_type: "ephemeral",
      text: expect.stringContaining("/talkingphotos"),
    });
  });

  it("is answered to the person who pressed it", async () => {
    const { slack } = world();
    const before = whisperedTo(ANNA);
    const response_url = slack.workspace.newResponseUrl(GENERAL, ANNA);
    const container = { type: "message", message_ts: "1.2", channel_id: GENERAL };
    const actions = [
      {
        action_id: "talkingphoto.from_the_future",
        block_id: "b",
        type: "button",
        value: "x",
        action_ts: "1.2",
      },
    ];
    const answer = await post(
      payload({
        type: "block_actions",
        actions,
        response_url,
        container,
        channel: { id: GENERAL, name: "general" },
      }),
    );
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(AT_ONCE_MS);
    await slack.waitUntil("a private answer", () => whisperedTo(ANNA) > before);
  });

  it("is answered in the form that was sent", async () => {
    const view = {
      id: "V1",
      type: "modal",
      callback_id: "talkingphoto.old_form",
      private_metadata: "",
      state: { values: {} },
      blocks: [],
      title: { type: "plain_text", text: "x" },
    };
    const answer = await post(payload({ type: "view_submission", view }));
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(AT_ONCE_MS);
    expect(JSON.parse(answer.body)).toMatchObject({ response_action: "update" });
  });

  it("is answered to the person who chose it", async () => {
    const { slack } = world();
    const before = whisperedTo(ANNA);
    const response_url = slack.workspace.newResponseUrl(GENERAL, ANNA);
    const message = { type: "message", ts: "1.2", text: "" };
    const answer = await post(
      payload({
        type: "message_action",
        callback_id: "old_shortcut",
        response_url,
        message,
        message_ts: "1.2",
        channel: { id: GENERAL, name: "general" },
        action_ts: "1.2",
      }),
    );
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(AT_ONCE_MS);
    await slack.waitUntil("a private answer", () => whisperedTo(ANNA) > before);
  });

  it.each([
    ["a global shortcut", { type: "shortcut", callback_id: "old", action_ts: "1.2" }],
    [
      "a question for options",
      { type: "block_suggestion", action_id: "old", block_id: "b", value: "x", container: { type: "view" } },
    ],
    [
      "a form that was closed",
      { type: "view_closed", view: { id: "V1", type: "modal", callback_id: "old", private_metadata: "" } },
    ],
  ])("is taken quietly where nobody waits for words: %s", async (_what, over) => {
    const answer = await post(payload(over));
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(AT_ONCE_MS);
  });

  it("is taken quietly when it is an event", async () => {
    const [delivered] = await world().slack.deliver({ type: "reaction_added", user: ANNA, event_ts: "1.2" });
    expect(delivered).toMatchObject({ status: 200, retryNum: 0 });
  });
});

describe("after all of it", () => {
  it("the same process is alive, with a hundred half-sent bodies parked in it", async () => {
    const { app, slack } = world();
    const before = pid();
    const parked: Socket[] = [];
    for (let n = 0; n < 100; n++) {
      const socket = connect(app.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(`POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: ${MAX_BODY_BYTES}\r\n\r\n`);
      socket.write("x".repeat(MAX_BODY_BYTES - 1));
      parked.push(socket);
    }
    await Promise.all(
      parked.map(
        (socket) =>
          new Promise((sent) => (socket.writableLength === 0 ? sent(undefined) : socket.once("drain", sent))),
      ),
    );
    const answer = await slack.command("help");
    expect(answer.status).toBe(200);
    expect(answer.body).toContain("/talkingphoto");
    for (const socket of parked) socket.destroy();
    expect((await send(`${app.url}/readyz`)).status).toBe(200);
    expect((await send(`${app.url}/healthz`)).status).toBe(200);
    expect(app.isRunning).toBe(true);
    expect(pid()).toBe(before);
    expect(app.output.match(/"msg":"ready"/g)).toHaveLength(1);
  });

  it("a whole job is done as ever, and no secret is in the log", async () => {
    const { app, slack, akool, files } = world();
    const creates = akool.creates;
    const photo = `${files.url("portrait.jpg")}?X-Amz-Signature=planted-in-a-link`;
    expect((await slack.command(`${photo} ${files.url("speech.mp3")}`)).status).toBe(200);
    await slack.waitForFile("video/mp4", { channel: GENERAL });
    await slack.waitForMessage("done", { channel: GENERAL });
    expect(akool.creates).toBe(creates + 1);

    const addresses = akool.renders.flatMap(({ order }) => [
      order.talking_photo_url,
      order.audio_url,
      order.webhookUrl ?? "",
    ]);
    const secrets: Record<string, string[]> = {
      "bot token": [slack.settings.botToken],
      "signing secret": [slack.settings.signingSecret],
      "AKOOL's key": [akool.apiKey],
      "signature of a link": ["planted-in-a-link"],
      "capability or attempt token": addresses.flatMap((address) =>
        new URL(address).pathname.split("/").filter((part) => part.length >= 16),
      ),
      response_url: [...slack.workspace.responseUrls.keys()],
      "upload ticket": slack.calls.flatMap((call) =>
        call.method === "upload" ? [String(call.args.ticket)] : [],
      ),
    };
    await expectLogged(world(), /job moved on/);
    for (const [what, values] of Object.entries(secrets)) {
      expect(values.length, what).toBeGreaterThan(0);
      expect(
        values.some((value) => app.output.includes(value)),
        what,
      ).toBe(false);
    }
  });
});
