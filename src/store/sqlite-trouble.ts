/** SQLite's primary result codes for what may pass: locked by somebody, disk full or failing, not writable just now. */
const PASSING_CODES: ReadonlySet<number> = new Set([5, 6, 8, 10, 13, 14]);

/** Whether the store itself is in trouble, and not the write. */
export function isSqliteTrouble(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return false;
  // The upper bytes say more about the same code.
  return PASSING_CODES.has(error.errcode & 0xff);
}
