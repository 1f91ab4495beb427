/** What the two stand-ins have in common under /sandbox/: what a developer asks of them, which no app does. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** By "GET problems": what to answer, as JSON or, if it is text, as it stands. Throws `ControlProblem`. */
export type Controls = Readonly<Record<string, (asked: Asked) => unknown>>;

export interface Asked {
  readonly query: URLSearchParams;
  /** Parsed JSON, of a POST. */
  readonly body: unknown;
}

/** A sentence for whoever asked. */
export class ControlProblem extends Error {}

export const times = z.number().int().min(1).default(1);

const ordered = new WeakMap<object, (() => void)[]>();

/** Trouble that was ordered here, of one stand-in, with how to take it back. */
export function remember(standIn: object, takeBack: () => void): void {
  ordered.set(standIn, [...(ordered.get(standIn) ?? []), takeBack]);
}

/** Takes all of it back; the page's switches stay as they are. */
export function takeBack(standIn: object): void {
  for (const each of ordered.get(standIn) ?? []) each();
  ordered.delete(standIn);
}

/** `path` is what follows /sandbox/. */
export async function answerControl(
  controls: Controls,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const control = controls[`${request.method} ${path}`];
  const { status, said } = await ask(control, controls, request);
  const isText = typeof said === "string";
  response.writeHead(status, {
    "content-type": `${isText ? "text/plain" : "application/json"}; charset=utf-8`,
  });
  response.end(isText ? said : `${JSON.stringify(said, null, 2)}\n`);
}

async function ask(
  control: Controls[string] | undefined,
  controls: Controls,
  request: IncomingMessage,
): Promise<{ status: number; said: unknown }> {
  const refuse = (status: number, problem: string) => ({ status, said: { problem } });
  // A page from elsewhere whose name only leads here (DNS rebinding) would read all of it.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) {
    request.resume();
    return refuse(421, "The stand-ins are at 127.0.0.1 alone.");
  }
  if (!control) {
    request.resume();
    return refuse(404, `There is ${Object.keys(controls).join(", ")} under /sandbox/.`);
  }
  // A page from elsewhere that is open in a browser cannot send this without asking first.
  if (request.method === "POST" && !/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    request.resume();
    return refuse(415, "Send JSON: -H 'content-type: application/json'.");
  }
  try {
    const { searchParams: query } = new URL(request.url ?? "/", "http://sandbox");
    const body: unknown = request.method === "POST" ? JSON.parse((await text(request)) || "{}") : undefined;
    return { status: 200, said: (await control({ query, body })) ?? { ok: true } };
  } catch (error) {
    if (error instanceof z.ZodError) return refuse(400, z.prettifyError(error));
    if (error instanceof SyntaxError) return refuse(400, "That is no JSON.");
    if (error instanceof ControlProblem) return refuse(400, error.message);
    throw error;
  }
}
