/** The page with the real app behind it, and people who open it, each in a window of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
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
export const OPEN_TIMEOUT_MS = 180_000;

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

export interface OpenStage extends Stage {
  close(): Promise<void>;
  /** Whatever trouble was made is over, no form is left open, and no window either. */
  calm(): Promise<void>;
  /** Those whose windows are open. */
  readonly people: readonly Person[];
}

export async function openStage(options: StageOptions): Promise<OpenStage> {
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
  const people: Person[] = [];
  return {
    people,
    world,
    url: page.url,
    browser,
    async open({ me = ANNA, room, ...contextOptions }) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        permissions: ["microphone"],
        ...contextOptions,
      });
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
    async calm() {
      for (const { page: each } of people.splice(0)) await each.context().close();
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
