import { type FailureFacts, RequestProblem } from "../job/failure.ts";

/** Nobody's fault and likely to pass: the caller tries again later. Says nothing secret. */
export class TemporaryProblem extends Error {
  /** What the other side asked for, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number | undefined } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TemporaryProblem";
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The bytes of an upload did not add up to what was announced, so the upload was broken off. */
export class UploadProblem extends TemporaryProblem {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UploadProblem";
  }
}

export type InputFile = NonNullable<FailureFacts["file"]>;

/** The same problem, saying which of the person's two files it is about. */
export function aboutFile(problem: RequestProblem, file: InputFile): RequestProblem {
  return new RequestProblem({ ...problem.failure, file }, { cause: problem });
}

/** Reads `Retry-After`: seconds or an HTTP date. Undefined when absent or unreadable. */
export function parseRetryAfterMs(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (!text) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
