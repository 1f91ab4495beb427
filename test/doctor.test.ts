import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readConfig } from "../src/config.ts";
import { examine } from "../src/doctor/examine.ts";
import { whyUnreachable } from "../src/doctor/public-address.ts";
import type { InstallationId, UserId } from "../src/job/ids.ts";
import { createTokenBox } from "../src/slack/installations/token-box.ts";
import { sealTokens } from "../src/slack/installations/tokens.ts";
import { surface } from "../src/slack/surface.ts";
import { openSqliteStore } from "../src/store/sqlite-store.ts";
import { type S3Answer, startS3, type TestS3 } from "./s3/start-s3.ts";

const SCRIPT = join(import.meta.dirname, "../src/doctor.ts");
const AKOOL_KEY = "canary-akool-key";

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: object | string;
}

interface FarEnd {
  readonly url: string;
  readonly port: number;
  /** By path; anything else is 404. */
  readonly answers: Record<string, Answer>;
  readonly seen: { readonly path: string; readonly authorization: string | undefined }[];
}

/** Slack, AKOOL and the app behind PUBLIC_URL, all on one port. */
async function startFarEnd(): Promise<FarEnd> {
  const answers: Record<string, Answer> = {
    "/api/auth.test": {
      headers: { "x-oauth-scopes": [...surface.scopes.bot, ...surface.scopes.optional].join(",") },
      body: { ok: true, team: "Acme", user: "talkingphoto" },
    },
    "/api/apps.connections.open": { body: { ok: true, url: "wss://127.0.0.1/?ticket=canary" } },
    "/api/open/v3/faceswap/quota/info": { body: { code: 1000, msg: "OK", data: { credit: 12.5 } } },
    "/healthz": { headers: { "x-talkingphoto": "1" }, body: "ok" },
  };
  const seen: FarEnd["seen"] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    seen.push({ path, authorization: request.headers.authorization });
    const { status = 200, headers = {}, body } = answers[path] ?? { status: 404, body: "not found" };
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${port}`, port, answers, seen };
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

async function settingsFor(farEnd: FarEnd): Promise<Record<string, string>> {
  const dataDir = await mkdtemp(join(tmpdir(), "doctor-test-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  return {
    SLACK_BOT_TOKEN: "xoxb-canary",
    SLACK_SIGNING_SECRET: "canary-signing",
    SLACK_API_URL: `${farEnd.url}/api/`,
    AKOOL_API_KEY: AKOOL_KEY,
    AKOOL_API_URL: farEnd.url,
    PUBLIC_URL: farEnd.url,
    HOST: "127.0.0.1",
    PORT: String(farEnd.port),
    DATA_DIR: dataDir,
  };
}

async function diagnose(env: Record<string, string>): Promise<{ healthy: boolean; text: string }> {
  const lines: string[] = [];
  const healthy = await examine(
    () => readConfig(env),
    (line) => lines.push(line),
  );
  const text = lines.join("\n");
  expect(text).not.toContain("canary");
  return { healthy, text };
}

describe("doctor", () => {
  describe("of an app for many workspaces", () => {
    async function world() {
      const farEnd = await startFarEnd();
      const { SLACK_BOT_TOKEN: _none, ...env } = await settingsFor(farEnd);
      const clientId = "123.456";
      const authorize = new URL("https://slack.com/oauth/v2/authorize");
      authorize.searchParams.set("client_id", clientId);
      authorize.searchParams.set("redirect_uri", `${farEnd.url}/slack/oauth_redirect`);
      const page = { status: 302, headers: { location: authorize.href }, body: "" };
      farEnd.answers["/slack/install"] = page;
      const key = randomBytes(32).toString("base64");
      const oauth = {
        SLACK_CLIENT_ID: clientId,
        SLACK_CLIENT_SECRET: "canary-secret",
        TOKEN_ENCRYPTION_KEY: key,
      };
      return { farEnd, dataDir: env.DATA_DIR ?? "", env: { ...env, ...oauth } };
    }

    async function installedWith(dataDir: string, key: string): Promise<void> {
      const store = openSqliteStore({ dataDir, now: () => 0, wakeAt: () => undefined, responseUrlLife: 0 });
      const id = `T${randomBytes(4).toString("hex").toUpperCase()}` as InstallationId;
      await store.installations.save({
        id,
        name: "Acme",
        isEnterpriseInstall: false,
        appId: "A1",
        botUserId: "U1",
        scopes: [],
        installedBy: "U2" as UserId,
        installedAt: 0,
        sealed: sealTokens(createTokenBox([key]), id, { botToken: "xoxb-canary" }),
      });
      await store.close();
    }

    it("finds the install page, the client id and the installations in order", async () => {
      const { farEnd, dataDir, env } = await world();
      await installedWith(dataDir, env.TOKEN_ENCRYPTION_KEY);
      const { text } = await diagnose(env);
      expect(text).not.toMatch(/^✗/m);
      expect(text).toMatch(/^✓ Slack client id: /m);
      expect(text).toContain(
        `✓ Install page: leads to Slack. Redirect URL to list under OAuth & Permissions: ${farEnd.url}/slack/oauth_redirect`,
      );
      expect(text).toMatch(/^✓ Installations: 1, and TOKEN_ENCRYPTION_KEY opens the tokens of each$/m);
    });

    it("has nothing against a store without installations, or no store at all", async () => {
      const { env } = await world();
      expect((await diagnose(env)).text).toMatch(/^✓ Installations: 0,/m);
    });

    it("says which way out there is when the keys are others", async () => {
      const { dataDir, env } = await world();
      await installedWith(dataDir, env.TOKEN_ENCRYPTION_KEY);
      await installedWith(dataDir, randomBytes(32).toString("base64"));
      const { healthy, text } = await diagnose(env);
      expect(text).toMatch(
        /^✗ Installations: TOKEN_ENCRYPTION_KEY does not open 1 of 2\. Put the key of before back/m,
      );
      expect(healthy).toBe(false);
    });

    it("notices a client id that is none, a page that is not there, and an app with other settings", async () => {
      const { farEnd, env } = await world();
      expect((await diagnose({ ...env, SLACK_CLIENT_ID: "A0123" })).text).toMatch(
        /^✗ Install page: the app that is running has other settings/m,
      );
      delete farEnd.answers["/slack/install"];
      const { text } = await diagnose({ ...env, SLACK_CLIENT_ID: "A0123" });
      expect(text).toMatch(/^! Slack client id: does not look like one/m);
      expect(text).toMatch(/^! Install page: .*answers 404 and does not lead to Slack/m);
    });
  });

  it("is not taken in by another page at PUBLIC_URL that answers 200", async () => {
    const farEnd = await startFarEnd();
    farEnd.answers["/healthz"] = { body: "<html>You are about to visit…</html>" };
    const { healthy, text } = await diagnose(await settingsFor(farEnd));
    expect(text).toMatch(/^✗ PUBLIC_URL: .*something else is there/m);
    expect(healthy).toBe(false);
  });

  it("finds nothing wrong with a configuration that works", async () => {
    const farEnd = await startFarEnd();
    const env = await settingsFor(farEnd);
    const { healthy, text } = await diagnose({ ...env, SLACK_APP_TOKEN: "xapp-canary" });
    expect(text).not.toMatch(/^✗/m);
    expect(text).toMatch(/^✓ Slack token: Slack knows it as talkingphoto in Acme$/m);
    expect(text).toMatch(/^✓ Slack scopes: all 7 that the app needs$/m);
    expect(text).toMatch(/^✓ Slack app token: /m);
    expect(text).toMatch(/^✓ Clock: within a minute/m);
    expect(text).toMatch(/^✓ AKOOL credit: 12\.5 left$/m);
    expect(text.match(/^! .*/gm)).toEqual([
      expect.stringMatching(
        /^! PUBLIC_URL: this app answers there, but only this machine can reach it: AKOOL /,
      ),
    ]);
    expect(text).toMatch(/^– AKOOL webhooks: none without AKOOL_CLIENT_ID/m);
    expect(text).toMatch(/^✓ Store: .* is writable, [\d.]+ GB free$/m);
    expect(healthy).toBe(true);
    expect(await readdir(env.DATA_DIR ?? "")).toEqual([]);
    expect(farEnd.seen).toContainEqual({ path: "/api/auth.test", authorization: "Bearer xoxb-canary" });
    expect(farEnd.seen).toContainEqual({
      path: "/api/apps.connections.open",
      authorization: "Bearer xapp-canary",
    });
  });

  it("says when the signing secret does not look like one of Slack's, where it is needed", async () => {
    const env = await settingsFor(await startFarEnd());
    const { healthy, text } = await diagnose(env);
    expect(text).toMatch(/^! Slack signing secret: normally 32 characters, .* Basic Information, /m);
    expect(healthy).toBe(true);
    const real = await diagnose({ ...env, SLACK_SIGNING_SECRET: "0123456789abcdef".repeat(2) });
    expect(real.text).not.toContain("signing secret");
  });

  it("says whether photos are sent to AKOOL's face detection", async () => {
    const env = await settingsFor(await startFarEnd());
    expect((await diagnose(env)).text).toMatch(/^– AKOOL face check: off: /m);
    const on = await diagnose({ ...env, AKOOL_FACE_CHECK: "on" });
    expect(on.text).toMatch(/^– AKOOL face check: on: each photo is sent .*, which may cost credit$/m);
  });

  it("marks everything that was pasted as it is printed", async () => {
    const { healthy, text } = await diagnose({
      SLACK_BOT_TOKEN: "xoxb-…",
      SLACK_SIGNING_SECRET: "…",
      AKOOL_API_KEY: "…",
      PUBLIC_URL: "https://YOUR-PUBLIC-URL",
    });
    expect(text.match(/^✗ [A-Z_]+: must be your own value/gm)).toHaveLength(4);
    expect(healthy).toBe(false);
  });

  it("names what is wrong with the settings and stops there", async () => {
    const { healthy, text } = await diagnose({
      SLACK_BOT_TOKEN: "canary",
      AKOOL_API_KEY: "k",
      PORT: "canary",
    });
    expect(text).toMatch(/^✗ SLACK_BOT_TOKEN: .*\n✗ SLACK_SIGNING_SECRET: .*\n✗ PUBLIC_URL: .*\n✗ PORT: /);
    expect(text).toMatch(/^– Everything else: not checked/m);
    expect(healthy).toBe(false);
  });

  const troubles: readonly (readonly [
    what: string,
    path: string,
    answer: Answer,
    expected: RegExp,
    healthy: boolean,
  ])[] = [
    [
      "a token that Slack refuses",
      "/api/auth.test",
      { body: { ok: false, error: "invalid_auth" } },
      /^✗ Slack token: Slack answers invalid_auth\. .*SLACK_BOT_TOKEN/m,
      false,
    ],
    [
      "a missing scope",
      "/api/auth.test",
      { headers: { "x-oauth-scopes": "commands,chat:write,files:read" }, body: { ok: true } },
      /^✗ Slack scopes: missing files:write, app_mentions:read, im:history, im:write\./m,
      false,
    ],
    [
      "a missing optional scope",
      "/api/auth.test",
      { headers: { "x-oauth-scopes": surface.scopes.bot.join(", ") }, body: { ok: true } },
      /^! Slack scopes: without channels:history, groups:history the app sees no files/m,
      true,
    ],
    [
      "no permission to ask for people's languages",
      "/api/auth.test",
      {
        headers: { "x-oauth-scopes": `${surface.scopes.bot.join()},channels:history,groups:history` },
        body: { ok: true },
      },
      /^! Slack scopes: without users:read .* everybody is spoken to in English\./m,
      true,
    ],
    [
      "something that is not Slack",
      "/api/auth.test",
      { body: "<html>sign in</html>" },
      /^✗ Slack token: Slack could not be asked \(the answer is not one of Slack's\)/m,
      false,
    ],
    [
      "a clock ten minutes ahead",
      "/api/auth.test",
      { headers: { date: new Date(Date.now() - 600_000).toUTCString() }, body: { ok: true } },
      /^✗ Clock: (599|60\d) seconds ahead of Slack's/m,
      false,
    ],
    [
      "a clock two minutes behind",
      "/api/auth.test",
      { headers: { date: new Date(Date.now() + 120_000).toUTCString() }, body: { ok: true } },
      /^! Clock: 1[12]\d seconds behind Slack's/m,
      true,
    ],
    [
      "a key that AKOOL refuses",
      "/api/open/v3/faceswap/quota/info",
      { body: { code: 1101, msg: "invalid canary" } },
      /^✗ AKOOL key: .*code 1101.*AKOOL_API_KEY/m,
      false,
    ],
    [
      "an AKOOL that is out of order",
      "/api/open/v3/faceswap/quota/info",
      { status: 503, body: "canary" },
      /^✗ AKOOL key: .*HTTP 503.*Try again later/m,
      false,
    ],
    [
      "an account without credit",
      "/api/open/v3/faceswap/quota/info",
      { body: { code: 1000, data: { credit: 0 } } },
      /^✗ AKOOL credit: none left/m,
      false,
    ],
    [
      "a public address that leads elsewhere",
      "/healthz",
      { status: 404, body: "nginx" },
      /^✗ PUBLIC_URL: \/healthz answers 404, but not as this app does: something else is there/m,
      false,
    ],
  ];
  it.each(troubles)("says what to do about %s", async (_what, path, answer, expected, fine) => {
    const farEnd = await startFarEnd();
    farEnd.answers[path] = answer;
    const { healthy, text } = await diagnose(await settingsFor(farEnd));
    expect(text).toMatch(expected);
    expect(healthy).toBe(fine);
  });

  it("checks the public address without a running app, by answering in its place", async () => {
    const farEnd = await startFarEnd();
    const port = await freePort();
    const env = { ...(await settingsFor(farEnd)), PORT: String(port) };
    const direct = await diagnose({ ...env, PUBLIC_URL: `http://127.0.0.1:${port}` });
    expect(direct.text).toMatch(/^! PUBLIC_URL: leads to port \d+ of this machine, but only this machine/m);
    const astray = await diagnose(env);
    expect(astray.text).toMatch(/^! PUBLIC_URL: .*not from this machine's port/m);
  });

  it.each([
    ["https://photos.example.com", undefined],
    ["https://example.com/photos", undefined],
    ["http://photos.example.com", /^it is not https: AKOOL could not fetch/],
    ["http://localhost:3000", /^only this machine can reach it/],
    ["https://127.0.0.1", /^only this machine can reach it/],
    ["http://[::1]:3000", /^only this machine can reach it/],
  ])("knows whether AKOOL could come to %s", (address, why) => {
    const found = whyUnreachable(new URL(address));
    if (why) expect(found).toMatch(why);
    else expect(found).toBeUndefined();
  });

  it("does not claim webhooks that it has not seen", async () => {
    const env = await settingsFor(await startFarEnd());
    const { text } = await diagnose({ ...env, AKOOL_CLIENT_ID: "canary" });
    expect(text).toMatch(/^– AKOOL webhooks: asked for, not checked/m);
  });

  it("tells when nothing answers at all", async () => {
    const env = await settingsFor(await startFarEnd());
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const { healthy, text } = await diagnose({
      ...env,
      SLACK_API_URL: nowhere,
      AKOOL_API_URL: nowhere,
      PUBLIC_URL: nowhere,
    });
    expect(text).toMatch(/^✗ Slack token: Slack could not be asked \(ECONNREFUSED\)/m);
    expect(text).toMatch(/^✗ AKOOL key: AKOOL could not be asked \(ECONNREFUSED\)/m);
    expect(text).toMatch(/^✗ PUBLIC_URL: no answer from \/healthz \(ECONNREFUSED;/m);
    expect(healthy).toBe(false);
  });

  it("tells when the store's folder cannot be used", async () => {
    const env = await settingsFor(await startFarEnd());
    const file = join(env.DATA_DIR ?? "", "a-file");
    await writeFile(file, "");
    const { healthy, text } = await diagnose({ ...env, DATA_DIR: join(file, "data") });
    expect(text).toMatch(/^✗ Store: .* cannot be written to \(ENOTDIR\)/m);
    expect(healthy).toBe(false);
  });

  describe("with a bucket", () => {
    async function diagnoseWith(s3: TestS3, changes: Readonly<Record<string, string>> = {}) {
      const env = await settingsFor(await startFarEnd());
      return diagnose({ ...env, PUBLIC_URL: "", ...s3.env, ...changes });
    }
    async function startBucket(): Promise<TestS3> {
      const s3 = await startS3();
      onTestFinished(() => s3.close());
      return s3;
    }

    it("puts, gets, lists and deletes an object there", async () => {
      const s3 = await startBucket();
      const { healthy, text } = await diagnoseWith(s3);
      expect(text).toMatch(
        /^! Bucket: talking-photos\/media\/ can be written to, .* but only this machine can reach it: AKOOL/m,
      );
      expect(text).toMatch(/^– PUBLIC_URL: not set, so there are no webhooks/m);
      expect(healthy).toBe(true);
      expect(s3.requests.map((line) => line.split(" ")[0])).toEqual(["PUT", "GET", "GET", "DELETE"]);
      expect(await s3.keys()).toEqual([]);
    });

    it.each<[string, Record<string, string>, RegExp]>([
      ["a wrong secret", { AWS_SECRET_ACCESS_KEY: "canary" }, /\(SignatureDoesNotMatch\): copy AWS_SECRET/],
      ["an unknown key", { AWS_ACCESS_KEY_ID: "canary" }, /\(InvalidAccessKeyId\): copy AWS_ACCESS_KEY_ID/],
    ])("says what to do about %s", async (_what, changes, expected) => {
      const { healthy, text } = await diagnoseWith(await startBucket(), changes);
      expect(text).toMatch(new RegExp(`^✗ Bucket: could not put an object there ${expected.source}`, "m"));
      expect(healthy).toBe(false);
    });

    it("says what to do when there is no such bucket, or nobody at its endpoint", async () => {
      const s3 = await startBucket();
      const url = s3.env.MEDIA_BUCKET_URL ?? "";
      const misnamed = await diagnoseWith(s3, { MEDIA_BUCKET_URL: url.replace(s3.bucket, "misnamed") });
      expect(misnamed.text).toMatch(/^✗ Bucket: .*\(NoSuchBucket\): make the bucket, or mend its name/m);
      const nowhere = `s3://bucket?endpoint=http://127.0.0.1:${await freePort()}`;
      const away = await diagnoseWith(s3, { MEDIA_BUCKET_URL: nowhere });
      expect(away.text).toMatch(/^✗ Bucket: .*\(ECONNREFUSED\): check the endpoint/m);
    });

    const refusals: readonly (readonly [string, string, S3Answer, RegExp])[] = [
      [
        "may not delete",
        "DELETE",
        { status: 403, code: "AccessDenied" },
        /could not delete it \(AccessDenied\): give this key the rights .*s3:DeleteObject/,
      ],
      [
        "may not read",
        "GET",
        { status: 403, code: "AccessDenied" },
        /cannot be got by a signed address \(HTTP 403\): give this key the right .*s3:GetObject/,
      ],
      [
        "is in another region",
        "PUT",
        {
          status: 400,
          code: "AuthorizationHeaderMalformed",
          headers: { "x-amz-bucket-region": "us-west-2" },
        },
        /the bucket is in us-west-2: set region=us-west-2/,
      ],
      [
        "has another time",
        "PUT",
        { status: 403, code: "RequestTimeTooSkewed" },
        /\(RequestTimeTooSkewed\): set this machine's clock/,
      ],
    ];
    it.each(refusals)("says what to do when the app %s", async (_what, method, answer, expected) => {
      const s3 = await startBucket();
      s3.intercept = (request) => (request.method === method ? answer : undefined);
      const { healthy, text } = await diagnoseWith(s3);
      expect(text).toMatch(new RegExp(`^✗ Bucket: .*${expected.source}`, "m"));
      expect(healthy).toBe(false);
    });
  });

  it("as a command, ends with 0 when all is well and with 1 when not", async () => {
    const env = await settingsFor(await startFarEnd());
    for (const [settings, expected] of [
      [env, 0],
      [{}, 1],
    ] as const) {
      const child = spawn(process.execPath, [SCRIPT], {
        cwd: env.DATA_DIR,
        env: { PATH: process.env.PATH, ...settings },
        stdio: "ignore",
      });
      expect(await once(child, "close")).toEqual([expected, null]);
    }
  });
});
