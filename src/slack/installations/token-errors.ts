/** There is no token any more, or none that works: only installing the app again helps. */
export class NoTokenError extends Error {
  override readonly name = "NoTokenError";
}

/** The token has run out and a new one could not be had just now. Nothing was sent to Slack with it. */
export class TokenNotReadyError extends Error {
  override readonly name = "TokenNotReadyError";
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}
