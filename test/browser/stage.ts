/** The page for the tests of one file. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { OPEN_TIMEOUT_MS, type OpenStage, openStage, type Stage, type StageOptions } from "./open-stage.ts";
import type { Person } from "./person.ts";

export type { Room } from "./open-stage.ts";

/** Opened before the tests of a file, and closed after them: nothing may then have been objected to. */
export function useStage(options: StageOptions = {}): () => Stage {
  let stage: OpenStage | undefined;
  beforeAll(async () => {
    stage = await openStage(options);
  }, OPEN_TIMEOUT_MS);
  afterEach(async ({ task }) => {
    const failed = task.result?.state === "fail";
    for (const [nth, person] of (stage?.people ?? []).entries()) {
      if (failed) await report(person, `${task.name} ${nth + 1}`);
      else expect(person.complaints, "the browser's console").toEqual([]);
    }
    await stage?.calm();
  });
  afterAll(async () => {
    await stage?.close();
    const { slack, akool } = stage?.world ?? {};
    expect([...(slack?.problems ?? []), ...(akool?.problems ?? [])], "what the stand-ins object to").toEqual(
      [],
    );
  });
  return () => {
    if (!stage) throw new Error("the stage opens before the tests, not while they are described");
    return stage;
  };
}

/** What the person saw when it went wrong. */
async function report(person: Person, name: string): Promise<void> {
  const file = join(tmpdir(), `talking-photo-${name.replace(/\W+/g, "-").slice(0, 60)}.png`);
  await person.page.screenshot({ path: file }).catch(() => undefined);
  const seen: string[] = [];
  for (const part of [person.main, person.thread, person.page.getByRole("dialog")])
    for (const each of await part.all()) seen.push(await each.ariaSnapshot().catch(String));
  const text = [...seen, ...person.complaints].join("\n");
  process.stderr.write(`--- the page at the end of "${name}" (${file})\n${text}\n`);
}
