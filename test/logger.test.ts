import { createHmac } from "node:crypto";
import type { Logger as SlackLogger } from "@slack/bolt";
import type { Level, Logger } from "pino";
import { describe, expect, it } from "vitest";
import { boltLogger, createLogger, createScrubber, withLogFields } from "../src/logger.ts";

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
  ["a rotated refresh token", "xoxe-1-canary"],
  ["what OAuth sends back", "https://app.example.com/slack/oauth_redirect?code=canary&state=canary"],
  ["what OAuth is sent", "client_id=1&client_secret=canary&grant_type=refresh_token&refresh_token=canary"],
  ["an OAuth answer", JSON.stringify({ ok: true, access_token: "canary", refresh_token: "canary" })],
  [
    "a database URL in an error",
    "connect failed: postgresql://app:canary%21@10.0.0.5:5432/app?sslmode=require",
  ],
  ["an S3 URL with keys", "s3://AKIA0:canary@bucket/prefix?region=eu"],
  ["a presigned PUT", "https://b.example.com/k?X-Amz-Security-Token=canary&X-Amz-Signature=canary"],
  ["a header by name", JSON.stringify({ headers: { authorization: "canary", "x-api-key": "canary" } })],
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

  const SECRET_WITH_SPACE = "canary secret / with everything?&=%";
  const buried: readonly (readonly [where: string, bury: (secret: string) => object])[] = [
    ["four levels down", (secret) => ({ a: { b: [{ c: { d: secret } }] } })],
    ["in a key", (secret) => ({ a: { b: { [secret]: { [secret]: 1 } } } })],
    ["in a URL's query", (secret) => ({ url: new URL(`https://x.test/p?q=${encodeURIComponent(secret)}`) })],
    ["in a URL's path", (secret) => ({ url: `https://x.test/${encodeURIComponent(secret)}/more` })],
    ["in a form body", (secret) => ({ body: new URLSearchParams({ q: secret }).toString() })],
    ["in an error's text", (secret) => ({ err: new Error(`x ${secret} y`) })],
    ["in an error under another name", (secret) => ({ problem: Object.assign(new Error("x"), { secret }) })],
    [
      "in a stack",
      (secret) => ({ err: Object.assign(new Error("x"), { stack: `Error: x\n at ${secret}` }) }),
    ],
    [
      "in a cause's cause",
      (secret) => ({ err: new Error("x", { cause: new Error("y", { cause: new Error(secret) }) }) }),
    ],
    ["in a cause that is no error", (secret) => ({ err: new Error("x", { cause: { a: { b: secret } } }) })],
    [
      "in one of several errors",
      (secret) => ({ err: new AggregateError([new Error("x"), new Error(secret)], "two") }),
    ],
    [
      "in what an error carries",
      (secret) => ({ err: Object.assign(new Error("x"), { request: { a: { b: [secret] } } }) }),
    ],
    ["in bytes", (secret) => ({ body: Buffer.from(secret) })],
    [
      "in bytes of an error",
      (secret) => ({ err: Object.assign(new Error("x"), { rawBody: Buffer.from(secret) }) }),
    ],
    ["in an array of bytes", (secret) => ({ a: { body: new Uint8Array(Buffer.from(secret)) } })],
    ["in base64", (secret) => ({ body: Buffer.from(secret).toString("base64") })],
    ["in base64 for URLs", (secret) => ({ body: Buffer.from(secret).toString("base64url") })],
    ["in hex", (secret) => ({ body: Buffer.from(secret).toString("hex") })],
    [
      "in JSON in JSON",
      (secret) => ({ body: JSON.stringify({ body: JSON.stringify({ secret, raw: Buffer.from(secret) }) }) }),
    ],
  ];

  it.each(buried)("finds a secret %s", (_where, bury) => {
    for (const secret of [API_KEY, SIGNING_SECRET, SECRET_WITH_SPACE]) {
      const lines: string[] = [];
      const log = createLogger({
        level: "trace",
        secrets: [secret],
        destination: { write: (line) => void lines.push(line) },
      });
      log.info(bury(secret), "line");
      log.error({ deeper: { still: bury(secret) } }, "line");
      boltLogger(log).warn("line", bury(secret));
      expect(lines).toHaveLength(3);
      for (const line of lines) {
        for (const spelling of spellingsOf(secret)) expect(line).not.toContain(spelling);
        expect(JSON.parse(line)).toMatchObject({ msg: expect.stringContaining("line") });
      }
    }
  });

  it("writes what the work is about on every line, and forgets it afterwards", async () => {
    const { log, lines } = recordingLogger();
    await withLogFields({ jobId: "j1", attempt: 1 }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      log.info("a");
      boltLogger(log).warn("from a library");
      log.info({ attempt: 2 }, "b");
      log.info("c");
    });
    log.info("d");
    expect(lines().map((line) => JSON.parse(line))).toMatchObject([
      { jobId: "j1", attempt: 1 },
      { jobId: "j1", attempt: 1, from: "bolt" },
      { jobId: "j1", attempt: 2 },
      { jobId: "j1", attempt: 1 },
      expect.not.objectContaining({ jobId: "j1" }),
    ]);
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

/** As it may stand in a line. */
function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    [...bytes].join(","),
    bytes.toString("hex"),
    [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
    bytes.toString("base64url"),
    bytes.toString("base64").replace(/=+$/, ""),
  ];
}

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
