import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Tasks } from "./tasks.ts";

export interface Order {
  readonly id: number;
  readonly task: keyof Tasks;
  readonly input: unknown;
}

export type Answer =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: string };

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread that does tasks, one at a time. It starts with its first; it keeps the process alive only while it works. The
 * encoder hooks itself into `uncaughtException` of wherever it is loaded, which is one more reason for a thread.
 */
export class Thread {
  #worker: Worker | undefined;
  #closed = false;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();

  run<Name extends keyof Tasks>(
    task: Name,
    input: Parameters<Tasks[Name]>[0],
  ): Promise<Awaited<ReturnType<Tasks[Name]>>> {
    const output = new Promise<unknown>((resolve, reject) => {
      if (this.#closed) return reject(new Error("the sandbox's threads are closed"));
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#worker.postMessage({ id: this.#lastId, task, input } satisfies Order);
    });
    // tasks.ts has the output of this very task.
    return output as Promise<Awaited<ReturnType<Tasks[Name]>>>;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    // Same extension as this file: .ts from source, .js once compiled.
    const source = new URL(`./thread-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(source, { execArgv: [] });
    let reason = new Error("the sandbox's thread stopped");
    worker.on("message", (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      if ("error" in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.output);
    });
    worker.on("error", (error) => {
      reason = error instanceof Error ? error : new Error(String(error));
    });
    worker.on("exit", () => {
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(reason);
      this.#waiting.clear();
    });
    return worker;
  }
}
