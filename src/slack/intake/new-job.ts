import { randomInt } from "node:crypto";
import { stateFor } from "../../job/choosing.ts";
import type { Failure } from "../../job/failure.ts";
import type { InstallationId, JobId, UserId, WorkspaceId } from "../../job/ids.ts";
import type { Job, Place } from "../../job/job.ts";
import { logFields } from "../../job/log-fields.ts";
import type { RenderRequest, Unsorted } from "../../job/request.ts";
import type { Intake, JobStore } from "../../job/store.ts";
import type { Waits } from "../../job/waits.ts";

/** Easy to read aloud and to type: no 0/o, 1/l/i. Ten of them are 49 random bits. */
const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
const ID_LENGTH = 10;

export interface NewJob {
  readonly workspaceId: WorkspaceId;
  readonly installationId: InstallationId;
  readonly requesterId: UserId;
  readonly door: Job["door"];
  readonly place: Place;
  readonly request: RenderRequest;
  /** To be looked at before anything is asked. */
  readonly unsorted?: Unsorted;
}

/** A request as it is first saved: nothing done, due at once. What is missing is asked for. */
export function newJob(
  { installationId, unsorted, ...fields }: NewJob,
  now: number,
  waits: Pick<Waits, "chooseFor">,
): Job {
  const isOwnInstall = String(installationId) === String(fields.workspaceId);
  return {
    ...fields,
    request: withPlace(fields),
    ...(isOwnInstall ? {} : { installationId }),
    id: newJobId(),
    acceptedAt: now,
    state: unsorted ? { status: "preparing", unsorted } : stateFor(fields.request, now, waits),
    message: { status: "unposted" },
    dueAt: now,
    tries: 0,
    evenIfRunning: false,
    resumed: false,
    cleanedUp: false,
  };
}

/** In the person's own direct message with the app nobody else would see it anyway. */
function withPlace({ request, place }: Pick<NewJob, "request" | "place">): RenderRequest {
  const { showFirst: _nothingToShow, ...shownToAll } = request;
  return place.channelId.startsWith("D") ? shownToAll : request;
}

/** A request that cannot become a video: saved only so that its refusal is said, exactly once. */
export function refusedJob(
  fields: Omit<NewJob, "request">,
  failure: Failure,
  how: "openly" | "privately",
  now: number,
): Job {
  const nothing = { type: "none" } as const;
  const request = { photo: nothing, speech: nothing, resolution: "720" } as const;
  const job = newJob({ ...fields, request }, now, { chooseFor: 0 });
  return {
    ...job,
    state: { status: "failed", failure, finishedAt: now },
    message: { status: "none" },
    notice: { kind: "failed", stage: how === "openly" ? "todo" : "private", tries: 0 },
    cleanedUp: true,
  };
}

/** Saves a request and says so in the log; known already, it is the job it became. */
export async function acceptRequest(
  intake: Intake,
  { store, log }: { store: Pick<JobStore, "accept">; log: { info(fields: object, message: string): void } },
): ReturnType<JobStore["accept"]> {
  const accepted = await store.accept(intake);
  const { job, isNew } = accepted;
  if (isNew) log.info({ ...logFields(job), door: job.door }, "request accepted");
  return accepted;
}

function newJobId(): JobId {
  return Array.from({ length: ID_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join(
    "",
  ) as JobId;
}
