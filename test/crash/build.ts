import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The app as it is deployed. Several may do this at once; what is built already is left alone. */
export async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, ["scripts/build.mjs"]);
}
