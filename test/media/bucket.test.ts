import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { JobId } from "../../src/job/ids.ts";
import { BucketProblem, type BucketSettings, createBucket } from "../../src/media/bucket.ts";
import { createBucketMedia } from "../../src/media/bucket-media.ts";
import { startS3, type TestS3 } from "../s3/start-s3.ts";
import { FIXTURES, rejectionOf, temporaryFolder } from "./serve.ts";

const HOUR_MS = 3_600_000;
const PHOTO = join(FIXTURES, "portrait.jpg");
const never = new AbortController().signal;

let s3: TestS3;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3?.close());
beforeEach(() => {
  s3.intercept = undefined;
});

function open(changes: Partial<BucketSettings> = {}, retryMs = 1) {
  const settings: BucketSettings = {
    name: s3.bucket,
    prefix: `${createHash("sha256")
      .update(expect.getState().currentTestName ?? "")
      .digest("hex")
      .slice(0, 12)}/`,
    region: "eu-central-1",
    endpoint: new URL(s3.endpoint),
    accessKeyId: s3.env.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: s3.env.AWS_SECRET_ACCESS_KEY ?? "",
    ...changes,
  };
  const bucket = createBucket(settings, retryMs);
  onTestFinished(() => bucket.close());
  return { bucket, prefix: settings.prefix };
}

async function get(url: string) {
  const { statusCode, headers, body } = await request(url);
  return { status: statusCode, headers, bytes: Buffer.from(await body.arrayBuffer()) };
}

async function keysOf(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all.sort();
}

