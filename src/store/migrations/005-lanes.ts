/**
 * Version 5. Jobs with a long step ahead wait in a lane of their own. Those from before stand in the lane of
 * everybody until they are saved again, which every start does with all that are unfinished.
 */
export const lanes = `
ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT 'quick';
ALTER TABLE jobs ADD COLUMN lane_group TEXT NOT NULL DEFAULT '';  -- who shares a part of it
DROP INDEX jobs_due;
CREATE INDEX jobs_lanes ON jobs (lane, due_at, lane_group) WHERE due_at IS NOT NULL;
`;
