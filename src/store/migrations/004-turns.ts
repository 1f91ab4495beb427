/**
 * Version 4. Workspaces take turns at renders: a job gets its turn when it is accepted, one after its workspace's
 * last, so that each workspace's next job comes before any other's second (start-time fair queueing).
 * Jobs from before keep the order in which they arrived.
 */
export const turns = `
ALTER TABLE jobs ADD COLUMN turn INTEGER;              -- NULL: not on its way to a render
ALTER TABLE jobs ADD COLUMN waits_for_slot INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET turn = 0 WHERE holds_slot = 1 OR status IN ('preparing', 'queued');
UPDATE jobs SET waits_for_slot = 1 WHERE status = 'queued' AND json_extract(job, '$.state.placeInLine') IS NOT NULL;
DROP INDEX jobs_in_line;
DROP INDEX jobs_slots;
CREATE INDEX jobs_in_line ON jobs (turn, queued_at, id, waits_for_slot, due_at) WHERE queued_at IS NOT NULL;
CREATE INDEX jobs_slots ON jobs (turn) WHERE holds_slot = 1;
CREATE INDEX jobs_turns ON jobs (workspace_id, turn) WHERE turn IS NOT NULL;
`;
