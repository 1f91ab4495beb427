import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsV4Signer } from "aws4fetch";
import { Agent, type Dispatcher, request } from "undici";
import { codeOf, headerOf } from "./guarded-get.ts";
import { TemporaryProblem } from "./problems.ts";

const TRIES = 4;
const ANSWER_TIMEOUT_MS = 10_000;
/** For the largest recording over a slow line. */
const UPLOAD_TIMEOUT_MS = 2 * 60_000;
/** What S3 says about a failure is short; a list of 1000 names is not. */
const MAX_XML_BYTES = 4_000_000;
/** The longest that a signed address may live, by S3's rules. */
const MAX_LIFE_SECONDS = 7 * 24 * 60 * 60;

export interface BucketSettings {
  readonly name: string;
  /** Of every key; empty, or ends in a slash. Letters, digits, dots, dashes and slashes. */
  readonly prefix: string;
  readonly region: string;
  /** Absent for Amazon's own. */
  readonly endpoint?: URL;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Objects by key, the prefix left out. Every method throws BucketProblem. */
export interface Bucket {
  /** Streams the file; its length is known before. */
  put(key: string, path: string, contentType: string, signal?: AbortSignal): Promise<void>;
  /** Repeatable: what is not there is removed already. */
  remove(key: string): Promise<void>;
  keys(): AsyncGenerator<string>;
  /** An address that gives the object to anybody for `lifeMs` from now, at most 7 days. */
  presign(key: string, lifeMs: number): Promise<string>;
  close(): Promise<void>;
}

/** The bucket did not do it. Worth another try later, since the operator can put it right meanwhile. */
export class BucketProblem extends TemporaryProblem {
  override readonly name = "BucketProblem";
  /** S3's word for it (`AccessDenied`), undici's (`ECONNREFUSED`), or `http_` and the status. */
  readonly code: string;
  /** Where S3 says the bucket is, when it is not where it was looked for. */
  readonly region: string | undefined;