describe("a bucket", () => {
  it("gives by a signed address what was put there, until it is removed", async () => {
    const { bucket, prefix } = open();
    await bucket.put("job1/photo.jpg", PHOTO, "image/jpeg");
    const url = await bucket.presign("job1/photo.jpg", HOUR_MS);
    expect(new URL(url).pathname).toBe(`/${s3.bucket}/${prefix}job1/photo.jpg`);

    const answer = await get(url);
    expect(answer).toMatchObject({ status: 200, bytes: await readFile(PHOTO) });
    expect(answer.headers["content-type"]).toBe("image/jpeg");

    await bucket.remove("job1/photo.jpg");
    expect((await get(url)).status).toBe(404);
    // Repeatable: what is not there is removed already.
    await bucket.remove("job1/photo.jpg");
  });

  it("streams a large file, and again from its beginning when it was told to slow down", async () => {
    const { bucket } = open();
    const path = join(await temporaryFolder(), "large");
    const bytes = randomBytes(5_000_000);
    await writeFile(path, bytes);
    let refusals = 2;
    s3.intercept = ({ method }) =>
      method === "PUT" && refusals-- > 0 ? { status: 503, code: "SlowDown" } : undefined;
    await bucket.put("job1/speech.mp3", path, "audio/mpeg");
    expect((await get(await bucket.presign("job1/speech.mp3", HOUR_MS))).bytes.equals(bytes)).toBe(true);
    expect(refusals).toBe(-1);
  });

  it("signs addresses that die on time, and that nobody can change", async () => {
    const { bucket } = open();
    await bucket.put("job1/photo.jpg", PHOTO, "image/jpeg");
    const url = new URL(await bucket.presign("job1/photo.jpg", 1));
    expect(url.searchParams.get("X-Amz-Expires")).toBe("1");
    expect((await get(url.href)).status).toBe(200);
    await vi.waitFor(async () => expect((await get(url.href)).status).toBe(403), { timeout: 5000 });

    const changed = new URL(await bucket.presign("job1/photo.jpg", HOUR_MS));
    changed.searchParams.set("X-Amz-Expires", "7200");
    expect((await get(changed.href)).status).toBe(403);
    const longest = new URL(await bucket.presign("job1/photo.jpg", 1000 * HOUR_MS));
    expect(longest.searchParams.get("X-Amz-Expires")).toBe("604800");
  });

  it("lists what is under its prefix, page by page, and nothing else", async () => {
    const { bucket } = open();
    const other = open({ prefix: "somebody/else/" }).bucket;
    await other.put("job9/photo.jpg", PHOTO, "image/jpeg");
    expect(await keysOf(bucket.keys())).toEqual([]);
    const small = join(await temporaryFolder(), "small");
    await writeFile(small, "x");
    const keys = Array.from({ length: 1003 }, (_, index) => `job${String(index).padStart(4, "0")}/photo.jpg`);
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(keys.slice(at, at + 50).map((key) => bucket.put(key, small, "image/jpeg")));
    expect(await keysOf(bucket.keys())).toEqual(keys);
  });

  it.each<[string, Partial<BucketSettings>, string]>([
    ["the secret is wrong", { secretAccessKey: "canary-secret" }, "SignatureDoesNotMatch"],
    ["the key is unknown", { accessKeyId: "canary-key" }, "InvalidAccessKeyId"],
    ["there is no such bucket", { name: "no-such-bucket" }, "NoSuchBucket"],
  ])("says so at once when %s", async (_what, changes, code) => {
    const { bucket } = open(changes);
    const before = s3.requests.length;
    const error = await rejectionOf(bucket.put("job1/photo.jpg", PHOTO, "image/jpeg"));
    expect(error).toBeInstanceOf(BucketProblem);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify([error, String(error)])).not.toMatch(/canary/);
    expect(s3.requests).toHaveLength(before + 1);
  });

  it("says where the bucket is when it is somewhere else", async () => {
    const { bucket } = open();
    s3.intercept = () => ({
      status: 301,
      code: "PermanentRedirect",
      headers: { "x-amz-bucket-region": "us-west-2" },
    });
    const error = await rejectionOf(bucket.remove("job1/photo.jpg"));
    expect(error).toMatchObject({ code: "PermanentRedirect", region: "us-west-2" });
  });

  it("tries four times when the trouble may pass, then gives up", async () => {
    const { bucket } = open();
    for (const answer of [
      { status: 503, code: "SlowDown" },
      { status: 500, code: "InternalError" },
    ]) {
      const before = s3.requests.length;
      s3.intercept = () => answer;
      expect(await rejectionOf(bucket.remove("job1/photo.jpg"))).toMatchObject({ code: answer.code });
      expect(s3.requests).toHaveLength(before + 4);
    }
    s3.intercept = undefined;
    const away = open({ endpoint: new URL("http://127.0.0.1:1") }).bucket;
    expect(await rejectionOf(away.remove("job1/photo.jpg"))).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("stops between two tries when it is told to", async () => {
    const { bucket } = open({}, HOUR_MS);
    const stop = new AbortController();
    s3.intercept = () => {
      setImmediate(() => stop.abort(new Error("told to stop")));
      return { status: 503, code: "SlowDown" };
    };
    await rejectionOf(bucket.put("job1/photo.jpg", PHOTO, "image/jpeg", stop.signal));
  });

  it.each<[string, Partial<BucketSettings>, string]>([
    ["Amazon's, by host name", {}, "https://photos.s3.eu-central-1.amazonaws.com/in/job1/photo.jpg"],
    [
      "Amazon's, by path where a dot would break the certificate",
      { name: "my.photos" },
      "https://s3.eu-central-1.amazonaws.com/my.photos/in/job1/photo.jpg",
    ],
    [
      "anybody else's, by path",
      { endpoint: new URL("https://s3.example.com:9000") },
      "https://s3.example.com:9000/photos/in/job1/photo.jpg",
    ],
  ])("has addresses like %s", async (_what, changes, expected) => {
    const settings = {
      name: "photos",
      prefix: "in/",
      region: "eu-central-1",
      accessKeyId: "k",
      secretAccessKey: "s",
    };
    const bucket = createBucket({ ...settings, ...changes }, 1);
    onTestFinished(() => bucket.close());
    const url = new URL(await bucket.presign("job1/photo.jpg", HOUR_MS));
    expect(url.origin + url.pathname).toBe(expected);
  });

  it("puts the session token of lent keys into what it signs", async () => {
    const { bucket } = open({ sessionToken: "lent" });
    const url = new URL(await bucket.presign("job1/photo.jpg", HOUR_MS));
    expect(url.searchParams.get("X-Amz-Security-Token")).toBe("lent");
    await bucket.put("job1/photo.jpg", PHOTO, "image/jpeg");
    expect((await get(url.href)).status).toBe(200);
  });
});

describe("media in a bucket", () => {
  const [ended, running, foreign] = ["ended1", "running1", "foreign1"] as JobId[];
  const isNeeded = async (id: JobId) => (id === foreign ? undefined : id === running);

  function home() {
    const { bucket } = open();
    const warnings: string[] = [];
    const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
    return { bucket, warnings, media: createBucketMedia({ bucket, sweepAgainMs: 5, isNeeded, log }) };
  }

  it("are swept when their job has ended; a job of somebody else's is left alone", async () => {
    const { bucket, media } = home();
    for (const id of [ended, running, foreign] as JobId[]) {
      await media.save(id, "photo", PHOTO, never);
      await media.save(id, "speech", join(FIXTURES, "speech.mp3"), never);
    }
    await bucket.put("notes.txt", PHOTO, "text/plain");
    await media.sweep();
    expect(await keysOf(bucket.keys())).toEqual([
      "foreign1/photo.jpg",
      "foreign1/speech.mp3",
      "notes.txt",
      "running1/photo.jpg",
      "running1/speech.mp3",
    ]);
  });

  it("that cannot be removed hold nobody up, and are removed once the bucket is back", async () => {
    const { bucket, media, warnings } = home();
    await media.save(ended as JobId, "photo", PHOTO, never);
    s3.intercept = () => ({ status: 403, code: "AccessDenied" });
    await media.remove(ended as JobId);
    expect(warnings).toEqual(["the media of a job are still in the bucket; trying again"]);
    await vi.waitFor(() => expect(warnings).toContain("the bucket could not be swept; trying again"));
    s3.intercept = undefined;
    await vi.waitFor(async () => expect(await keysOf(bucket.keys())).toEqual([]), { timeout: 10_000 });
  });
});
