/** The page with the real app behind it, for the tests of one file, and people who open it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { AkoolOptions } from "../../src/sandbox/akool/options.ts";
import { HOSTED } from "../../src/sandbox/demo/doors.ts";
import type { DemoWorld } from "../../src/sandbox/demo/start-world.ts";
import { buildPage } from "../../src/sandbox/page/build-page.ts";
import { startPageWorld } from "../../src/sandbox/page/page-world.ts";
import { startPage } from "../../src/sandbox/page/start-page.ts";
import { NO_TROUBLE, type Switches } from "../../src/sandbox/page/switches.ts";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { openBrowser } from "./open-browser.ts";
import { Person } from "./person.ts";

/** A wait of the app's of 3 s takes 150 ms. */
const TIME_SCALE = 20;
const RENDER_SECONDS = 0.5;
const OPEN_TIMEOUT_MS = 180_000;

export interface StageOptions {
  readonly renderer?: AkoolOptions["renderer"];
  readonly timeScale?: number;
  readonly switches?: Partial<Switches>;
}

export interface Stage {
  readonly world: DemoWorld;
  readonly url: string;
  readonly browser: Browser;
  /** Somebody who looks at the page in a window of their own; closed when the test ends. */
  open(at: { me?: string; room?: Room } & BrowserContextOptions): Promise<Person>;
  /** A channel with everybody and the app, so that tests do not read each other's. */
  newRoom(): Room;
}

export interface Room {
  readonly id: string;
  /** With the "#". */
  readonly name: string;
}

interface OpenStage extends Stage {
  close(): Promise<void>;
  calm(): Promise<void>;
}

/** Opened before the tests of a file, and closed after them: nothing may then have been objected to. */
export function useStage(options: StageOptions = {}): () => Stage {
  let stage: OpenStage | undefined;
  const contexts: BrowserContext[] = [];
  const people: Person[] = [];
  beforeAll(async () => {
    stage = await openStage(options, contexts, people);
  }, OPEN_TIMEOUT_MS);
  afterEach(async ({ task }) => {
    const failed = task.result?.state === "fail";
    for (const [nth, person] of people.splice(0).entries()) {
      if (failed) await report(person, `${task.name} ${nth + 1}`);
      else expect(person.complaints, "the browser's console").toEqual([]);
    }
    for (const context of contexts.splice(0)) await context.close();
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

async function openStage(
  options: StageOptions,
  contexts: BrowserContext[],
  people: Person[],
): Promise<OpenStage> {
  const { renderer = "tiny", timeScale = TIME_SCALE } = options;
  const switches = { renderSeconds: RENDER_SECONDS, ...options.switches };
  const closers: (() => Promise<unknown>)[] = [];
  const atEnd = (close: () => Promise<unknown>) => void closers.unshift(close);
  const folder = await mkdtemp(join(tmpdir(), "talking-photo-browser-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const world = await startPageWorld(
    {
      hosted: HOSTED,
      logPath: join(folder, "app.log"),
      atEnd,
      onAppDeath: (error) => console.error(error.message),
      renderer,
      timeScale,
    },
    AbortSignal.timeout(OPEN_TIMEOUT_MS),
  );
  const page = await startPage({ world, folder: await buildPage(), switches });
  atEnd(page.close);
  const browser = await openBrowser();
  atEnd(() => browser.close());

  const { workspace } = world.slack;
  let rooms = 0;
  return {
    world,
    url: page.url,
    browser,
    async open({ me = ANNA, room, ...contextOptions }) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        permissions: ["microphone"],
        ...contextOptions,
      });
      contexts.push(context);
      const person = new Person(await context.newPage());
      people.push(person);
      await person.page.goto(`${page.url}#/${[me, ...(room ? [room.id] : [])].join("/")}`);
      await person.main.waitFor();
      return person;
    },
    newRoom() {
      const members = [...workspace.users.keys()];
      const { id, name } = workspace.addChannel({ name: `room-${++rooms}`, members });
      return { id, name: `#${name}` };
    },
    /** Whatever trouble the test has made is over, and no form is left open. */
    async calm() {
      for (const view of world.slack.views) if (view.state === "open") view.state = "closed";
      const act = { do: "makeTrouble", switches: { ...NO_TROUBLE, ...switches } };
      const headers = { "content-type": "application/json" };
      await fetch(`${page.url}act`, { method: "POST", headers, body: JSON.stringify({ me: ANNA, act }) });
    },
    async close() {
      for (const close of closers) await close();
    },
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
