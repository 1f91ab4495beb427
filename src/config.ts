import dotenv from "dotenv";
import { z } from "zod";

/**
 * Settings that are read and checked but that nothing serves yet. The one place that says so:
 * take a line out here once it works.
 */
export const notYet: Partial<Record<Variable, string>> = {
  SLACK_CLIENT_ID: "set SLACK_BOT_TOKEN instead",
  DATABASE_URL: "jobs are kept in DATA_DIR",
  MEDIA_BUCKET_URL: "set PUBLIC_URL instead",
};

const BAD_SETTINGS_HELP =
  "Settings come from the environment or from a file named .env (.env.example lists them all).\n" +
  "To try the app with no account: npm run demo. To check every setting for real: npm run doctor.";

const optional = (pattern: RegExp, hint: string) => z.string().regex(pattern, hint).optional();
const positive = (hint: string) => z.coerce.number(hint).positive(hint);
const whole = (min: number, max: number, hint: string) =>
  z.coerce.number(hint).int(hint).min(min, hint).max(max, hint);
const idSet = (id: RegExp, hint: string) =>
  z
    .string()
    .transform(splitList)
    .refine((ids) => ids.every((each) => id.test(each)), hint)
    .transform((ids): ReadonlySet<string> => new Set(ids))
    .prefault("");
const memberIds = idSet(/^[UW][A-Z0-9]+$/, "must be Slack member ids (U… or W…) with commas between");
const channelIds = idSet(/^[CGD][A-Z0-9]+$/, "must be Slack channel ids (C…, G… or D…) with commas between");

/** Every variable, one by one. What one demands of another is in `crossCheck`. */
const variables = z.object({
  SLACK_BOT_TOKEN: optional(
    /^xoxb-\S+$/,
    "must be the Bot User OAuth Token (xoxb-…) from your Slack app's OAuth & Permissions page",
  ),
  SLACK_SIGNING_SECRET: optional(
    /^\S+$/,
    "must be the Signing Secret from Basic Information, with no spaces",
  ),
  SLACK_APP_TOKEN: optional(
    /^xapp-\S+$/,
    "must be an app-level token (xapp-…) with the scope connections:write, from Basic Information",
  ),
  SLACK_CLIENT_ID: optional(/^\S+$/, "must be the Client ID from Basic Information, with no spaces"),
  SLACK_CLIENT_SECRET: optional(/^\S+$/, "must be the Client Secret from Basic Information, with no spaces"),
  TOKEN_ENCRYPTION_KEY: z
    .string()
    .transform(splitList)
    .refine(
      (keys) => keys.length > 0 && keys.every(is32BytesOfBase64),
      "must be 32 bytes in base64, or several with commas between: openssl rand -base64 32 makes one",
    )
    .optional(),
  SLACK_API_URL: webAddress().prefault("https://slack.com/api/"),
  SLACK_AUTHORIZE_URL: webAddress().prefault("https://slack.com/oauth/v2/authorize"),
  AKOOL_API_KEY: optional(
    /^\S+$/,
    "must be the API key (client secret) from AKOOL's API page, with no spaces",
  ),
  AKOOL_CLIENT_ID: optional(/^\S+$/, "must be the client id from AKOOL's API page, with no spaces"),
  AKOOL_AUTH: z.enum(["api-key", "token"], "must be api-key or token").prefault("api-key"),
  AKOOL_API_URL: webAddress().prefault("https://openapi.akool.com"),
  AKOOL_MAX_CONCURRENT: whole(1, Number.MAX_SAFE_INTEGER, "must be a whole number, 1 or more").prefault("2"),
  PUBLIC_URL: webAddress().optional(),
  HOST: optional(/^[\w.:-]+$/, "must be an address to listen on, such as 0.0.0.0 or 127.0.0.1").default(
    "0.0.0.0",
  ),
  PORT: whole(0, 65535, "must be a port number, 0 to 65535").prefault("3000"),
  DATA_DIR: z.string().default("./data"),
  DATABASE_URL: optional(/^postgres(ql)?:\/\/\S+$/, "must start with postgres://"),
  MEDIA_BUCKET_URL: optional(/^s3:\/\/[^/\s]+\S*$/, "must look like s3://bucket/prefix?region=…&endpoint=…"),
  MAX_AUDIO_SECONDS: positive("must be a number of seconds above 0").prefault("60"),
  RENDER_DEADLINE_MINUTES: positive("must be a number of minutes above 0").prefault("30"),
  SETTLE_MINUTES: positive("must be a number of minutes above 0").prefault("10"),
  ADMIN_USERS: memberIds,
  ALLOWED_USERS: memberIds,
  ALLOWED_CHANNELS: channelIds,
  LOG_LEVEL: z
    .enum(
      ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      "must be fatal, error, warn, info, debug, trace or silent",
    )
    .prefault("info"),
  TRUSTED_HOSTS: z
    .string()
    .transform(splitList)
    .refine((hosts) => hosts.every(isHost), "must be host:port pairs with commas between (for tests only)")
    .prefault(""),
  TIME_SCALE: positive("must be a number above 0 (for tests only)").prefault("1"),
});

