/** SQLSTATE classes and codes of what may pass: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PASSING_STATES = /^(?:08|53|57P0[1-3]|58|25006$|40001$|40P01$|55P03$|57014$)/;
const PASSING_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "ENOENT",
  "EAI_AGAIN",
]);
/** What node-postgres says, without a code, of a connection that is gone or could not be had. */
const PASSING_WORDS =
  /connection (?:terminated|timeout)|timeout exceeded when trying to connect|not queryable/i;

/** Whether the server or the way to it is in trouble, and not the statement. */
export function isPostgresTrouble(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPostgresTrouble);
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined) return PASSING_CODES.has(code) || PASSING_STATES.test(code);
  return PASSING_WORDS.test(error.message);
}
