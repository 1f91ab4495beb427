import { writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import type { JobId } from "../../src/job/ids.ts";
import { createLocalMedia } from "../../src/media/local-media.ts";
import { createMediaHandler, type FoundMedia } from "../../src/media/serve-media.ts";
import { serve, temporaryFolder } from "./serve.ts";

const BYTES = Buffer.from("0123456789");

describe("the media route", () => {
  it("gives the bytes with their length and type, to be kept nowhere", async () => {
    const { get } = await world();
    const answer = await get("/good/photo.jpg");
    expect(answer).toMatchObject({ status: 200, body: "0123456789" });
    expect(answer.headers).toMatchObject({
      "content-type": "image/jpeg",
      "content-length": "10",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-disposition": 'attachment; filename="photo.jpg"',
    });
  });

  it("answers HEAD with the headers alone", async () => {
    const { get } = await world();
    const [head, full] = [await get("/good/photo.jpg", { method: "HEAD" }), await get("/good/photo.jpg")];
    expect(head).toMatchObject({ status: 200, body: "" });
    expect(head.headers).toEqual(full.headers);
  });

  it.each([
    ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
    ["bytes=4-4", 206, "4", "bytes 4-4/10"],
    ["bytes=7-", 206, "789", "bytes 7-9/10"],
    ["bytes=7-99", 206, "789", "bytes 7-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=-99", 206, "0123456789", "bytes 0-9/10"],
    ["BYTES=0-0", 206, "0", "bytes 0-0/10"],
    ["bytes=10-", 416, "", "bytes */10"],
    ["bytes=99-100", 416, "", "bytes */10"],
    ["bytes=-0", 416, "", "bytes */10"],
    ["bytes=0-1,3-4", 200, "0123456789", undefined],
    ["bytes=5-2", 200, "0123456789", undefined],
    ["bytes=-", 200, "0123456789", undefined],
    ["bytes=a-b", 200, "0123456789", undefined],
    ["items=0-3", 200, "0123456789", undefined],
  ])("answers Range %s with %i", async (range, status, body, contentRange) => {
    const { get } = await world();
    const answer = await get("/good/photo.jpg", { headers: { range } });
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers["content-range"]).toBe(contentRange);
    expect(answer.headers["content-length"]).toBe(String(body.length));
  });

  it("gives the whole file when the range depends on a state it cannot compare, or on HEAD", async () => {
    const { get } = await world();
    const headers = { range: "bytes=0-3", "if-range": '"x"' };
    expect(await get("/good/photo.jpg", { headers })).toMatchObject({ status: 200, body: "0123456789" });
    expect(await get("/good/photo.jpg", { method: "HEAD", headers: { range: "bytes=0-3" } })).toMatchObject({
      status: 200,
    });
  });

  it("gives the same 404 whatever is wrong", async () => {
    const { get } = await world();
    const answers = [
      await get("/unknown/photo.jpg"),
      await get("/good/speech.mp3"),
      await get("/good/photo.png"),
      await get("/good/PHOTO.jpg"),
      await get("/good/constructor"),
      await get("/deleted/photo.jpg"),
      await get("/strange/photo.jpg"),
    ];
    for (const { status, body, headers } of answers) {
      expect({ status, body, headers }).toEqual({
        status: 404,
        body: "Not found\n",
        headers: {
          "content-type": "text/plain; charset=utf-8",
          "content-length": "10",
          "x-content-type-options": "nosniff",
          "cache-control": "no-store",
        },
      });
    }
    expect(await get("/unknown/photo.jpg", { method: "HEAD" })).toMatchObject({ status: 404, body: "" });
  });

  it("knows no other methods", async () => {
    const { get } = await world();
    for (const capability of ["good", "unknown"]) {
      const answer = await get(`/${capability}/photo.jpg`, { method: "POST" });
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe("GET, HEAD");
    }
  });

  it("stores that it was asked before it answers, and only for what there is", async () => {
    const hits: string[] = [];
    let store: () => void = () => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const { get } = await world(async (capability) => {
      hits.push(capability);
      await stored;
    });
    await get("/unknown/photo.jpg");
    await get("/good/speech.mp3");
    expect(hits).toEqual([]);

    let answered = false;
    const answer = get("/good/photo.jpg").finally(() => {
      answered = true;
    });
    await expect.poll(() => hits).toEqual(["good"]);
    // Another request goes there and back meanwhile.
    await get("/unknown/photo.jpg");
    expect(answered).toBe(false);
    store();
    expect(await answer).toMatchObject({ status: 200 });

    await get("/good/photo.jpg", { method: "HEAD" });
    expect(hits).toEqual(["good", "good"]);
  });

  it("sends nothing when that cannot be stored", async () => {
    const { get } = await world(async () => {
      throw new Error("disk full");
    });
    expect(await get("/good/photo.jpg")).toMatchObject({ status: 500, body: "" });
  });

  it("survives a reader that hangs up half way", async () => {
    const { get, origin, failures } = await world();
    await new Promise<void>((done) => {
      const asked = httpRequest(`${origin}/large/speech.mp3`, (response) => {
        response.once("data", () => response.destroy());
        response.once("close", done);
      });
      asked.on("error", () => {});
      asked.end();
    });
    expect(await get("/good/photo.jpg")).toMatchObject({ status: 200 });
    expect(failures).toEqual([]);
  });
});

async function world(onHit: (capability: string) => Promise<void> = async () => {}) {
  const folder = await temporaryFolder();
  const local = createLocalMedia(folder, async () => true);
  const put = async (name: string, bytes: Buffer, contentType: string): Promise<FoundMedia> => {
    const id = name as JobId;
    const path = join(folder, `${name}.made`);
    await writeFile(path, bytes);
    await local.save(id, "photo", path, new AbortController().signal);
    return { contentType, open: () => local.open(id, "photo") };
  };
  const media = new Map<string, FoundMedia>([
    ["good", await put("good", BYTES, "image/jpeg")],
    ["large", await put("large", Buffer.alloc(5_000_000), "audio/mpeg")],
    ["strange", await put("strange", BYTES, "text/html")],
    ["deleted", { contentType: "image/jpeg", open: () => local.open("deleted" as JobId, "photo") }],
  ]);
  const handle = createMediaHandler({ findMedia: async (capability) => media.get(capability), onHit });
  const failures: unknown[] = [];
  const { origin } = await serve((req, res) => {
    const [, capability = "", name = ""] = (req.url ?? "").split("/");
    handle(req, res, { capability, name }).catch((error: unknown) => {
      failures.push(error);
      res.writeHead(500).end();
    });
  });
  return {
    origin,
    failures,
    async get(
      path: string,
      options: { method?: "GET" | "HEAD" | "POST"; headers?: Record<string, string> } = {},
    ) {
      const response = await request(`${origin}${path}`, options);
      const { date: _date, connection: _connection, "keep-alive": _keep, ...headers } = response.headers;
      return { status: response.statusCode, headers, body: await response.body.text() };
    },
  };
}
