/**
 * The built client: the files that were in the folder at the start, as they were then, and nothing else. Another sandbox
 * may build it anew meanwhile.
 */
import { readdir, readFile, stat } from "node:fs/promises";
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
  readonly type: string;
  readonly bytes: Buffer;
}

/** By the path in the URL; the page itself is at "/". */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

export async function listFiles(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const entry of await readdir(folder, { recursive: true })) {
    const path = join(folder, entry);
    if (!(await stat(path)).isFile() || basename(entry).startsWith(".")) continue;
    const type = TYPES[extname(entry)] ?? "application/octet-stream";
    const file = { type, bytes: await readFile(path) };
    const name = `/${entry.replaceAll(sep, "/")}`;
    files.set(name, file);
    if (name === "/index.html") files.set("/", file);
  }
  return files;
}

export function sendStatic(file: StaticFile, response: ServerResponse, isHead: boolean): void {
  response.writeHead(200, {
    "content-type": file.type,
    "content-length": file.bytes.length,
    // It is built anew whenever its sources change.
    "cache-control": "no-cache",
  });
  response.end(isHead ? undefined : file.bytes);
}
