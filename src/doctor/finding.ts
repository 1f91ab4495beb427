/** How a check came out: fine, wrong, worth a look, or not looked at. Only `✗` fails the examination. */
export type Mark = "✓" | "✗" | "!" | "–";

export interface Finding {
  readonly mark: Mark;
  readonly about: string;
  /** What was seen, and what to do where there is something to do. */
  readonly text: string;
}

/** Of one network call. */
export const CALL_TIMEOUT_MS = 10_000;

/** Why a call brought no answer, in words: "ECONNREFUSED", "no answer in 10 seconds". */
export function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  if (error.name === "TimeoutError") return `no answer in ${CALL_TIMEOUT_MS / 1000} seconds`;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return code ?? error.message;
}
