import dotenv from "dotenv";
import type { BucketUrl } from "./bucket-url.ts";
import {
  DEFAULT_DATA_DIR,
  findPlaceholders,
  type Given,
  splitList,
  type Values,
  type Variable,
  variables,
} from "./config-variables.ts";

const BAD_SETTINGS_HELP =
  "Settings come from the environment or from a file named .env (.env.example lists them all).\n" +
  "To try the app with no account: npm run demo. To check every setting for real: npm run doctor.";

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

export interface MediaBucket extends BucketUrl {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Goes with keys that are lent for some hours. */
  readonly sessionToken?: string;
}

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
    /** Whether AKOOL looks for faces before anything is paid. */
    readonly faceCheck: boolean;
  };
  /** May have a path, which then does not end in a slash. */
  readonly publicUrl?: URL;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly mediaBucket?: MediaBucket;
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

/** Where the jobs are, for tools that need no other setting. */
export function dataDirOf(): { type: "folder"; dataDir: string } | { type: "postgres"; url: string } {
  dotenv.config({ quiet: true });
  const { DATABASE_URL, DATA_DIR } = process.env;
  if (DATABASE_URL?.trim()) return { type: "postgres", url: DATABASE_URL.trim() };
  return { type: "folder", dataDir: DATA_DIR?.trim() || DEFAULT_DATA_DIR };
}

/** An empty or blank variable counts as unset. Throws a ConfigError. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const names = variables.keyof().options;
  const given: Given = {};
  const advice = new Map<string, string>();
  for (const name of names) {
    const value = env[name]?.trim();
    if (value) given[name] = value;
  }

  const parsed = variables.safeParse(given);
  const found = [
    ...findPlaceholders(given),
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
export function secretsOf({ slack, delivery, akool, databaseUrl, mediaBucket }: Config): string[] {
  const slackSecrets =
    slack.kind === "single" ? [slack.botToken] : [slack.clientSecret, ...slack.encryptionKeys];
  const all = [...slackSecrets, delivery.signingSecret, akool.apiKey, databaseUrl];
  if (mediaBucket) all.push(mediaBucket.secretAccessKey, mediaBucket.sessionToken);
  if (delivery.type === "socket") all.push(delivery.appToken);
  all.push(...passwordIn(databaseUrl));
  return all.filter((secret) => secret !== undefined);
}

/** A client of the service knows the password without its URL, decoded. */
function passwordIn(address: string | undefined): string[] {
  const password = address === undefined ? undefined : URL.parse(address)?.password;
  if (!password) return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
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
  if (!given.PUBLIC_URL && given.SLACK_CLIENT_ID) {
    yield [
      "PUBLIC_URL",
      "is missing: Slack sends a person who installs the app back to PUBLIC_URL/slack/oauth_redirect; set the https address at which this app is reached from the internet",
    ];
  }
  if (!given.PUBLIC_URL && !given.MEDIA_BUCKET_URL) {
    yield [
      "PUBLIC_URL",
      "is missing: AKOOL must be able to fetch the photo and the recording; set the https address at which this app is reached from the internet (a tunnel will do), or MEDIA_BUCKET_URL",
    ];
  }
  if (given.MEDIA_BUCKET_URL) {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) {
      if (!given[name])
        yield [
          name,
          "is missing: MEDIA_BUCKET_URL needs the access key of a user who may put, get, list and delete objects there",
        ];
    }
    const endpoint = URL.parse(given.MEDIA_BUCKET_URL)?.searchParams.get("endpoint");
    if (endpoint && isPlainHttp(endpoint, trusted))
      yield ["MEDIA_BUCKET_URL", "must have an endpoint that starts with https://"];
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
      faceCheck: values.AKOOL_FACE_CHECK === "on",
    },
    ...(publicUrl && { publicUrl: new URL(withoutSlash(publicUrl)) }),
    host: values.HOST,
    port: values.PORT,
    dataDir: values.DATA_DIR,
    ...(values.DATABASE_URL !== undefined && { databaseUrl: values.DATABASE_URL }),
    ...(values.MEDIA_BUCKET_URL && { mediaBucket: mediaBucket(values.MEDIA_BUCKET_URL, values) }),
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

function mediaBucket(where: BucketUrl, values: Values): MediaBucket {
  const sessionToken = values.AWS_SESSION_TOKEN;
  return {
    ...where,
    accessKeyId: known(values.AWS_ACCESS_KEY_ID),
    secretAccessKey: known(values.AWS_SECRET_ACCESS_KEY),
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

/** A value that `crossCheck` has made sure of. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("crossCheck let a missing setting pass");
  return value;
}

function isPlainHttp(address: string, trusted: readonly string[]): boolean {
  const url = URL.parse(address);
  if (url?.protocol !== "http:") return false;
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return !loopback && !trusted.includes(url.host);
}

/** `https://example.com/app/` as `https://example.com/app`. */
function withoutSlash(url: URL): string {
  return url.href.replace(/\/+$/, "");
}
