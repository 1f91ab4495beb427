/** Version 2. Words become speech: what was spoken, who prefers which voice, forms for jobs that wait for something. */
export const speech = `
CREATE TABLE speeches (
  key text PRIMARY KEY,      -- of installation, voice and words
  job_id text NOT NULL,      -- who speaks, or spoke, them
  url text,                  -- where AKOOL keeps the speech
  at bigint NOT NULL
);
CREATE INDEX speeches_age ON speeches (at);
CREATE TABLE habits (
  workspace_id text NOT NULL,
  whose text NOT NULL,       -- a person's or a channel's id
  habits text NOT NULL,      -- JSON
  PRIMARY KEY (workspace_id, whose)
);
ALTER TABLE forms ADD COLUMN job_id text;
`;
