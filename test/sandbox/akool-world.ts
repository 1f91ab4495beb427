import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import type { AkoolOptions } from "../../src/sandbox/akool/options.ts";
import { speechSound } from "../../src/sandbox/akool/speech-sound.ts";
import { type AkoolSandbox, startAkool } from "../../src/sandbox/akool/start-akool.ts";

export const CREATE = "/api/open/v3/content/video/createbytalkingphoto";
export const CREDIT = "/api/open/v3/faceswap/quota/info";
export const TOKEN = "/api/open/v3/getToken";
const INFO = "/api/open/v3/content/video/infobymodelid";

const media = (name: string) => readFile(new URL(`../fixtures/media/${name}`, import.meta.url));
export const photo = await media("portrait.jpg");
const [speech, clip] = [await media("speech.mp3"), await media("clip.webm")];

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A stand-in that finishes nothing by itself, and what lies outside of it: a host with photo and recording that also takes webhooks. */
export async function start(options: AkoolOptions = {}) {
  const akool = await startAkool({ autoFinish: false, ...options });
  cleanups.push(() => akool.close());
  const outside = await startOutside();
  const order = {
    talking_photo_url: `${outside.url}/photo.jpg`,
    audio_url: `${outside.url}/speech.mp3`,
    resolution: "720",
    webhookUrl: "",
  };
  return { akool, outside, order };
}

async function startOutside() {
  const hooks: Record<string, unknown>[] = [];
  const outside = { url: "", hooks, answers: [] as number[] };
  const files: Record<string, [string, Buffer | undefined]> = {
    "/photo.jpg": ["image/jpeg", photo],
    "/cut.jpg": ["image/jpeg", photo.subarray(0, 40_000)],
    "/speech.mp3": ["audio/mpeg", speech],
    "/short.mp3": ["audio/mpeg", await speechSound("Hi.", { voiceId: "any", gender: "Male" })],
    "/clip.webm": ["audio/webm", clip],
    "/page.html": ["text/html", Buffer.from("<html>")],
  };
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === "POST") {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      hooks.push(JSON.parse(Buffer.concat(chunks).toString()));
      return response.writeHead(outside.answers.shift() ?? 200).end();
    }
    if (request.url === "/redirect.jpg") return response.writeHead(302, { location: "/photo.jpg" }).end();
    const [type, bytes] = files[request.url ?? ""] ?? [];
    if (!type) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  outside.url = `http://127.0.0.1:${port}`;
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return outside;
}

export async function get(akool: AkoolSandbox, path: string, headers?: Record<string, string>) {
  return call(akool, path, { headers: headers ?? { "x-api-key": akool.apiKey } });
}

export async function post(
  akool: AkoolSandbox,
  path: string,
  body: unknown,
  headers: Record<string, string> = { "x-api-key": akool.apiKey },
  signal?: AbortSignal,
) {
  return call(akool, path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

/** `body` is undefined when it is not JSON. */
async function call(akool: AkoolSandbox, path: string, init: RequestInit) {
  const response = await fetch(akool.url + path, init);
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : undefined };
}

export async function info(akool: AkoolSandbox, id: string) {
  return (await get(akool, `${INFO}?video_model_id=${id}`)).body;
}
