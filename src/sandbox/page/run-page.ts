/** `npm run demo` on a terminal: the page, until Ctrl-C. */
import { mkdir } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { AkoolOptions } from "../akool/options.ts";
import { lastLogLines } from "../demo/app-process.ts";
import { HOSTED } from "../demo/doors.ts";
import { buildPage } from "./build-page.ts";
import { startPageWorld } from "./page-world.ts";
import { startPage } from "./start-page.ts";

const OUTPUT_FOLDER = "demo-output";
const LOG_LINES_SHOWN = 8;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface RunPageOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Opens the page in the browser. Default false. */
  readonly open?: boolean;
  /** The built client; built where there is none yet by default. */
  readonly folder?: string;
  readonly renderer?: AkoolOptions["renderer"];
  readonly timeScale?: number;
}

/** Resolves to the exit code, once it was told to end and all that it started is stopped. */
export async function runPage(options: RunPageOptions = {}): Promise<number> {
  const { port, open = false, renderer, timeScale } = options;
  const logPath = resolve(OUTPUT_FOLDER, "app.log");
  const ending = new AbortController();
  const end = () => ending.abort();
  for (const signal of SIGNALS) process.on(signal, end);
  const closers: (() => Promise<unknown>)[] = [];
  const atEnd = (close: () => Promise<unknown>) => void closers.unshift(close);
  let lastWords: Error | undefined;
  try {
    await mkdir(OUTPUT_FOLDER, { recursive: true });
    const onBuild = () => console.log("Building the page …");
    const folder = options.folder ?? (await buildPage({ onBuild }));
    const world = await startPageWorld(
      {
        hosted: HOSTED,
        logPath,
        atEnd,
        // The page shows it as stopped, and can start it again.
        onAppDeath: (error) => {
          lastWords = error;
          console.error(error.message);
        },
        ...(renderer && { renderer }),
        ...(timeScale && { timeScale }),
      },
      ending.signal,
    );
    const page = await startPage({ world, folder, ...(port !== undefined && { port }) });
    atEnd(page.close);
    introduce(page.url);
    if (open) await openInBrowser(page.url);
    await untilAborted(ending.signal);
    return 0;
  } catch (error) {
    if (ending.signal.aborted) return 0;
    await explain(lastWords ?? error, logPath);
    return 1;
  } finally {
    for (const close of closers)
      await close().catch((error: unknown) => console.error(`While stopping: ${error}`));
    for (const signal of SIGNALS) process.off(signal, end);
  }
}

function introduce(url: string): void {
  console.log(`
Talking Photo for Slack, on this computer: the app is the real one, Slack and AKOOL are stand-ins.
No account is needed, nothing is spent, and your files stay here.

  ${url}

Drop a photo and a recording into #general and mention @Talking Photo, or type /talkingphoto.
Ctrl-C ends it.`);
}

/** Where there is no browser, the address is still there to be read. */
async function openInBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import("open");
    const browser = await open(url);
    browser.on("error", () => undefined);
  } catch {
    // as said
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function explain(error: unknown, logPath: string): Promise<void> {
  console.error(`\nThe page could not be started: ${error instanceof Error ? error.message : error}`);
  const lines = await lastLogLines(logPath, LOG_LINES_SHOWN);
  if (lines.length === 0) return;
  console.error(`\nThe end of the app's log (all of it is in ${relative(".", logPath)}):`);
  for (const line of lines) console.error(`  ${line}`);
}
