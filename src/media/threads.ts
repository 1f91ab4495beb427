import { Worker } from "node:worker_threads";

/** Starting a thread takes ten times as long as judging an MP3, so it stays for whoever comes next. */
const IDLE_MS = 10_000;
/** What decoders ask for, they give back with their thread. */
const ORDERS_OF_ONE_THREAD = 100;

export interface ThreadSettings<Outcome> {
  /** A worker that answers every message with one message. */
  readonly url: URL;
  /** JavaScript alone. What native code and WebAssembly take, they must limit themselves. */
  readonly heapMb: number;
  readonly timeoutMs: number;
  /** Neither the time nor the memory running out is the program's fault: what it comes to. */
  readonly gaveUp: (code: "timeout" | "memory") => Outcome;
  /** Whatever a strange file has done to a thread ends with it. */
  readonly mayStay: (outcome: Outcome) => boolean;
}

interface Thread {
  readonly worker: Worker;
  ordersLeft: number;
  idle?: NodeJS.Timeout;
}

/**
 * Threads for code that parses what strangers sent: they have no secrets and no way to the log, can be killed, and
 * leave this one free to answer Slack. As many at once as there are orders; the caller keeps those few.
 * @returns a function that has one order carried out; it throws when the program is to blame
 */
export function createThreads<Order, Outcome>(
  settings: ThreadSettings<Outcome>,
): (order: Order) => Promise<Outcome> {
  const idleThreads: Thread[] = [];

  function start(): Thread {
    const worker = new Worker(settings.url, {
      env: {},
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: settings.heapMb },
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

  return async (order) => {
    const thread = idleThreads.pop() ?? start();
    clearTimeout(thread.idle);
    thread.worker.ref();
    thread.ordersLeft -= 1;
    let outcome: Outcome | undefined;
    try {
      outcome = await ask(thread.worker, order, settings);
      return outcome;
    } finally {
      if (outcome !== undefined && settings.mayStay(outcome) && thread.ordersLeft > 0) keep(thread);
      else await thread.worker.terminate();
    }
  };
}

async function ask<Order, Outcome>(
  worker: Worker,
  order: Order,
  { timeoutMs, gaveUp }: ThreadSettings<Outcome>,
): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => resolve(gaveUp("timeout")), timeoutMs);
  const listeners = {
    message: resolve,
    error: (error: Error) => {
      if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve(gaveUp("memory"));
      else reject(error);
    },
    exit: () => reject(new Error("the media worker ended without an answer")),
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