type Variable = keyof typeof variables.shape;
type Values = z.output<typeof variables>;
type Given = Partial<Record<Variable, string>>;

export type SlackCredentials =
  | { readonly kind: "single"; readonly botToken: string }
  | {
      readonly kind: "oauth";
      readonly clientId: string;
      readonly clientSecret: string;
      /** Base64 of 32 bytes each; the first encrypts, all decrypt. Never empty. */
      readonly encryptionKeys: readonly string[];
    };

export type SlackDeliveryMode =
  | { readonly type: "http"; readonly signingSecret: string }
  | { readonly type: "socket"; readonly appToken: string; readonly signingSecret?: string };

export interface Config {
  readonly slack: SlackCredentials;
  readonly delivery: SlackDeliveryMode;
  /** Ends in a slash. */
  readonly slackApiUrl: string;
  readonly slackAuthorizeUrl: string;
  readonly akool: {
    readonly apiKey: string;
    readonly clientId?: string;
    readonly auth: "api-key" | "token";
    /** Without a slash at the end. */
    readonly apiUrl: string;
    readonly maxConcurrent: number;
  };
  /** May have a path, which then does not end in a slash. */
  readonly publicUrl?: URL;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly mediaBucketUrl?: string;
  readonly maxAudioSeconds: number;
  readonly renderDeadlineMinutes: number;
  readonly settleMinutes: number;
  readonly adminUsers: ReadonlySet<string>;
  /** Empty allows everyone, like `allowedChannels`. */
  readonly allowedUsers: ReadonlySet<string>;
  readonly allowedChannels: ReadonlySet<string>;
  readonly logLevel: Values["LOG_LEVEL"];
  /** `host` or `host:port` as `URL.host` spells it. */
  readonly trustedHosts: readonly string[];
  readonly timeScale: number;
  /** Whether AKOOL can reach us and sign: there is a public address and a client id. */
  readonly webhooks: boolean;
}

export interface Problem {
  readonly variable: string;
  /** What to do about it; never the value. */
  readonly advice: string;
}

/** Names every bad or missing variable at once and prints no value, so its message may be shown as it is. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ variable, advice }) => `  ${variable} ${advice}`);
    super(`The app cannot start with these settings:\n${lines.join("\n")}\n${BAD_SETTINGS_HELP}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** The settings of this process: its environment, then `.env` in the working directory. */
export function loadConfig(): Config {
  dotenv.config({ quiet: true });
  return readConfig(process.env);
}

