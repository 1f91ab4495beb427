import type { CreateAnswer } from "../job/render-api.ts";
import {
  type AkoolCode,
  akoolCodes,
  getAkoolCode,
  isAccountTrouble,
  NOT_THERE,
  SUCCESS,
  TOO_FREQUENT,
} from "./codes.ts";
import { type AkoolCall, AkoolError } from "./errors.ts";
import type { Exchange } from "./transport.ts";

/** HTTP says that there is nothing at this path, or nothing that takes this method. */
const NO_SUCH_ROUTE = [404, 405, 501];

/** A paid call that made nothing, for certain or perhaps. */
export type Uncreated = Exclude<CreateAnswer, { readonly type: "created" }>;

/** What a paid call made, under the name AKOOL gave it. */
export interface Made {
  readonly type: "created";
  readonly id: string;
  /** Some speeches are done within the call. */
  readonly url?: string;
}

/** What a free look can find, whatever more it says of it. */
export interface Found {
  readonly type: "pending" | "succeeded" | "failed";
}

/** A free look that did not find what it was for. */
export type NotFound =
  | { readonly type: "unknown" }
  | Extract<Uncreated, { readonly type: "busy" | "unclear" }>
  | Omit<Extract<Uncreated, { readonly type: "refused" }>, "retries">;

/** What to make of `data`; a zod schema will do. */
export interface Reading<T> {
  safeParse(data: unknown): { readonly data?: T | undefined; readonly error?: unknown };
}

export interface PaidReading {
  /** Of a success. Fails where the answer does not name what was made. */
  readonly made: Reading<Made>;
  /** What is then missing: "no render id in the answer". */
  readonly missing: string;
  /** The row of a code that was answered to this call. */
  readonly codeOf: (code: number) => AkoolCode;
}

/** A body with a code decides, whatever the HTTP status; without one only a definite 4xx does. */
export function readPaidAnswer(
  call: AkoolCall,
  exchange: Exchange,
  { made, missing, codeOf }: PaidReading,
): Made | Uncreated {
  if (exchange.type !== "answered") return exchange;
  const { httpStatus, reply } = exchange;
  const code = reply?.code;
  if (code === SUCCESS) {
    const { data } = made.safeParse(reply?.data);
    return data ?? { type: "unclear", error: new AkoolError(call, missing, { code }) };
  }
  if (isBusy(exchange)) return busy(exchange);
  // A gateway's own error page in JSON: only a code of AKOOL's own list says that nothing was started.
  if (httpStatus >= 500 && !(code !== undefined && akoolCodes.has(code))) return unreadable(call, exchange);
  if (code !== undefined) {
    const { reason, retries } = codeOf(code);
    return { type: "refused", reason, code, retries };
  }
  if (isKeyRefused(httpStatus)) {
    return { type: "refused", reason: "akool_key_refused", code: httpStatus, retries: 0 };
  }
  if (httpStatus >= 400 && httpStatus < 500 && httpStatus !== 408) {
    return { type: "refused", reason: "akool_error", code: httpStatus, retries: 0 };
  }
  return unreadable(call, exchange);
}

/** What a free look found. "Not found" and an account's trouble are told apart from no readable answer. */
export function readUpdate<Update extends Found>(
  call: AkoolCall,
  exchange: Exchange,
  found: Reading<Update>,
): Update | NotFound {
  if (exchange.type !== "answered") return { type: "unclear", error: exchange.error };
  const { httpStatus, reply } = exchange;
  const code = reply?.code;
  if (code === SUCCESS) {
    const { data, error: cause } = found.safeParse(reply?.data);
    if (data !== undefined) return data;
    const error = new AkoolError(call, "no known status in the answer", { code }, { cause });
    return { type: "unclear", error };
  }
  if (isBusy(exchange)) return busy(exchange);
  if (code !== undefined) {
    if (NOT_THERE.includes(code)) return { type: "unknown" };
    const { reason } = getAkoolCode(code);
    return isAccountTrouble(reason) ? { type: "refused", reason, code } : unreadable(call, exchange);
  }
  if (httpStatus === 404 || reply?.status === 404) return { type: "unknown" };
  if (isKeyRefused(httpStatus)) return { type: "refused", reason: "akool_key_refused", code: httpStatus };
  return unreadable(call, exchange);
}

/**
 * Whether the answer is certain to mean that AKOOL has no such call for this account, so that nothing can have
 * been started. Some of its routers say so with HTTP 200 and `{ status: 404, msg }` (reference/akool.md 7.1).
 */
export function isNoSuchRoute(exchange: Exchange): boolean {
  if (exchange.type !== "answered" || exchange.reply?.code !== undefined) return false;
  const { httpStatus, reply } = exchange;
  return NO_SUCH_ROUTE.includes(httpStatus) || (httpStatus === 200 && reply?.status === 404);
}

/** What stands in the way of an answer, as an error with a sentence for the operator. */
export function unreadable(
  call: AkoolCall,
  exchange: Exchange,
): { readonly type: "unclear"; readonly error: AkoolError } {
  if (exchange.type !== "answered") return { type: "unclear", error: exchange.error };
  const { httpStatus, reply } = exchange;
  const code = reply?.code;
  let problem = "answer without what was asked for";
  if (code !== undefined && code !== SUCCESS) problem = getAkoolCode(code).meaning;
  else if (code === undefined && isKeyRefused(httpStatus)) problem = "key refused";
  return { type: "unclear", error: new AkoolError(call, problem, { code, httpStatus }) };
}

type Answered = Extract<Exchange, { type: "answered" }>;

function isBusy({ httpStatus, reply }: Answered): boolean {
  return reply?.code === TOO_FREQUENT || httpStatus === 429;
}

function busy({ retryAfterMs }: Answered): { readonly type: "busy"; readonly retryAfterMs?: number } {
  return { type: "busy", ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function isKeyRefused(httpStatus: number): boolean {
  return httpStatus === 401 || httpStatus === 403;
}
