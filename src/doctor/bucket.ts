import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import type { Config } from "../config.ts";
import { type Bucket, BucketProblem, createBucket } from "../media/bucket.ts";
import { CALL_TIMEOUT_MS, type Finding, whyUnanswered } from "./finding.ts";
import { whyUnreachable } from "./public-address.ts";

const about = "Bucket";
const LIFE_MS = 60_000;
const RETRY_MS = 250;

/** Does with a small object all that the app does: puts, gets by a signed address, lists and deletes it. */
export async function checkBucket({ mediaBucket }: Config): Promise<Finding> {
  if (!mediaBucket) return { mark: "–", about, text: "not set, so AKOOL fetches media from PUBLIC_URL" };
  const bucket = createBucket(mediaBucket, RETRY_MS);
  const folder = await mkdtemp(join(tmpdir(), "talkingphoto-doctor-"));
  try {
    const path = join(folder, "probe");
    await writeFile(path, "written by npm run doctor\n");
    const problem = await tryOut(bucket, path);
    if (problem) return { mark: "✗", about, text: problem };
    const where = `${mediaBucket.name}/${mediaBucket.prefix} can be written to, read by a signed address, listed and cleaned`;
    const unreachable = mediaBucket.endpoint && whyUnreachable(mediaBucket.endpoint);
    return unreachable
      ? { mark: "!", about, text: `${where}, but ${unreachable}` }
      : { mark: "✓", about, text: where };
  } finally {
    await bucket.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What does not work, and what to do; undefined when all does. */
async function tryOut(bucket: Bucket, path: string): Promise<string | undefined> {
  // No name that the app would take for a job's.
  const key = `doctor-${randomUUID()}.txt`;
  let doing = "put an object there";
  try {
    await bucket.put(key, path, "text/plain");
    try {
      doing = "get it by a signed address";
      const status = await statusOf(await bucket.presign(key, LIFE_MS));
      if (status !== 200)
        return `what was put there cannot be got by a signed address (HTTP ${status}): give this key the right to get objects (s3:GetObject), and look for a bucket policy that forbids it`;
      doing = "list it";
      for await (const _key of bucket.keys()) break;
    } finally {
      const before = doing;
      doing = "delete it";
      await bucket.remove(key);
      doing = before;
    }
    return undefined;
  } catch (error) {
    const why = error instanceof BucketProblem ? error.code : whyUnanswered(error);
    return `could not ${doing} (${why}): ${adviceFor(error)}`;
  }
}

async function statusOf(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  await body.dump();
  return statusCode;
}

function adviceFor(error: unknown): string {
  if (!(error instanceof BucketProblem)) return UNREACHED;
  if (error.region !== undefined) return `the bucket is in ${error.region}: set region=${error.region}`;
  return ADVICE[error.code] ?? (/^[A-Z0-9_]+$|^TimeoutError$/.test(error.code) ? UNREACHED : ELSE);
}

const UNREACHED = "check the endpoint in MEDIA_BUCKET_URL, and this machine's way to it";
const ELSE = "look it up among the error codes of this S3 service";
const REGION = "set the region in MEDIA_BUCKET_URL to the bucket's own";

const ADVICE: Readonly<Record<string, string>> = {
  AccessDenied:
    "give this key the rights to put, get and delete objects (s3:PutObject, s3:GetObject, s3:DeleteObject) and to list the bucket (s3:ListBucket)",
  NoSuchBucket: "make the bucket, or mend its name in MEDIA_BUCKET_URL",
  InvalidAccessKeyId: "copy AWS_ACCESS_KEY_ID again",
  SignatureDoesNotMatch: "copy AWS_SECRET_ACCESS_KEY again, both ends included",
  InvalidToken: "take a new AWS_SESSION_TOKEN with its keys, or keys that are not lent",
  ExpiredToken: "take a new AWS_SESSION_TOKEN with its keys, or keys that are not lent",
  RequestTimeTooSkewed: "set this machine's clock (NTP)",
  PermanentRedirect: REGION,
  TemporaryRedirect: "the bucket is new: wait an hour, or check its region",
  AuthorizationHeaderMalformed: REGION,
  IllegalLocationConstraintException: REGION,
  http_404: "mend the endpoint or the name of the bucket in MEDIA_BUCKET_URL",
};
