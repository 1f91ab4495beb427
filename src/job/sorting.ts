import type { Said } from "../words/say.ts";
import { stateFor } from "./choosing.ts";
import type { Job } from "./job.ts";
import type { Seen } from "./media.ts";
import { advance, failed } from "./moves.ts";
import type { MediaSource, RenderRequest, SharedFile, SpeechSource } from "./request.ts";
import type { Waits } from "./waits.ts";

/** So many buttons to choose one from are easily told apart. */
export const MAX_CANDIDATES = 9;

const NOTHING: MediaSource = { type: "none" };
const A_FILE: Said = { key: "seen.file" };

type Kind = SharedFile["label"];

/** The files have been looked at: what they hold decides, and their labels only where that cannot be seen now. */
export function sortedOut(job: Job, seen: readonly (Seen | undefined)[], now: number, waits: Waits): Job {
  if (job.state.status !== "preparing" || !job.state.unsorted) return job;
  const { files, words } = job.state.unsorted;
  const kinds = giveRoles(files.map(({ label }, index) => kindOf(label, seen[index])));
  const of = (kind: Kind) => files.filter((_, index) => kinds[index] === kind).map(({ source }) => source);
  const photos = of("photo");
  const sounds = of("recording");
  // A video beside a photo, or alone, is there for its sound.
  const recordings = sounds.length > 0 ? sounds : of("video");
  const unused = new Set<Kind>(sounds.length > 0 ? ["other", "video"] : ["other"]);
  const unusable = together(
    files.flatMap((_, index) => (unused.has(kinds[index] ?? "other") ? [seen[index]?.words ?? A_FILE] : [])),
  );
  const tooMany: Said =
    photos.length > MAX_CANDIDATES
      ? { key: "seen.photos", values: { count: photos.length } }
      : { key: "seen.recordings", values: { count: recordings.length } };
  if (photos.length > MAX_CANDIDATES || recordings.length > MAX_CANDIDATES)
    return unannounced(failed(job, { reason: "too_many_files", seen: tooMany }, now));

  const { candidates: _byLabel, ...asked } = job.request;
  const isInThread = asked.photo.type === "thread";
  const photo = photos[0] ?? (isInThread ? asked.photo : NOTHING);
  const speech: SpeechSource = recordings[0] ?? (words ? { type: "words", text: words } : NOTHING);
  if (photo.type === "none" && speech.type === "none")
    return unannounced(failed(job, { reason: "photo_missing", seen: unusable ?? A_FILE }, now));
  const several = (sources: readonly MediaSource[]) => (sources.length > 1 ? sources : []);
  const candidates = { photos: several(photos), speeches: several(recordings) };
  const isPlain = candidates.photos.length + candidates.speeches.length === 0;
  const request: RenderRequest = {
    ...asked,
    photo,
    speech,
    ...(isPlain ? {} : { candidates }),
    ...(unusable === undefined ? {} : { unusable }),
  };
  return advance({ ...job, request }, stateFor(request, now, waits), now);
}

function kindOf(label: Kind, seen: Seen | undefined): Kind {
  if (seen === undefined) return label;
  if (seen.kind === "sound") return label === "video" ? "video" : "recording";
  return seen.kind;
}

/** What neither label nor content tells gets the role that is missing. */
function giveRoles(kinds: readonly Kind[]): Kind[] {
  const given: Kind[] = [];
  for (const kind of kinds) {
    const has = (role: Kind) => kinds.includes(role) || given.includes(role);
    const free = has("photo") ? (has("recording") ? "other" : "recording") : "photo";
    given.push(kind === "unknown" ? free : kind);
  }
  return given;
}

/** Its refusal is all there is to say about it. */
function unannounced(job: Job): Job {
  return job.message.status === "unposted" ? { ...job, message: { status: "none" } } : job;
}

/** Each kind once, however many there are of it. */
function together(all: readonly Said[]): Said | undefined {
  const things = [...new Map(all.map((said) => [said.key, said])).values()];
  return things.length < 2 ? things[0] : { key: "seen.things", values: { things } };
}