/** An empty or blank variable counts as unset. Throws a ConfigError. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, unserved = notYet): Config {
  const names = variables.keyof().options;
  const given: Given = {};
  const advice = new Map<string, string>();
  for (const name of names) {
    const value = env[name]?.trim();
    if (!value) continue;
    if (unserved[name]) {
      advice.set(name, `is not supported yet in this version; leave it empty (${unserved[name]})`);
    } else {
      given[name] = value;
    }
  }

  const parsed = variables.safeParse(given);
  const found = [
    ...(parsed.error?.issues.map((issue): [string, string] => [String(issue.path[0]), issue.message]) ?? []),
    ...crossCheck(given),
  ];
  for (const [name, text] of found) if (!advice.has(name)) advice.set(name, text);

  if (!parsed.success || advice.size > 0) {
    const bad = names.filter((name) => advice.has(name));
    throw new ConfigError(bad.map((variable) => ({ variable, advice: advice.get(variable) ?? "" })));
  }
  return toConfig(parsed.data);
}

/** Every secret the settings hold, for the log to keep out. */
export function secretsOf({ slack, delivery, akool, databaseUrl, mediaBucketUrl }: Config): string[] {
  const slackSecrets =
    slack.kind === "single" ? [slack.botToken] : [slack.clientSecret, ...slack.encryptionKeys];
  const all = [...slackSecrets, delivery.signingSecret, akool.apiKey, databaseUrl, mediaBucketUrl];
  if (delivery.type === "socket") all.push(delivery.appToken);
  return all.filter((secret) => secret !== undefined);
}

/** What one variable demands of another. Works on the text, so that it runs even when some text is bad. */
function* crossCheck(given: Given): Generator<[Variable, string]> {
  const trusted = splitList(given.TRUSTED_HOSTS ?? "");

  if (given.SLACK_BOT_TOKEN && given.SLACK_CLIENT_ID) {
    yield ["SLACK_CLIENT_ID", "does not go with SLACK_BOT_TOKEN: keep one of the two"];
  } else if (given.SLACK_CLIENT_ID) {
    if (!given.SLACK_CLIENT_SECRET) {
      yield ["SLACK_CLIENT_SECRET", "is missing: copy it from Basic Information, next to the Client ID"];
    }
    if (!given.TOKEN_ENCRYPTION_KEY) {
      yield ["TOKEN_ENCRYPTION_KEY", "is missing: openssl rand -base64 32 makes one"];
    }
  } else if (!given.SLACK_BOT_TOKEN) {
    yield [
      "SLACK_BOT_TOKEN",
      "is missing: install your Slack app and copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions",
    ];
  }
  if (!given.SLACK_SIGNING_SECRET && !given.SLACK_APP_TOKEN) {
    yield [
      "SLACK_SIGNING_SECRET",
      "is missing: copy it from Basic Information, or set SLACK_APP_TOKEN to use Socket Mode",
    ];
  }
  if (!given.AKOOL_API_KEY) yield ["AKOOL_API_KEY", "is missing: copy the API key from AKOOL's API page"];
  if (!given.AKOOL_CLIENT_ID && given.AKOOL_AUTH === "token") {
    yield ["AKOOL_CLIENT_ID", "is missing: AKOOL_AUTH=token needs it; copy it from AKOOL's API page"];
  }
  if (given.AKOOL_CLIENT_ID && given.PUBLIC_URL && given.AKOOL_API_KEY) {
    // AKOOL encrypts its webhooks with AES, and the text of this key is the AES key.
    if (![16, 24, 32].includes(Buffer.byteLength(given.AKOOL_API_KEY))) {
      yield [
        "AKOOL_API_KEY",
        "must be 16, 24 or 32 characters long to read AKOOL's webhooks: copy it again, or leave AKOOL_CLIENT_ID empty to go without webhooks",
      ];
    }
  }
  if (!given.PUBLIC_URL && !given.MEDIA_BUCKET_URL) {
    yield [
      "PUBLIC_URL",
      "is missing: AKOOL must be able to fetch the photo and the recording; set the https address at which this app is reached from the internet (a tunnel will do)",
    ];
  }
  for (const name of ["PUBLIC_URL", "SLACK_API_URL", "SLACK_AUTHORIZE_URL", "AKOOL_API_URL"] as const) {
    if (given[name] && isPlainHttp(given[name], trusted)) yield [name, "must start with https://"];
  }
}

