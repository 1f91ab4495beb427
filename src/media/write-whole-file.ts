import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * A file at `path` that is either whole and on disk or not there at all: `write` fills a name beside it,
 * which is synced and renamed. When `write` throws, nothing stays behind.
 */
export async function writeWholeFile<T>(path: string, write: (partPath: string) => Promise<T>): Promise<T> {
  const partPath = `${path}.${randomUUID()}.part`;
  try {
    const result = await write(partPath);
    await sync(partPath);
    await rename(partPath, path);
    await sync(dirname(path));
    return result;
  } catch (error) {
    await rm(partPath, { force: true });
    throw error;
  }
}

/** What is at `path` is on disk; of a folder, the names in it. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
