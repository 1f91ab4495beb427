/**
 * Version 1. The job itself is one JSON document written and read by this program alone; beside it stand only
 * the columns that queries need. All times are milliseconds since 1970.
 */
export const start = `
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  requester_id TEXT NOT NULL,
  status TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  due_at INTEGER,            -- when somebody has to look at the job; NULL: it rests
  queued_at INTEGER,         -- place in line for a render; NULL: not in line
  holds_slot INTEGER NOT NULL,
  content_key TEXT,          -- while in flight: the same request again has the same key
  response_url TEXT,         -- for private answers, for half an hour; a secret
  job TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_in_line ON jobs (queued_at, id) WHERE queued_at IS NOT NULL;
CREATE INDEX jobs_slots ON jobs (holds_slot) WHERE holds_slot = 1;
CREATE INDEX jobs_content ON jobs (content_key) WHERE content_key IS NOT NULL;
CREATE INDEX jobs_of_person ON jobs (workspace_id, requester_id, accepted_at);

-- What Slack gives once per gesture: the same key again is the same request.
CREATE TABLE intake_keys (
  key TEXT PRIMARY KEY,
  job_id TEXT NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX intake_keys_age ON intake_keys (seen_at);

-- One row for each call that may cost money, committed before the call.
CREATE TABLE attempts (
  key TEXT PRIMARY KEY,      -- SHA-256 of the attempt token
  job_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  render_id TEXT UNIQUE,
  UNIQUE (job_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE media_links (
  key TEXT PRIMARY KEY,      -- SHA-256 of the capability
  job_id TEXT NOT NULL,
  attempt_key TEXT NOT NULL,
  file TEXT NOT NULL CHECK (file IN ('photo', 'speech')),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX media_links_of_job ON media_links (job_id);

-- One line for every outward effect. Only ever added to.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  effect TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_job ON audit (job_id);

CREATE TABLE renders (
  finished_at INTEGER NOT NULL,
  took_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE watched_channels (
  workspace_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  switched_on_by TEXT NOT NULL,
  switched_on_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, channel_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE forms (
  id TEXT PRIMARY KEY,
  channel_id TEXT NOT NULL,
  thread_ts TEXT,
  taken TEXT NOT NULL,       -- files of the message it was opened on, JSON
  response_url TEXT,
  opened_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
