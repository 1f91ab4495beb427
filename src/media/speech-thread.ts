import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { SpeechOrder, SpeechOutcome } from "./speech-worker.ts";

const TIMEOUT_MS = 60_000;
const HEAP_MB = 256;
/** Starting a thread takes ten times as long as judging an MP3, so it stays for whoever comes next. */
const IDLE_MS = 10_000;
/** What decoders ask for, they give back with their thread. */
const ORDERS_OF_ONE_THREAD = 100;

/** The same folder holds the .ts source and, once built, the .js. */
const WORKER_URL = new URL(`./speech-worker${extname(import.meta.url)}`, import.meta.url);

interface Thread {
  readonly worker: Worker;
  ordersLeft: number;
  idle?: NodeJS.Timeout;
}

const idleThreads: Thread[] = [];

/** Has one recording judged and converted in a thread that can be killed. @throws when the program is to blame */
export async function runInSpeechThread(order: SpeechOrder): Promise<SpeechOutcome> {
  const thread = idleThreads.pop() ?? startThread();
  clearTimeout(thread.idle);
  thread.worker.ref();
  thread.ordersLeft -= 1;
  let outcome: SpeechOutcome | undefined;
  try {
    outcome = await runIn(thread, order);
    return outcome;
  } finally {
    // Whatever a strange file has done to a thread ends with it.
    if (outcome?.type === "prepared" && thread.ordersLeft > 0) keep(thread);
    else await thread.worker.terminate();
  }
}

async function runIn({ worker }: Thread, order: SpeechOrder): Promise<SpeechOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<SpeechOutcome>();
  const timer = setTimeout(() => resolve(gaveUp("conversion_timeout")), TIMEOUT_MS);
  const listeners = {
    message: resolve,
    error: (error: Error) => {
      if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve(gaveUp("conversion_memory"));
      else reject(error);
    },
    exit: () => reject(new Error("speech worker ended without an answer")),
  };
  for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);
  worker.postMessage(order);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
  }
}

function startThread(): Thread {
  const worker = new Worker(WORKER_URL, {
    // No secrets and no way to the log for code that parses what strangers sent.
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const thread = { worker, ordersLeft: ORDERS_OF_ONE_THREAD };
  worker.on("error", () => forget(thread));
  return thread;
}

function keep(thread: Thread): void {
  thread.worker.unref();
  thread.idle = setTimeout(() => {
    forget(thread);
    void thread.worker.terminate();
  }, IDLE_MS).unref();
  idleThreads.push(thread);
}

function forget(thread: Thread): void {
  const at = idleThreads.indexOf(thread);
  if (at >= 0) idleThreads.splice(at, 1);
}

function gaveUp(code: string): SpeechOutcome {
  return { type: "refused", failure: { reason: "speech_unreadable", file: "recording", code } };
}
