import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";

export interface Statements {
  sql(text: string): StatementSync;
  first(text: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue> | undefined;
  run(text: string, ...values: SQLInputValue[]): void;
}

/** Statements by their text, each prepared once. */
export function createStatements(db: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>();
  const sql = (text: string): StatementSync => {
    const known = prepared.get(text) ?? db.prepare(text);
    prepared.set(text, known);
    return known;
  };
  return {
    sql,
    first: (text, ...values) => sql(text).get(...values),
    run: (text, ...values) => {
      sql(text).run(...values);
    },
  };
}
