import { z } from "zod";
import { bucketUrl } from "./bucket-url.ts";

export const DEFAULT_DATA_DIR = "./data";

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
export const variables = z.object({
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
  AKOOL_FACE_CHECK: z.enum(["on", "off"], "must be on or off").prefault("off"),
  AKOOL_API_URL: webAddress().prefault("https://openapi.akool.com"),
  AKOOL_MAX_CONCURRENT: whole(1, Number.MAX_SAFE_INTEGER, "must be a whole number, 1 or more").prefault("2"),
  PUBLIC_URL: webAddress().optional(),
  HOST: optional(/^[\w.:-]+$/, "must be an address to listen on, such as 0.0.0.0 or 127.0.0.1").default(
    "0.0.0.0",
  ),
  PORT: whole(0, 65535, "must be a port number, 0 to 65535").prefault("3000"),
  DATA_DIR: z.string().default(DEFAULT_DATA_DIR),
  DATABASE_URL: optional(/^postgres(ql)?:\/\/\S+$/, "must start with postgres://"),
  MEDIA_BUCKET_URL: bucketUrl().optional(),
  // By the names that every program knows that speaks S3. Read only with a bucket.
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
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

export type Variable = keyof typeof variables.shape;
export type Values = z.output<typeof variables>;
export type Given = Partial<Record<Variable, string>>;

/** What the instructions print in place of a value of one's own. A password may have dots in it. */
const PLACEHOLDER = /…|\.\.\.|YOUR-PUBLIC-URL/i;
const PLACEHOLDERS: Partial<Record<Variable, RegExp>> = {
  SLACK_BOT_TOKEN: PLACEHOLDER,
  SLACK_SIGNING_SECRET: PLACEHOLDER,
  SLACK_APP_TOKEN: PLACEHOLDER,
  SLACK_CLIENT_ID: PLACEHOLDER,
  SLACK_CLIENT_SECRET: PLACEHOLDER,
  TOKEN_ENCRYPTION_KEY: PLACEHOLDER,
  AKOOL_API_KEY: PLACEHOLDER,
  AKOOL_CLIENT_ID: PLACEHOLDER,
  PUBLIC_URL: PLACEHOLDER,
  MEDIA_BUCKET_URL: PLACEHOLDER,
  AWS_ACCESS_KEY_ID: PLACEHOLDER,
  AWS_SECRET_ACCESS_KEY: PLACEHOLDER,
  DATABASE_URL: /…/,
};

/** Each variable that was pasted as it is printed, with what to do. */
export function findPlaceholders(given: Given): [Variable, string][] {
  const unread = given.MEDIA_BUCKET_URL === undefined ? /^AWS_/ : /^$/;
  return variables
    .keyof()
    .options.filter((name) => PLACEHOLDERS[name]?.test(given[name] ?? "") && !unread.test(name))
    .map((name) => [
      name,
      "must be your own value in place of the printed placeholder: .env.example says what it is",
    ]);
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

export function splitList(text: string): string[] {
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
