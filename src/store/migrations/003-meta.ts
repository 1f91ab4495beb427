/** Version 3: what the store knows of itself, such as which file it was written in (see `store/identity.ts`). */
export const meta = `
CREATE TABLE IF NOT EXISTS meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
