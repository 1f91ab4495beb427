import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobId } from "../job/ids.ts";
import {
  FILE_NAMES,
  type IsNeeded,
  type OpenFile,
  type PreparedFile,
  type PreparedMedia,
  type ServedMedia,
} from "./prepared-media.ts";
import { sync } from "./write-whole-file.ts";

/** Everything of one job on this machine: its prepared files, and those that are being made. */
export function spoolFolder(spoolDir: string, jobId: JobId): string {
  return join(spoolDir, jobId);
}

/** In the spool of this machine: for a program that runs as one process. */
export function createLocalMedia(spoolDir: string, isNeeded: IsNeeded): ServedMedia {
  const pathOf = (jobId: JobId, file: PreparedFile) => join(spoolFolder(spoolDir, jobId), FILE_NAMES[file]);
  return {
    kind: "served",
    async save(jobId, file, path) {
      const folder = spoolFolder(spoolDir, jobId);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(path, pathOf(jobId, file));
      await sync(folder);
    },
    open: (jobId, file) => openFile(pathOf(jobId, file)),
    remove: (jobId) => rm(spoolFolder(spoolDir, jobId), { recursive: true, force: true }),
    sweep: () => sweepSpool(spoolDir, isNeeded),
  };
}

/** Removes the folders of jobs that no longer need their media, and whatever else lies about. */
export async function sweepSpool(spoolDir: string, isNeeded: IsNeeded): Promise<void> {
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  for (const name of await readdir(spoolDir)) {
    if (!(await isNeeded(name as JobId))) await rm(join(spoolDir, name), { recursive: true, force: true });
  }
}

/**
 * Brings what lies prepared on this machine to another home: the program was started with other settings
 * before, and jobs of that time still need their media.
 */
export async function moveSpool(spoolDir: string, home: PreparedMedia, signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  for (const name of await readdir(spoolDir)) {
    for (const [file, fileName] of Object.entries(FILE_NAMES)) {
      const path = join(spoolDir, name, fileName);
      const found = await openFile(path);
      if (!found) continue;
      await found.close();
      try {
        await home.save(name as JobId, file as PreparedFile, path, signal);
        await rm(path, { force: true });
      } catch (error) {
        // The others need not suffer for it.
        failures.push(error);
      }
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} files could not be moved`);
}

async function openFile(path: string): Promise<OpenFile | undefined> {
  const handle = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    // The file's own size: a header that promises more or less than comes would be a broken download.
    const { size } = await handle.stat();
    return {
      sizeBytes: size,
      read: (start, end) => handle.createReadStream({ start, end, autoClose: false }),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
