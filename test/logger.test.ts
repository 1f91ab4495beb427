import { createHmac } from "node:crypto";
import type { Logger as SlackLogger } from "@slack/bolt";
import type { Level, Logger } from "pino";
import { describe, expect, it } from "vitest";
import { boltLogger, createLogger, createScrubber } from "../src/logger.ts";

const LEVELS: readonly Level[] = ["trace", "debug", "info", "warn", "error", "fatal"];
const API_KEY = 'a+b/c"d\\e$(f)0123456789';
const SIGNING_SECRET = "canary-signing-secret";

function recordingLogger(level = "trace"): { log: Logger; lines: () => string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return {
    log: createLogger({ level, secrets: [API_KEY, SIGNING_SECRET], destination }),
    lines: () => lines,
  };
}

/** Secrets known only by their form; the part called canary must never be printed. */
const secretTexts: readonly (readonly [what: string, text: string])[] = [
  ["a bot token", "xoxb-123-canary"],
  ["a rotated token", "xoxe.xoxb-1-canary"],
  ["an app token", "xapp-1-A0-canary"],
  ["a bearer header", "authorization: Bearer canary.canary/canary="],
  ["a JSON Web Token", "eyJhbGciOiJIUzI1NiJ9.canary.canary"],
  ["a media capability", "https://app.example.com/media/canary/photo.jpg"],
  ["an encoded media capability", "https%3A%2F%2Fapp.example.com%2Fmedia%2Fcanary%2Fphoto.jpg"],
  ["an attempt token", "https://app.example.com/akool/webhook/canary"],
  ["a response_url", "https://hooks.slack.com/commands/T1/2/canary"],
  ["a response_url of another host", "http://127.0.0.1:4000/actions/T1/2/canary"],
  ["an upload address", "https://files.slack.com/upload/v1/canary"],
  ["a signed link", "https://b.s3.amazonaws.com/k?X-Amz-Credential=canary&X-Amz-Signature=canary"],
  ["a signed CloudFront link", "https://d1.cloudfront.net/v.mp4?Expires=1&Signature=canary&Policy=canary"],
  ["a token in a form body", "token=canary&channel=C1"],
  ["a Socket Mode ticket", "wss://wss-primary.slack.com/link/?ticket=canary&app_id=1"],
  ["a database password", "postgres://app:canary@db.example.com/app"],
  ["JSON inside a string", JSON.stringify({ response_url: "http://slack.test/canary", token: "canary" })],
];

describe("createLogger", () => {
  for (const level of LEVELS) {
    it(`keeps secrets out of every part of a line at ${level}`, () => {
      const { log, lines } = recordingLogger();
      for (const secret of [API_KEY, SIGNING_SECRET]) {
        const cause = new Error(`inner ${secret}`);
        const err = Object.assign(new Error(`outer ${secret}`, { cause }), { request: { key: secret } });
        log[level]({ a: { b: { c: { d: secret } } }, list: [[secret]] }, `message ${secret}`);
        log[level]({ err, url: `https://x.test/?q=${encodeURIComponent(secret)}` });
        log[level]({ error: err, body: JSON.stringify({ key: secret }) }, "%s and %j", secret, { secret });
        log.child({ bound: secret })[level]({ [secret]: 1 }, "child");
      }
      expect(lines()).toHaveLength(8);
      for (const line of lines()) {
        for (const secret of [API_KEY, SIGNING_SECRET]) {
          expect(line).not.toContain(JSON.stringify(secret).slice(1, -1));
          expect(line).not.toContain(encodeURIComponent(secret));
        }
        expect(line).toContain("[secret]");
        expect(JSON.parse(line)).toMatchObject({ level });
      }
    });
  }

  it.each(secretTexts)("keeps %s out, though nobody listed it", (_what, text) => {
    const { log, lines } = recordingLogger();
    log.debug({ a: { b: { c: { d: text } } } }, text);
    log.error({ err: new Error(`failed at ${text}`, { cause: new Error(text) }) });
    for (const line of lines()) {
      expect(line).not.toContain("canary");
      expect(JSON.parse(line)).toHaveProperty("time");
    }
  });

  it("leaves an ordinary line as it is", () => {
    const { log, lines } = recordingLogger();
    const fields = {
      jobId: "job_0123",
      url: "https://app.example.com/media?page=2",
      stack: "at fetchPhoto (/app/src/media/fetch-photo.ts:10:3)",
      count: 3,
    };
    log.info(fields, "rendering, 2 of 3");
    expect(JSON.parse(lines()[0] ?? "")).toMatchObject({ ...fields, msg: "rendering, 2 of 3" });
  });

  it("writes nothing below its level", () => {
    const { log, lines } = recordingLogger("warn");
    log.info("quiet");
    log.warn("loud");
    expect(lines()).toHaveLength(1);
  });
});

describe("createScrubber", () => {
  it("does not take short words for secrets", () => {
    expect(createScrubber(["level", ""])('{"level":"info"}')).toBe('{"level":"info"}');
  });

  it("takes out the longer of two secrets that begin alike", () => {
    const digest = createHmac("sha256", "k").update("v").digest("hex");
    expect(createScrubber(["canary", `canary${digest}`])(`x canary${digest} y`)).toBe("x [secret] y");
  });
});

describe("boltLogger", () => {
  it("is a logger that Bolt accepts, and drops debug lines whatever level Bolt sets", () => {
    const { log, lines } = recordingLogger("trace");
    const bolt: SlackLogger = boltLogger(log);
    bolt.setName("socket-mode");
    bolt.debug("wss://example.com/?ticket=1");
    bolt.warn("Slow:", { retries: 2 });
    expect(bolt.getLevel()).toBe("info");
    expect(lines().map((line) => JSON.parse(line))).toMatchObject([
      { level: "warn", from: "bolt", msg: "Slow: { retries: 2 }" },
    ]);
  });

  it("logs an error as an error, with its stack and without its token", () => {
    const { log, lines } = recordingLogger();
    boltLogger(log).error("Could not post", new Error("xoxb-1-canary was refused"));
    const line = JSON.parse(lines()[0] ?? "");
    expect(line).toMatchObject({ level: "error", msg: "Could not post", err: { type: "Error" } });
    expect(line.err.stack).toContain("[secret] was refused");
  });
});
