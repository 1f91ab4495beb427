import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, secretsOf } from "../src/config.ts";

const KEY_32 = "k".repeat(32);
const BASE64_KEY = Buffer.alloc(32, 7).toString("base64");

const good = {
  SLACK_BOT_TOKEN: "xoxb-1-canary",
  SLACK_SIGNING_SECRET: "canary-signing",
  AKOOL_API_KEY: KEY_32,
  PUBLIC_URL: "https://photo.example.com",
};
const keys = { AWS_ACCESS_KEY_ID: "canary-id", AWS_SECRET_ACCESS_KEY: "canary-secret" };
const oauth = {
  ...good,
  SLACK_BOT_TOKEN: "",
  SLACK_CLIENT_ID: "1.2",
  SLACK_CLIENT_SECRET: "canary-client-secret",
  TOKEN_ENCRYPTION_KEY: `${BASE64_KEY}, ${BASE64_KEY}`,
};

function problemsOf(env: Record<string, string>): Record<string, string> {
  try {
    readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ variable, advice }) => [variable, advice]));
  }
  return {};
}

describe("readConfig", () => {
  it("fills in the defaults around the four settings that everybody needs", () => {
    expect(readConfig(good)).toEqual({
      slack: { kind: "single", botToken: "xoxb-1-canary" },
      delivery: { type: "http", signingSecret: "canary-signing" },
      slackApiUrl: "https://slack.com/api/",
      slackAuthorizeUrl: "https://slack.com/oauth/v2/authorize",
      akool: {
        apiKey: KEY_32,
        auth: "api-key",
        apiUrl: "https://openapi.akool.com",
        faceCheck: false,
        maxConcurrent: 2,
      },
      publicUrl: new URL("https://photo.example.com"),
      host: "0.0.0.0",
      port: 3000,
      dataDir: "./data",
      maxAudioSeconds: 60,
      renderDeadlineMinutes: 30,
      settleMinutes: 10,
      adminUsers: new Set(),
      allowedUsers: new Set(),
      allowedChannels: new Set(),
      logLevel: "info",
      trustedHosts: [],
      timeScale: 1,
      webhooks: false,
    });
  });

  it("takes an empty or blank setting for an unset one", () => {
    expect(readConfig({ ...good, PORT: "", TIME_SCALE: " ", SLACK_APP_TOKEN: "" })).toEqual(readConfig(good));
  });

  it("names every missing setting at once and says where to go from there", () => {
    expect(Object.keys(problemsOf({}))).toEqual([
      "SLACK_BOT_TOKEN",
      "SLACK_SIGNING_SECRET",
      "AKOOL_API_KEY",
      "PUBLIC_URL",
    ]);
    expect(() => readConfig({})).toThrow(/npm run demo.*npm run doctor/s);
    expect(() => readConfig({})).toThrow(/AKOOL must be able to fetch the photo and the recording/);
  });

  const bad: Record<string, readonly string[]> = {
    SLACK_BOT_TOKEN: ["canary", "xoxp-canary", "xoxb-can ary"],
    SLACK_APP_TOKEN: ["canary", "xoxb-canary"],
    SLACK_API_URL: ["canary", "ftp://canary.test/", "http://canary.test/api/", "https://u:canary@slack.com/"],
    AKOOL_API_URL: ["http://canary.test", "https://canary.test/?a=b"],
    AKOOL_AUTH: ["canary"],
    AKOOL_FACE_CHECK: ["canary"],
    AKOOL_MAX_CONCURRENT: ["0", "1.5", "canary", "-7777"],
    PUBLIC_URL: ["canary", "http://canary.test", "https://canary.test/?x=1", "https://canary.test/#x"],
    HOST: ["can/ary"],
    PORT: ["65536", "-7777", "canary", "80.5"],
    MAX_AUDIO_SECONDS: ["0", "-7777", "canary", "Infinity"],
    RENDER_DEADLINE_MINUTES: ["0", "canary"],
    SETTLE_MINUTES: ["0", "canary"],
    TIME_SCALE: ["0", "-7777", "canary"],
    ADMIN_USERS: ["canary", "U1,C2canary"],
    ALLOWED_USERS: ["@canary"],
    ALLOWED_CHANNELS: ["#canary", "U123canary"],
    LOG_LEVEL: ["canary"],
    TRUSTED_HOSTS: ["http://canary.test", "canary.test/x"],
    TOKEN_ENCRYPTION_KEY: ["canary", `${BASE64_KEY},canary`],
    DATABASE_URL: ["mysql://canary"],
    MEDIA_BUCKET_URL: [
      "https://canary.test",
      "s3://",
      "s3://Canary/x?region=eu",
      "s3://canary/a?region=canary!",
      "s3://canary/a b?region=eu",
      "s3://canary/a//b?region=eu",
      "s3://canary/x",
      "s3://canary/x?region=eu&secret=canary",
      "s3://key:canary@bucket/x?region=eu",
      "s3://canary/x?endpoint=canary.test",
      "s3://canary/x?endpoint=https://canary.test/path",
      "s3://canary/x?endpoint=http://canary.test",
    ],
  };
  for (const [name, values] of Object.entries(bad)) {
    it.each(values)(`refuses ${name} = %s without repeating it`, (value) => {
      const problems = problemsOf({ ...good, ...keys, [name]: value });
      expect(Object.keys(problems)).toEqual([name]);
      expect(problems[name]).toMatch(/^must /);
      expect(problems[name]).not.toMatch(/canary|7777/);
    });
  }

  it("refuses what was pasted as the instructions print it", () => {
    const pasted = {
      SLACK_BOT_TOKEN: "xoxb-…",
      SLACK_SIGNING_SECRET: "…",
      SLACK_APP_TOKEN: "xapp-...",
      AKOOL_API_KEY: "…",
      AKOOL_CLIENT_ID: "…",
      PUBLIC_URL: "https://YOUR-PUBLIC-URL",
      MEDIA_BUCKET_URL: "s3://my-bucket/talkingphoto?region=auto&endpoint=https://….r2.cloudflarestorage.com",
      AWS_SECRET_ACCESS_KEY: "…",
      AWS_ACCESS_KEY_ID: "…",
      DATABASE_URL: "postgres://talkingphoto:…@db.example.com/talkingphoto",
    };
    const problems = problemsOf(pasted);
    expect(Object.keys(problems).sort()).toEqual(Object.keys(pasted).sort());
    for (const advice of Object.values(problems)) expect(advice).toMatch(/^must be your own value/);
    expect(problemsOf({ ...good, DATABASE_URL: "postgres://a:b...c@db/x", AWS_ACCESS_KEY_ID: "…" })).toEqual(
      {},
    );
  });

  it("names all the bad settings in one message, one line each", () => {
    const env = { ...good, PORT: "x", LOG_LEVEL: "x", TIME_SCALE: "x", AKOOL_API_KEY: "" };
    expect(Object.keys(problemsOf(env))).toEqual(["AKOOL_API_KEY", "PORT", "LOG_LEVEL", "TIME_SCALE"]);
    expect(() => readConfig(env)).toThrow(/^ {2}PORT must be a port number, 0 to 65535$/m);
  });

  it("uses Socket Mode when there is an app token, with or without a signing secret", () => {
    const socket = { ...good, SLACK_APP_TOKEN: "xapp-1" };
    const appToken = "xapp-1";
    expect(readConfig({ ...socket, SLACK_SIGNING_SECRET: "" }).delivery).toEqual({
      type: "socket",
      appToken,
    });
    expect(readConfig(socket).delivery).toMatchObject({ type: "socket", signingSecret: "canary-signing" });
  });

  it("reads the OAuth settings, and wants all three", () => {
    expect(readConfig(oauth).slack).toEqual({
      kind: "oauth",
      clientId: "1.2",
      clientSecret: "canary-client-secret",
      encryptionKeys: [BASE64_KEY, BASE64_KEY],
    });
    const bare = { ...oauth, SLACK_CLIENT_SECRET: "", TOKEN_ENCRYPTION_KEY: "" };
    expect(Object.keys(problemsOf(bare))).toEqual(["SLACK_CLIENT_SECRET", "TOKEN_ENCRYPTION_KEY"]);
  });

  it("needs an address to come back to from Slack for OAuth, whatever the media go through", () => {
    const env = { ...oauth, ...keys, PUBLIC_URL: "", MEDIA_BUCKET_URL: "s3://bucket?region=eu" };
    expect(problemsOf(env)).toEqual({
      PUBLIC_URL: expect.stringMatching(/^is missing: .*\/slack\/oauth_redirect/),
    });
  });

  it("refuses a bot token and a client id together", () => {
    const both = { ...oauth, SLACK_BOT_TOKEN: "xoxb-1" };
    expect(problemsOf(both)).toEqual({
      SLACK_CLIENT_ID: "does not go with SLACK_BOT_TOKEN: keep one of the two",
    });
  });

  it("can do without a public address once media go through a bucket", () => {
    const env = { ...good, ...keys, PUBLIC_URL: "", MEDIA_BUCKET_URL: "s3://bucket/prefix?region=eu" };
    const config = readConfig({ ...env, AKOOL_CLIENT_ID: "id" });
    expect(config).toMatchObject({ mediaBucket: { name: "bucket" }, webhooks: false });
    expect(config).not.toHaveProperty("publicUrl");
  });

  it.each([
    ["s3://bucket?region=eu-central-1", { name: "bucket", prefix: "", region: "eu-central-1" }],
    ["s3://my.bucket/?region=eu", { name: "my.bucket", prefix: "", region: "eu" }],
    ["s3://bucket/a/b-c_d.e/?region=eu", { name: "bucket", prefix: "a/b-c_d.e/", region: "eu" }],
    [
      "s3://bucket/a?region=auto&endpoint=https://x.r2.example.com",
      { name: "bucket", prefix: "a/", region: "auto", endpoint: new URL("https://x.r2.example.com") },
    ],
    [
      "s3://bucket/a?endpoint=http://127.0.0.1:9000",
      { name: "bucket", prefix: "a/", region: "us-east-1", endpoint: new URL("http://127.0.0.1:9000") },
    ],
    [
      "s3://bucket/a?endpoint=http://trusted.test:9000",
      { name: "bucket", prefix: "a/", region: "us-east-1", endpoint: new URL("http://trusted.test:9000") },
    ],
  ])("reads %s", (url, expected) => {
    const env = { ...good, ...keys, MEDIA_BUCKET_URL: url, TRUSTED_HOSTS: "trusted.test:9000" };
    const accessKey = { accessKeyId: "canary-id", secretAccessKey: "canary-secret" };
    expect(readConfig(env).mediaBucket).toEqual({ ...expected, ...accessKey });
    expect(readConfig({ ...env, AWS_SESSION_TOKEN: "lent" }).mediaBucket).toMatchObject({
      sessionToken: "lent",
    });
  });

  it("wants the keys to the bucket, and looks at them only when there is one", () => {
    const MEDIA_BUCKET_URL = "s3://bucket/prefix?region=eu";
    const problems = problemsOf({ ...good, MEDIA_BUCKET_URL });
    expect(Object.keys(problems)).toEqual(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
    expect(problems.AWS_ACCESS_KEY_ID).toMatch(/^is missing: MEDIA_BUCKET_URL needs /);
    expect(readConfig({ ...good, ...keys })).toEqual(readConfig(good));
  });

  it.each([
    ["https://photo.example.com/", "https://photo.example.com/"],
    ["https://photo.example.com/app/", "https://photo.example.com/app"],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000/"],
    ["http://localhost:3000", "http://localhost:3000/"],
    ["http://[::1]:3000", "http://[::1]:3000/"],
    ["http://trusted.test:8080/x", "http://trusted.test:8080/x"],
  ])("accepts %s as the public address", (given, expected) => {
    const config = readConfig({ ...good, PUBLIC_URL: given, TRUSTED_HOSTS: "trusted.test:8080" });
    expect(config.publicUrl?.href).toBe(expected);
  });

  it("gives the API addresses the ending their clients expect", () => {
    const env = { ...good, SLACK_API_URL: "http://127.0.0.1:1/api", AKOOL_API_URL: "http://127.0.0.1:2/" };
    expect(readConfig(env)).toMatchObject({
      slackApiUrl: "http://127.0.0.1:1/api/",
      akool: { apiUrl: "http://127.0.0.1:2" },
    });
  });

  it("has webhooks when there are a public address, a client id and a key of a length AES takes", () => {
    expect(readConfig({ ...good, AKOOL_CLIENT_ID: "id" }).webhooks).toBe(true);
    expect(readConfig({ ...good, AKOOL_API_KEY: "short" }).webhooks).toBe(false);
    const { AKOOL_API_KEY } = problemsOf({ ...good, AKOOL_API_KEY: "short", AKOOL_CLIENT_ID: "id" });
    expect(AKOOL_API_KEY).toMatch(/16, 24 or 32 characters/);
  });

  it("wants the client id for AKOOL_AUTH=token", () => {
    expect(Object.keys(problemsOf({ ...good, AKOOL_AUTH: "token" }))).toEqual(["AKOOL_CLIENT_ID"]);
  });

  it("reads lists of Slack ids", () => {
    const config = readConfig({ ...good, ADMIN_USERS: "U1, W2", ALLOWED_CHANNELS: "C1,G2,D3," });
    expect(config.adminUsers).toEqual(new Set(["U1", "W2"]));
    expect(config.allowedChannels).toEqual(new Set(["C1", "G2", "D3"]));
  });
});

it("secretsOf lists every secret of the settings", () => {
  expect(secretsOf(readConfig({ ...good, SLACK_APP_TOKEN: "xapp-1" })).sort()).toEqual(
    ["canary-signing", KEY_32, "xapp-1", "xoxb-1-canary"].sort(),
  );
  const bucket = { ...good, ...keys, AWS_SESSION_TOKEN: "lent", MEDIA_BUCKET_URL: "s3://bucket?region=eu" };
  expect(secretsOf(readConfig(bucket))).toEqual(expect.arrayContaining(["canary-secret", "lent"]));
  const DATABASE_URL = "postgres://app:p%40ss-canary@db.example.com/app";
  expect(secretsOf(readConfig({ ...good, DATABASE_URL }))).toEqual(
    expect.arrayContaining([DATABASE_URL, "p%40ss-canary", "p@ss-canary"]),
  );
  expect(secretsOf(readConfig(oauth))).toEqual(expect.arrayContaining(["canary-client-secret", BASE64_KEY]));
});
