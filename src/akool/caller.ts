import {
  type Found,
  isNoSuchRoute,
  type Made,
  type NotFound,
  type PaidReading,
  type Reading,
  readPaidAnswer,
  readUpdate,
  type Uncreated,
  unreadable,
} from "./answers.ts";
import type { AuthorizedCall, AuthorizedExchange } from "./authorize.ts";
import { type AkoolCall, vendorText } from "./errors.ts";
import type { Exchange } from "./transport.ts";

export interface CallerLog {
  warn(facts: object, message: string): void;
}

export interface CallerOptions {
  readonly createMs: number;
  readonly readMs: number;
  readonly log?: CallerLog | undefined;
}

export interface Order {
  readonly name: AkoolCall;
  readonly path: string;
  /** JSON leaves out what is undefined. */
  readonly body: object;
  readonly signal: AbortSignal | undefined;
}

/** The kinds of calls that are made to AKOOL. Never throws. */
export interface Caller {
  /** One paid call. `absent`: AKOOL has no such call for this account, and nothing was started. */
  pay(
    order: Order,
    reading: PaidReading,
  ): Promise<{ readonly answer: Made | Uncreated; readonly absent: boolean }>;
  /** A free look at what became of a paid call. */
  look<Update extends Found>(
    question: Omit<Order, "body">,
    found: Reading<Update>,
  ): Promise<Update | NotFound>;
  /** Any other free call: a GET, or a POST where there is a body. */
  ask(question: Omit<Order, "body"> & { readonly body?: object }): Promise<AuthorizedExchange>;
}

export function createCaller(call: AuthorizedCall, { createMs, readMs, log }: CallerOptions): Caller {
  /** AKOOL's own words go to the log only: they are for the operator, and not to be relied on. */
  const logRefusal = (name: AkoolCall, exchange: Exchange) => {
    if (exchange.type !== "answered") return;
    const { code, msg = "" } = exchange.reply ?? {};
    const facts = { call: name, code, httpStatus: exchange.httpStatus, said: vendorText(msg) };
    log?.warn(facts, "AKOOL did not do what it was asked");
  };

  return {
    async pay({ name, path, body, signal }, reading) {
      const { exchange, reached } = await call({
        name,
        path,
        body,
        paid: true,
        signal: within(createMs, signal),
      });
      const answer = readPaidAnswer(name, exchange, reading);
      const absent = reached && isNoSuchRoute(exchange);
      if (answer.type === "refused" || answer.type === "unclear") logRefusal(name, exchange);
      // Whatever became of getToken, the paid call itself was not made.
      if (answer.type === "unclear" && !reached)
        return { answer: { type: "not_sent", error: answer.error }, absent };
      return { answer, absent };
    },

    async look<Update extends Found>({ name, path, signal }: Omit<Order, "body">, found: Reading<Update>) {
      const { exchange, reached } = await call({ name, path, signal: within(readMs, signal) });
      const update = readUpdate(name, exchange, found);
      // "Not found" from getToken says nothing about what was asked for.
      const answer = update.type === "unknown" && !reached ? unreadable(name, exchange) : update;
      if (answer.type === "refused" || answer.type === "unclear") logRefusal(name, exchange);
      return answer;
    },

    ask: ({ name, path, body, signal }) =>
      call({ name, path, ...(body && { body }), signal: within(readMs, signal) }),
  };
}

function within(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([timeout, signal]) : timeout;
}
