/** A call as people name it in a log: "POST createbytalkingphoto". */
export type AkoolCall = `${"GET" | "POST"} ${string}`;

export interface AkoolErrorFacts {
  /** AKOOL's own code, from a body that could be read. */
  readonly code?: number | undefined;
  readonly httpStatus?: number | undefined;
}

/**
 * A call to AKOOL that did not bring what it was made for. The message reads
 * "AKOOL POST createbytalkingphoto: insufficient credit (code 1104)"; no key, token or URL is in it.
 */
export class AkoolError extends Error {
  readonly call: AkoolCall;
  readonly code: number | undefined;
  readonly httpStatus: number | undefined;

  constructor(call: AkoolCall, problem: string, facts: AkoolErrorFacts = {}, options?: ErrorOptions) {
    super(`AKOOL ${call}: ${problem}${inBrackets(facts)}`, options);
    this.name = "AkoolError";
    this.call = call;
    this.code = facts.code;
    this.httpStatus = facts.httpStatus;
  }
}

/**
 * Words of the vendor made fit for a log or for "Details": one line, no control characters, no URL and no
 * token-like run (it may quote the media URLs or the key it was given), at most 200 characters.
 */
export function vendorText(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .replace(/[a-z][a-z\d+.-]*:\/\/\S+/gi, "[url]")
    .replace(/[\w+/=.-]{30,}/g, "[…]")
    .trim();
  return [...line].slice(0, MAX_TEXT_CHARACTERS).join("");
}

const MAX_TEXT_CHARACTERS = 200;

function inBrackets({ code, httpStatus }: AkoolErrorFacts): string {
  if (code !== undefined) return ` (code ${code})`;
  return httpStatus === undefined ? "" : ` (HTTP ${httpStatus})`;
}