function toConfig(values: Values): Config {
  const publicUrl = values.PUBLIC_URL;
  const clientId = values.AKOOL_CLIENT_ID;
  return {
    slack: slackCredentials(values),
    delivery: slackDelivery(values),
    slackApiUrl: `${withoutSlash(values.SLACK_API_URL)}/`,
    slackAuthorizeUrl: values.SLACK_AUTHORIZE_URL.href,
    akool: {
      apiKey: known(values.AKOOL_API_KEY),
      ...(clientId !== undefined && { clientId }),
      auth: values.AKOOL_AUTH,
      apiUrl: withoutSlash(values.AKOOL_API_URL),
      maxConcurrent: values.AKOOL_MAX_CONCURRENT,
    },
    ...(publicUrl && { publicUrl: new URL(withoutSlash(publicUrl)) }),
    host: values.HOST,
    port: values.PORT,
    dataDir: values.DATA_DIR,
    ...(values.DATABASE_URL !== undefined && { databaseUrl: values.DATABASE_URL }),
    ...(values.MEDIA_BUCKET_URL !== undefined && { mediaBucketUrl: values.MEDIA_BUCKET_URL }),
    maxAudioSeconds: values.MAX_AUDIO_SECONDS,
    renderDeadlineMinutes: values.RENDER_DEADLINE_MINUTES,
    settleMinutes: values.SETTLE_MINUTES,
    adminUsers: values.ADMIN_USERS,
    allowedUsers: values.ALLOWED_USERS,
    allowedChannels: values.ALLOWED_CHANNELS,
    logLevel: values.LOG_LEVEL,
    trustedHosts: values.TRUSTED_HOSTS,
    timeScale: values.TIME_SCALE,
    webhooks: publicUrl !== undefined && clientId !== undefined,
  };
}

function slackCredentials(values: Values): SlackCredentials {
  if (values.SLACK_BOT_TOKEN) return { kind: "single", botToken: values.SLACK_BOT_TOKEN };
  return {
    kind: "oauth",
    clientId: known(values.SLACK_CLIENT_ID),
    clientSecret: known(values.SLACK_CLIENT_SECRET),
    encryptionKeys: known(values.TOKEN_ENCRYPTION_KEY),
  };
}

function slackDelivery(values: Values): SlackDeliveryMode {
  const signingSecret = values.SLACK_SIGNING_SECRET;
  if (!values.SLACK_APP_TOKEN) return { type: "http", signingSecret: known(signingSecret) };
  return {
    type: "socket",
    appToken: values.SLACK_APP_TOKEN,
    ...(signingSecret !== undefined && { signingSecret }),
  };
}

/** A value that `crossCheck` has made sure of. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("crossCheck let a missing setting pass");
  return value;
}

/** http(s), with nothing after the path: no login, query or fragment. */
function webAddress() {
  const isPlain = (text: string) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.href === url.origin + url.pathname;
  };
  const error = "must be a web address such as https://example.com, with no login, ? or # in it";
  return z
    .string()
    .refine(isPlain, { error, abort: true })
    .transform((text) => new URL(text));
}

function isPlainHttp(address: string, trusted: readonly string[]): boolean {
  const url = URL.parse(address);
  if (url?.protocol !== "http:") return false;
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return !loopback && !trusted.includes(url.host);
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function is32BytesOfBase64(text: string): boolean {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 32 && bytes.toString("base64") === text;
}

function isHost(text: string): boolean {
  return ["http://", "https://"].some((scheme) => URL.parse(scheme + text)?.host === text);
}

/** `https://example.com/app/` as `https://example.com/app`. */
function withoutSlash(url: URL): string {
  return url.href.replace(/\/+$/, "");
}
