import { createHmac } from "node:crypto";
import { verifySlackRequest } from "@slack/bolt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSignedBySlack } from "../../src/slack/intake/verify-signature.ts";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const NOW_SECONDS = 1_795_348_800;

function sign(body: string, timestamp: string | number, secret = SECRET): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

function isSigned(body: string, timestamp: string | undefined, signature: string | undefined): boolean {
  return isSignedBySlack(Buffer.from(body), { timestamp, signature }, SECRET, NOW_SECONDS * 1000);
}

describe("Slack's signature", () => {
  it("is checked as in Slack's documentation", () => {
    // docs.slack.dev, "Verifying requests from Slack": the worked example, secret and result.
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const headers = { timestamp: "1531420618", signature };
    expect(isSignedBySlack(Buffer.from(body), headers, SECRET, 1_531_420_618_000)).toBe(true);
    expect(isSignedBySlack(Buffer.from(`${body} `), headers, SECRET, 1_531_420_618_000)).toBe(false);
  });

  it("agrees with Bolt on any body, secret and tampering", () => {
    const tampering = fc.constantFrom(
      "none",
      "body",
      "secret",
      "timestamp",
      "signature",
      "version",
    ) as fc.Arbitrary<string>;
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        tampering,
        fc.integer({ min: -900, max: 0 }),
        (body, how, age) => {
          const timestamp = NOW_SECONDS + age;
          const good = sign(body, timestamp, how === "secret" ? "another secret" : SECRET);
          const signature =
            how === "signature" ? good.slice(0, -1) : how === "version" ? good.replace("v0", "v1") : good;
          const sentBody = how === "body" ? `${body}x` : body;
          const sentAt = how === "timestamp" ? timestamp - 1 : timestamp;
          const ours = isSigned(sentBody, String(sentAt), signature);
          expect(ours).toBe(boltAccepts(sentBody, sentAt, signature));
          expect(ours).toBe(how === "none" && age >= -300);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [-300, true],
    [-301, false],
    [300, true],
    [301, false],
    [3600, false],
    [10 * 365 * 86_400, false],
  ])("dated %i seconds from now is accepted: %s", (offset, accepted) => {
    const timestamp = NOW_SECONDS + offset;
    expect(isSigned("{}", String(timestamp), sign("{}", timestamp))).toBe(accepted);
  });

  it.each<[string, string | undefined]>([
    ["none", undefined],
    ["an empty one", ""],
    ["a word", "soon"],
    ["infinity", "Infinity"],
    ["a hexadecimal one", "0x6b02f880"],
    ["one with an exponent", "1.7953488e9"],
    ["one with a space", ` ${NOW_SECONDS}`],
    ["a negative one", `-${NOW_SECONDS}`],
  ])("is refused with a timestamp that is no plain number: %s", (_what, timestamp) => {
    expect(isSigned("{}", timestamp, sign("{}", timestamp ?? ""))).toBe(false);
  });

  it("is refused when it is missing, empty or longer", () => {
    const timestamp = String(NOW_SECONDS);
    const good = sign("{}", timestamp);
    expect(isSigned("{}", timestamp, good)).toBe(true);
    for (const bad of [undefined, "", "v0=", `${good}0`, good.toUpperCase(), good.replace("v0=", "")])
      expect(isSigned("{}", timestamp, bad)).toBe(false);
  });
});

function boltAccepts(body: string, timestamp: number, signature: string): boolean {
  try {
    verifySlackRequest({
      signingSecret: SECRET,
      body,
      headers: { "x-slack-signature": signature, "x-slack-request-timestamp": timestamp },
      nowMilliseconds: NOW_SECONDS * 1000,
    });
    return true;
  } catch {
    return false;
  }
}
