/** Version 2: where the app is installed by OAuth. Times are milliseconds since 1970. */
export const installations = `
CREATE TABLE installations (
  id TEXT PRIMARY KEY,       -- team id, or enterprise id of an org-wide install
  name TEXT NOT NULL,
  is_enterprise INTEGER NOT NULL,
  app_id TEXT NOT NULL,
  bot_user_id TEXT NOT NULL,
  scopes TEXT NOT NULL,      -- with commas between
  installed_by TEXT NOT NULL,
  installed_at INTEGER NOT NULL,
  sealed TEXT NOT NULL       -- the tokens, encrypted (AES-256-GCM, bound to the id)
) STRICT, WITHOUT ROWID;
`;
