/**
 * Runs `work` with a signal that tells it to stop after `ms`, or when `stop` does. Unlike AbortSignal.timeout, which
 * stays in memory until its time has come, nothing is left of it once the work is done.
 */
export async function withTimeLimit<T>(
  ms: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException("the time is up", "TimeoutError")), ms).unref();
  try {
    return await work(AbortSignal.any([stop, limit.signal]));
  } finally {
    clearTimeout(timer);
  }
}
