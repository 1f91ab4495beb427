/** The page's server over HTTP, with the real app behind it, as a browser talks to it. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { World } from "../../../src/sandbox/demo/start-world.ts";
import type { Act, Outcome } from "../../../src/sandbox/page/acts.ts";
import { startPageWorld } from "../../../src/sandbox/page/page-world.ts";
import type {
  PageConversation,
  PageFile,
  PageMessage,
  PageView,
  Snapshot,
} from "../../../src/sandbox/page/snapshot.ts";
import { type Page, startPage } from "../../../src/sandbox/page/start-page.ts";
import { NO_TROUBLE } from "../../../src/sandbox/page/switches.ts";
import { ANNA, GENERAL } from "../../../src/sandbox/slack/slack-sandbox.ts";

const MEDIA = join(import.meta.dirname, "../../fixtures/media");
const WAIT_MS = 45_000;
export const INDEX = "<!doctype html><title>Sandbox</title>";
export const NOT_TROUBLED = { ...NO_TROUBLE, renderSeconds: 0.3 };

/** One page for all tests of a file. */
export function usePage() {
  let made: { world: World; page: Page } | undefined;
  const people: Person[] = [];
  const closers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "page-test-"));
    closers.unshift(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "index.html"), INDEX);
    const world = await startPageWorld(
      {
        hosted: [join(MEDIA, "portrait.jpg"), join(MEDIA, "speech.mp3")],
        logPath: join(folder, "app.log"),
        onAppDeath: (error) => console.error(error),
        atEnd: (close) => closers.unshift(close),
        renderer: "tiny",
        timeScale: 30,
        eventRetryDelaysMs: [300, 1000, 3000],
      },
      AbortSignal.timeout(100_000),
    );
    const page = await startPage({ world, folder, switches: NOT_TROUBLED });
    closers.unshift(page.close);
    made = { world, page };
  });
  afterEach(() => {
    for (const person of people.splice(0)) person.leave();
    if (!made) return;
    expect([...made.world.slack.problems, ...made.world.akool.problems]).toEqual([]);
  });
  afterAll(async () => {
    for (const close of closers) await close();
  });
  const get = () => {
    if (!made) throw new Error("the page is not there");
    return made;
  };
  return {
    get world() {
      return get().world;
    },
    get url() {
      return get().page.url;
    },
    /** Somebody who looks at the page. */
    async open(me: string = ANNA): Promise<Person> {
      const person = new Person(get().page.url, me);
      people.push(person);
      await person.waitFor("the first snapshot", (snapshot) => snapshot);
      return person;
    },
  };
}

export class Person {
  readonly me: string;
  readonly snapshots: Snapshot[] = [];
  readonly #url: string;
  readonly #leaving = new AbortController();

  constructor(url: string, me: string) {
    this.#url = url;
    this.me = me;
    this.#read().catch((error: unknown) => {
      if (!this.#leaving.signal.aborted) console.error(error);
    });
  }

  leave(): void {
    this.#leaving.abort();
  }

  get now(): Snapshot {
    const newest = this.snapshots.at(-1);
    if (!newest) throw new Error("no snapshot came");
    return newest;
  }

  async act(what: Act): Promise<Outcome> {
    const answer = await post(`${this.#url}act`, JSON.stringify({ me: this.me, act: what }));
    expect(answer.status).toBe(200);
    return (await answer.json()) as Outcome; // the server's own type
  }

  /** A file of the fixtures, or made-up bytes. */
  async upload(name: string, bytes?: Uint8Array, isClip = false): Promise<string> {
    const body = bytes ?? (await readFile(join(MEDIA, name)));
    const clip = isClip ? "&clip=1" : "";
    const answer = await post(
      `${this.#url}uploads?name=${encodeURIComponent(name)}${clip}`,
      new Uint8Array(body),
    );
    const { id } = (await answer.json()) as { id: string };
    return id;
  }

  async say(
    text: string,
    uploads: readonly string[] = [],
    at: { conversation?: string; threadTs?: string } = {},
  ) {
    return this.act({ do: "say", conversation: GENERAL, text, uploads: [...uploads], ...at });
  }

  /** Photo and recording with a mention; resolves to the message. */
  async ask(conversation: string = GENERAL): Promise<PageMessage> {
    const text = `@Talking Photo number ${Math.random()}`;
    await this.say(text, [await this.upload("portrait.jpg"), await this.upload("speech.mp3")], {
      conversation,
    });
    return this.waitForMessage(text.slice("@Talking Photo ".length), conversation);
  }

  conversation(id: string = GENERAL): PageConversation {
    const found = this.now.conversations.find((each) => each.id === id);
    if (!found) throw new Error(`${this.me} is not in ${id}`);
    return found;
  }

  thread(root: Pick<PageMessage, "ts">, conversation: string = GENERAL): PageMessage[] {
    return this.conversation(conversation).messages.filter((each) => each.threadTs === root.ts);
  }

  videosIn(root: Pick<PageMessage, "ts">, conversation: string = GENERAL): PageFile[] {
    return this.thread(root, conversation)
      .flatMap(({ files }) => files)
      .filter(({ mimetype }) => mimetype === "video/mp4");
  }

  waitForMessage(text: string, conversation: string = GENERAL): Promise<PageMessage> {
    return this.waitFor(`a message with ${text}`, () =>
      this.conversation(conversation).messages.findLast(
        (each) => each.text.includes(text) || JSON.stringify(each.blocks).includes(text),
      ),
    );
  }

  waitForReply(root: Pick<PageMessage, "ts">, text: string | RegExp): Promise<PageMessage> {
    return this.waitFor(`a reply with ${text}`, () =>
      this.thread(root).findLast((each) => each.text.search(text) >= 0),
    );
  }

  waitForVideo(root: Pick<PageMessage, "ts">, conversation: string = GENERAL): Promise<PageFile> {
    return this.waitFor("a video", () => this.videosIn(root, conversation)[0]);
  }

  waitForForm(): Promise<PageView> {
    // It opens empty, and is filled in a moment later.
    return this.waitFor("a form", ({ forms }) =>
      forms.findLast(({ content }) => content.type === "modal" && content.submit !== undefined),
    );
  }

  async waitFor<T>(what: string, look: (snapshot: Snapshot) => T | undefined): Promise<T> {
    for (const giveUpAt = performance.now() + WAIT_MS; performance.now() < giveUpAt; ) {
      const newest = this.snapshots.at(-1);
      const found = newest && look(newest);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const seen = this.snapshots
      .at(-1)
      ?.conversations.flatMap(({ name, messages }) => [
        `#${name}`,
        ...messages.map(({ user, text }) => `  ${user}: ${text}`),
      ]);
    throw new Error(`waited for ${what}. Seen:\n${seen?.join("\n")}`);
  }

  async #read(): Promise<void> {
    const { signal } = this.#leaving;
    const answer = await fetch(`${this.#url}feed?me=${this.me}`, { signal });
    if (!answer.body) throw new Error("the feed has no body");
    let text = "";
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const parts = (text + chunk).split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) {
        const data = /^event: snapshot\ndata: (.*)$/.exec(part)?.[1];
        if (data) this.snapshots.push(JSON.parse(data) as Snapshot);
      }
    }
  }
}

/** From the page itself, as a browser says. */
export function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  return fetch(url, { method: "POST", body, headers: { origin: new URL(url).origin, ...headers } });
}
