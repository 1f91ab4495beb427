import { AsyncLocalStorage } from "node:async_hooks";
import { format } from "node:util";
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";

const MASK = "[secret]";
/** A shorter "secret" would eat ordinary words, and with them the JSON around them. */
const SHORTEST_SECRET = 6;

/** Not part of a secret inside a line of JSON: a quote or a backslash would be the end of its string. */
const REST = String.raw`[^\s"\\<>]+`;
const SLASH = "(?:/|%2F)";
/** One path segment, unless it is one of our own source files in a stack trace. */
const SEGMENT = String.raw`(?![\w-]+\.[cm]?[jt]s\b)[^\s"\\<>/?#&%]+`;

/** What is secret by its form. Group 1, where there is one, stays. */
const SECRET_FORMS: readonly RegExp[] = [
  /(?:xox[a-z]|xapp)[-.][\w.%-]+/g,
  /eyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, // a JSON Web Token
  new RegExp(String.raw`(\bBearer(?:\s|\+|%20)+)${REST}`, "gi"),
  /(\bBasic(?:\s|\+|%20)+)[\w+/=%-]{16,}/gi,
  new RegExp(`(${SLASH}media${SLASH})${SEGMENT}`, "gi"),
  new RegExp(`(${SLASH}akool${SLASH}webhook${SLASH})${SEGMENT}`, "gi"),
  new RegExp(`(hooks\\.slack(?:-gov)?\\.com)${REST}`, "gi"),
  // The path of a response_url, whatever host it is on.
  new RegExp(`(${SLASH}(?:commands|actions|services)${SLASH})[TE][A-Z0-9]+${SLASH}${REST}`, "g"),
  new RegExp(`(${SLASH}upload${SLASH}v1${SLASH})${REST}`, "gi"),
  // Signed queries, form bodies and Socket Mode tickets: `X-Amz-Signature=…`, `token=…`, `ticket=…`.
  /((?:signature|credential|security-token|token|ticket|secret|policy|key-pair-id|api_?key)(?:=|%3D))[^\s"\\<>&#]+/gi,
  /([?&](?:sig|code|state)=)[^\s"\\<>&#]+/gi,
  // The password in `postgres://user:password@host`.
  /(:\/\/[^\s"\\<>/@:]*:)[^\s"\\<>/@]+(?=@)/g,
  // By name, in JSON, and in JSON inside a JSON string, where the quotes are escaped.
  /(\\*"(?:[\w-]*token|[\w-]*secret|password|authorization|(?:x-)?api[-_]?key|(?:response|upload)_?url)\\*"\s*:\s*\\*")[^"\\]+/gi,
];

/** Bytes have many spellings, so none of theirs is printed: as JSON has a Buffer, or any other array of bytes. */
const BYTES = [
  /\{(\\*)"type\\*":\\*"Buffer\\*",\\*"data\\*":\[[\d,]*\]\}/g,
  /\{(\\*)"0\\*":\d{1,3}(?:,\\*"\d+\\*":\d{1,3})*\}/g,
];
/** As `inspect` has a Buffer. */
const INSPECTED_BYTES = /<Buffer(?: [0-9a-f]{2})+[^<>"\\]*>/g;

const aboutWork = new AsyncLocalStorage<object>();

/** Every line that is written during `work`, by whomever, carries `fields`: those of a library too. */
export function withLogFields<T>(fields: object, work: () => T): T {
  return aboutWork.run(fields, work);
}

export interface LoggerOptions {
  readonly level: string;
  /** Texts that must never show up, in whatever form: `secretsOf(config)`. */
  readonly secrets: readonly string[];
  /** Standard output unless given. */
  readonly destination?: DestinationStream;
}

/**
 * One JSON object a line. Secrets are taken out of the finished line rather than field by field, so
 * they are gone wherever they stood: nested, in a URL, in an error's text, stack or cause.
 */
export function createLogger({ level, secrets, destination }: LoggerOptions): Logger {
  const scrub = createScrubber(secrets);
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
    hooks: { streamWrite: scrub },
    // A copy: the line's own fields are written into it.
    mixin: () => ({ ...aboutWork.getStore() }),
  };
  return destination ? pino(options, destination) : pino(options);
}

/** A function that puts [secret] in place of the given secrets and of everything that looks like one. */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const spellings = new Set(
    secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(spellingsOf),
  );
  // The longest first: one secret may be the beginning of another.
  const literals = [...spellings].sort((a, b) => b.length - a.length).map((text) => escapeRegExp(text));
  const known = literals.length > 0 ? new RegExp(literals.join("|"), "g") : undefined;
  return (text) => {
    let clean = text.replace(INSPECTED_BYTES, "[bytes]");
    // In JSON inside a JSON string the quotes are escaped, and so must those be that take their place.
    for (const form of BYTES) clean = clean.replace(form, '$1"[bytes]$1"');
    if (known) clean = clean.replace(known, MASK);
    for (const form of SECRET_FORMS) {
      clean = clean.replace(form, (_match, kept: unknown) => (typeof kept === "string" ? kept : "") + MASK);
    }
    return clean;
  };
}

/** As it is, inside JSON, inside JSON inside JSON, in a URL, and as bytes are written down. */
function spellingsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inUrl = encodeURIComponent(secret);
  return [
    secret,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    inUrl,
    inUrl.replace(/%../g, (code) => code.toLowerCase()),
    new URLSearchParams([["", secret]]).toString().slice(1),
    ...(["base64url", "hex"] as const).map((encoding) => Buffer.from(secret).toString(encoding)),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  ];
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Bolt's `Logger`, by its shape: `@slack/*` is imported under src/slack only. */
export interface BoltLogger<Level extends string> {
  debug(...parts: unknown[]): void;
  info(...parts: unknown[]): void;
  warn(...parts: unknown[]): void;
  error(...parts: unknown[]): void;
  setLevel(level: Level): void;
  getLevel(): Level;
  setName(name: string): void;
}

/**
 * Bolt's lines in our log. Never its debug lines, whatever it asks for: they hold whole payloads and
 * the addresses, with tickets, of Socket Mode.
 */
export function boltLogger<Level extends string>(log: Logger): BoltLogger<Level> {
  const child = log.child({ from: "bolt" });
  const write =
    (level: "info" | "warn" | "error") =>
    (...parts: unknown[]) => {
      const err = parts.find((part) => part instanceof Error);
      const text = format(...parts.filter((part) => part !== err));
      if (err) child[level]({ err }, text || err.message);
      else child[level](text);
    };
  return {
    debug: () => {},
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    // Every Slack client that shares this logger calls these two; the last one must not decide for all.
    setLevel: () => {},
    setName: () => {},
    // Slack types it as its own enum of these words, which is inferred where the logger is handed over.
    getLevel: () => "info" as Level,
  };
}
