/** Version 6. Words become speech: what was spoken, who prefers which voice, forms for jobs that wait for something. */
export const speech = `
CREATE TABLE speeches (
  key TEXT PRIMARY KEY,      -- of installation, voice and words
  job_id TEXT NOT NULL,      -- who speaks, or spoke, them
  url TEXT,                  -- where AKOOL keeps the speech
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX speeches_age ON speeches (at);
CREATE TABLE habits (
  workspace_id TEXT NOT NULL,
  whose TEXT NOT NULL,       -- a person's or a channel's id
  habits TEXT NOT NULL,      -- JSON
  PRIMARY KEY (workspace_id, whose)
) STRICT;
ALTER TABLE forms ADD COLUMN job_id TEXT;
`;
