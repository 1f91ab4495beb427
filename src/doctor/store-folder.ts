import { randomUUID } from "node:crypto";
import { mkdir, open, rm, statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Config } from "../config.ts";
import { type Finding, whyUnanswered } from "./finding.ts";

const BYTES_PER_GB = 1e9;
const LOW_SPACE_BYTES = BYTES_PER_GB;

/** Makes the folder if there is none, as the app would. */
export async function checkStoreFolder({ dataDir, databaseUrl }: Config): Promise<Finding> {
  const about = databaseUrl === undefined ? "Store" : "Folder";
  const folder = resolve(dataDir);
  const probe = join(folder, `.doctor-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(probe, "wx");
    try {
      await file.write("written by npm run doctor\n");
      await file.sync();
    } finally {
      await file.close();
      await rm(probe, { force: true });
    }
    const { bavail, bsize } = await statfs(folder);
    const free = `${((bavail * bsize) / BYTES_PER_GB).toFixed(1)} GB free`;
    return bavail * bsize < LOW_SPACE_BYTES
      ? { mark: "!", about, text: `${folder} is writable, but has only ${free}: make room` }
      : { mark: "✓", about, text: `${folder} is writable, ${free}` };
  } catch (error) {
    const text = `${folder} cannot be written to (${whyUnanswered(error)}): give this user the right to, or set DATA_DIR`;
    return { mark: "✗", about, text };
  }
}
