/** Server-sent events: the whole snapshot at once, and again whenever it has changed. */
import type { ServerResponse } from "node:http";

/** Changes that come together go out together. */
const MERGE_MS = 60;
/** What announces no change is looked at so often: calls, jobs, the app's process. */
const LOOK_EVERY_MS = 200;
const COMMENT_EVERY_MS = 15_000;

interface Reader {
  readonly me: string;
  readonly response: ServerResponse;
  last: string;
}

export interface FeedDeps {
  /** For one person, as JSON. */
  readonly snapshotFor: (me: string) => string;
  /** Called before each look, while anybody reads. */
  readonly beforeLook: () => void;
}

export class Feed {
  readonly #deps: FeedDeps;
  readonly #readers = new Set<Reader>();
  #merging: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #commenting: NodeJS.Timeout | undefined;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  add(me: string, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const reader = { me, response, last: "" };
    this.#readers.add(reader);
    response.on("close", () => {
      this.#readers.delete(reader);
      if (this.#readers.size === 0) this.#rest();
    });
    response.on("error", () => response.destroy());
    this.#looking ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#commenting ??= setInterval(() => this.#comment(), COMMENT_EVERY_MS);
    this.#deps.beforeLook();
    this.#send(reader);
  }

  /** Something has changed. */
  touch(): void {
    if (this.#readers.size === 0) return;
    this.#merging ??= setTimeout(() => {
      this.#merging = undefined;
      this.#look();
    }, MERGE_MS);
  }

  close(): void {
    for (const { response } of this.#readers) response.destroy();
    this.#rest();
  }

  #look(): void {
    this.#deps.beforeLook();
    for (const reader of this.#readers) this.#send(reader);
  }

  #send(reader: Reader): void {
    // One that is behind gets the newest once it has caught up.
    if (reader.response.writableNeedDrain) return;
    const snapshot = this.#deps.snapshotFor(reader.me);
    if (snapshot === reader.last) return;
    reader.last = snapshot;
    reader.response.write(`event: snapshot\ndata: ${snapshot}\n\n`);
  }

  #comment(): void {
    for (const { response } of this.#readers)
      if (!response.writableNeedDrain) response.write(": still here\n\n");
  }

  #rest(): void {
    clearTimeout(this.#merging);
    clearInterval(this.#looking);
    clearInterval(this.#commenting);
    this.#merging = this.#looking = this.#commenting = undefined;
  }
}
