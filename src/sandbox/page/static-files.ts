/** The built client: the files that were in the folder at the start, and nothing else. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { basename, extname, join, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
};

interface StaticFile {
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
}

/** By the path in the URL; the page itself is at "/". */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

export async function listFiles(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const entry of await readdir(folder, { recursive: true })) {
    const path = join(folder, entry);
    const found = await stat(path);
    if (!found.isFile() || basename(entry).startsWith(".")) continue;
    const type = TYPES[extname(entry)] ?? "application/octet-stream";
    const file = { path, type, bytes: found.size };
    const name = `/${entry.replaceAll(sep, "/")}`;
    files.set(name, file);
    if (name === "/index.html") files.set("/", file);
  }
  return files;
}

export function sendStatic(file: StaticFile, response: ServerResponse, isHead: boolean): void {
  response.writeHead(200, {
    "content-type": file.type,
    "content-length": file.bytes,
    // It is built anew whenever its sources change.
    "cache-control": "no-cache",
  });
  if (isHead) return void response.end();
  createReadStream(file.path)
    .on("error", () => response.destroy())
    .pipe(response);
}
