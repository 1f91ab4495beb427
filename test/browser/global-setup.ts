import { buildPage } from "../../src/sandbox/page/build-page.ts";

/** Once, before the files of tests do it at the same time. */
export async function setup(): Promise<void> {
  await buildPage();
}