  constructor(method: string, code: string, options: ErrorOptions & { readonly region?: string } = {}) {
    super(`bucket ${method}: ${code}`, options);
    this.code = code;
    this.region = options.region;
  }
}

/**
 * One S3 bucket, or one of the many services that speak S3. `endpoint` is addressed by path
 * (`https://endpoint/bucket/key`), which all of them understand; Amazon by host name, as it wants it.
 * @param retryMs the pause before the second try; it doubles
 */
export function createBucket(settings: BucketSettings, retryMs: number): Bucket {
  const { accessKeyId, secretAccessKey, sessionToken, region } = settings;
  const agent = new Agent({ allowH2: false, connect: { timeout: ANSWER_TIMEOUT_MS } });
  const base = addressOf(settings);
  const credentials = { accessKeyId, secretAccessKey, service: "s3", region };
  const session = sessionToken === undefined ? {} : { sessionToken };
  const urlOf = (key: string) => new URL(`${base}/${settings.prefix}${key}`);

  async function send(
    method: Dispatcher.HttpMethod,
    url: URL,
    options: {
      readonly headers?: Record<string, string>;
      readonly signal?: AbortSignal;
      readonly timeoutMs?: number;
      /** Made anew for every try. */
      readonly body?: () => Dispatcher.DispatchOptions["body"];
    } = {},
  ): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await sendOnce(method, url, options);
      } catch (error) {
        if (options.signal?.aborted) throw options.signal.reason;
        const problem =
          error instanceof BucketProblem ? error : new BucketProblem(method, codeOf(error), { cause: error });
        if (tries >= TRIES || !mayPass(problem)) throw problem;
        // Spread out, so that many who were told to slow down do not all come back at once.
        await sleep(retryMs * 2 ** (tries - 1) * (0.5 + Math.random() / 2), undefined, {
          ...(options.signal && { signal: options.signal }),
        });
      }
    }
  }

  async function sendOnce(
    method: Dispatcher.HttpMethod,
    url: URL,
    { headers = {}, signal, timeoutMs = ANSWER_TIMEOUT_MS, body }: Parameters<typeof send>[2] & {},
  ): Promise<string> {
    const signer = new AwsV4Signer({ method, url: url.href, headers, ...credentials, ...session });
    const signed = await signer.sign();
    const timeout = AbortSignal.timeout(timeoutMs);
    const bytes = body?.();
    const response = await request(signed.url, {
      method,
      dispatcher: agent,
      headers: Object.fromEntries(signed.headers),
      ...(bytes !== undefined && { body: bytes }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const text = await readText(response.body);
    if (response.statusCode < 300) return text;
    const at = headerOf(response, "x-amz-bucket-region") ?? elementOf(text, "Region");
    throw new BucketProblem(method, elementOf(text, "Code") ?? `http_${response.statusCode}`, {
      ...(at !== undefined && { region: at }),
    });
  }

  return {
    async put(key, path, contentType, signal) {
      const { size } = await stat(path);
      await send("PUT", urlOf(key), {
        headers: {
          "content-type": contentType,
          "content-length": String(size),
          "cache-control": "no-store",
        },
        body: () => createReadStream(path),
        timeoutMs: UPLOAD_TIMEOUT_MS,
        ...(signal && { signal }),
      });
    },
    async remove(key) {
      await send("DELETE", urlOf(key));
    },
    async *keys() {
      // The first version of the list call: every service has it, and it goes on after a key, not a token.
      let marker = "";
      for (let isTruncated = true; isTruncated; ) {
        const url = new URL(base);
        url.searchParams.set("prefix", settings.prefix);
        url.searchParams.set("marker", marker);
        const text = await send("GET", url);
        const keys = Array.from(text.matchAll(/<Key>([^<]+)<\/Key>/g), ([, key = ""]) => unescapeXml(key));
        for (const key of keys) yield key.slice(settings.prefix.length);
        marker = keys.at(-1) ?? "";
        isTruncated = elementOf(text, "IsTruncated") === "true" && marker !== "";
      }
    },
    async presign(key, lifeMs) {
      const url = urlOf(key);
      const seconds = Math.min(MAX_LIFE_SECONDS, Math.max(1, Math.ceil(lifeMs / 1000)));
      url.searchParams.set("X-Amz-Expires", String(seconds));
      const signer = new AwsV4Signer({ url: url.href, signQuery: true, ...credentials, ...session });
      return (await signer.sign()).url.href;
    },
    close: () => agent.destroy(),
  };
}

/** Without a slash at the end. */
function addressOf({ name, region, endpoint }: BucketSettings): string {
  if (endpoint) return `${endpoint.href.replace(/\/+$/, "")}/${name}`;
  // A certificate for `*.s3…` does not hold for a name with a dot in it.
  if (name.includes(".")) return `https://s3.${region}.amazonaws.com/${name}`;
  return `https://${name}.s3.${region}.amazonaws.com`;
}

/** Trouble of the moment, and not a "no" that the next try would get again. */
function mayPass({ code }: BucketProblem): boolean {
  if (/^http_(5\d\d|408|429)$/.test(code)) return true;
  // Codes of S3's answers begin with a capital, system errors and undici's are all capitals.
  return TRANSIENT.has(code) || /^[A-Z0-9_]+$/.test(code) || code === "TimeoutError";
}

const TRANSIENT: ReadonlySet<string> = new Set([
  "SlowDown",
  "InternalError",
  "ServiceUnavailable",
  "RequestTimeout",
  "OperationAborted",
  "TooManyRequests",
]);

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_XML_BYTES) throw new Error("the answer is too long to be S3's");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The text of the first element of that name. S3's answers are flat enough to be read like this. */
function elementOf(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml) ?? [];
  return text === undefined ? undefined : unescapeXml(text);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
