import type { MessageTs } from "./ids.ts";
import type { Job, JobState } from "./job.ts";
import { advance, failed, newNotice } from "./moves.ts";
import type { Concern, Decided, Question } from "./question.ts";
import type { Candidates, MediaSource, RenderRequest, SpeechSource } from "./request.ts";
import type { Waits } from "./waits.ts";

/**
 * What becomes of a job whose person has to decide something before anything is paid. All pure; an answer that
 * comes too late, or to another question, returns `job` itself.
 */

const ABOUT_THE_PHOTO: ReadonlySet<Question["kind"]> = new Set([
  "photo_missing",
  "which_photo",
  "photo_small",
  "photo_strange",
  "no_face",
  "many_faces",
  "tiny_face",
]);
const ABOUT_THE_SPEECH: ReadonlySet<Question["kind"]> = new Set([
  "speech_missing",
  "which_speech",
  "say_this",
  "speech_clipped",
  "speech_too_long",
]);

/** What has to be asked before a request can be looked at; undefined when it is complete. */
export function openQuestion({
  photo,
  speech,
  candidates,
  decided,
  unusable,
}: RenderRequest): Question | undefined {
  const photos = candidates?.photos.length ?? 0;
  const speeches = candidates?.speeches.length ?? 0;
  if (photos > 1) return { kind: "which_photo", count: photos, each: speeches < 2 && speech.type !== "none" };
  if (speeches > 1) return { kind: "which_speech", count: speeches, each: photo.type !== "none" };
  if (photo.type === "none") return { kind: "photo_missing" };
  if (speech.type === "none") return { kind: "speech_missing" };
  // What is written may have been meant for somebody else: thanks, or a word about the file that is of no use.
  const isGuess = speech.type === "words" && (photo.type === "thread" || unusable !== undefined);
  return isGuess && !decided?.accepted?.includes("say_this") ? { kind: "say_this" } : undefined;
}

/** How a request begins, or goes on once it has been changed. */
export function stateFor(request: RenderRequest, now: number, waits: Pick<Waits, "chooseFor">): JobState {
  const question = openQuestion(request);
  return question ? { status: "choosing", question, until: now + waits.chooseFor } : { status: "preparing" };
}

/** Something turned up while the files were looked at. */
export function asked(job: Job, question: Question, now: number, waits: Waits): Job {
  const { status } = job.state;
  if (status !== "preparing" && status !== "speaking") return job;
  const state: JobState = { status: "choosing", question, until: now + waits.chooseFor };
  return { ...advance(job, state, now, waits.chooseFor), notice: newNotice("choosing") };
}

/** "Go on anyway", said to a question of this kind and to no other: with a recording that is too long, cut. */
export function wentOn(job: Job, kind: string, now: number): Job {
  if (job.state.status !== "choosing" || job.state.question.kind !== kind) return job;
  const { question } = job.state;
  switch (question.kind) {
    case "photo_missing":
    case "speech_missing":
    case "which_photo":
    case "which_speech":
      return job;
    case "speech_unclear":
      return advance(
        answered(job),
        {
          status: "speaking",
          stage: "ready",
          attempts: question.attempt.number,
          attempt: question.attempt,
          refusals: 0,
          looks: 0,
        },
        now,
      );
    case "speech_too_long":
      return accepting(job, question.kind, { cutAtSeconds: question.cutAtSeconds }, now);
    case "say_this":
    case "photo_small":
    case "photo_strange":
    case "no_face":
    case "many_faces":
    case "tiny_face":
    case "speech_clipped":
      return accepting(job, question.kind, {}, now);
  }
}

/** The `index`th of what was offered: a photo, a recording, a face. */
export function chose(job: Job, kind: string, index: number, now: number, waits: Waits): Job {
  if (job.state.status !== "choosing" || job.state.question.kind !== kind) return job;
  const { question } = job.state;
  const { candidates } = job.request;
  if (question.kind === "many_faces") {
    const crop = question.faces[index];
    return crop ? accepting(job, question.kind, { crop }, now) : job;
  }
  if (question.kind === "which_photo") {
    const photo = candidates?.photos[index];
    return photo
      ? proceed(
          job,
          { ...job.request, photo, candidates: { photos: [], speeches: candidates.speeches } },
          now,
          waits,
        )
      : job;
  }
  if (question.kind === "which_speech") {
    const speech = candidates?.speeches[index];
    return speech
      ? proceed(
          job,
          { ...job.request, speech, candidates: { photos: candidates.photos, speeches: [] } },
          now,
          waits,
        )
      : job;
  }
  return job;
}

/** "One for each": the requests that this one becomes. The first stays this job's. Empty where that was not offered. */
export function oneForEach({ state, request }: Job): readonly RenderRequest[] {
  if (state.status !== "choosing") return [];
  const { question } = state;
  const { candidates: both, ...rest } = request;
  if (question.kind === "which_photo" && question.each)
    return (both?.photos ?? []).map((photo) => ({ ...rest, photo }));
  if (question.kind === "which_speech" && question.each)
    return (both?.speeches ?? []).map((speech) => ({ ...rest, speech }));
  return [];
}

export interface Given {
  readonly photo?: MediaSource;
  readonly speech?: SpeechSource;
  /** Where there was more than one of either. */
  readonly candidates?: Candidates;
}

/** A reply in the job's thread brings what was asked for, or another of what was objected to. */
export function completed(job: Job, given: Given, by: MessageTs, now: number, waits: Waits): Job {
  if (job.state.status !== "choosing") return job;
  const { kind } = job.state.question;
  const wantsWords = kind === "speech_missing";
  const photo = ABOUT_THE_PHOTO.has(kind) || job.request.photo.type === "none" ? given.photo : undefined;
  const speech =
    (ABOUT_THE_SPEECH.has(kind) && (wantsWords || given.speech?.type !== "words")) ||
    job.request.speech.type === "none"
      ? given.speech
      : undefined;
  if (!photo && !speech) return job;
  return {
    ...proceed(
      job,
      exchanged(job.request, {
        ...(photo && { photo }),
        ...(speech && { speech }),
        ...(given.candidates && { candidates: given.candidates }),
      }),
      now,
      waits,
    ),
    completedBy: [...(job.completedBy ?? []), by],
  };
}

/** The form, filled in again for a job that waits for it. */
export function refilled(job: Job, request: RenderRequest, now: number, waits: Waits): Job {
  // About words that may have been paid only "Try again" decides.
  if (job.state.status !== "choosing" || job.state.question.kind === "speech_unclear") return job;
  const { photo, speech } = job.request;
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const kept = exchanged(job.request, {
    ...(same(photo, request.photo) ? {} : { photo: request.photo }),
    ...(same(speech, request.speech) ? {} : { speech: request.speech }),
  });
  return proceed(job, { ...request, ...(kept.decided && { decided: kept.decided }) }, now, waits);
}

/** Nobody has decided for a day. */
export function leftUndecided(job: Job, now: number): Job {
  if (job.state.status !== "choosing") return job;
  const { notice: _unanswered, ...ended } = failed(job, { reason: "not_decided" }, now);
  return job.message.status === "posted" ? ended : { ...ended, notice: newNotice("failed") };
}

function proceed(job: Job, request: RenderRequest, now: number, waits: Waits): Job {
  const state = stateFor(request, now, waits);
  // Not yet posted, it is posted now: the question is in it.
  const waitsForAnswer = state.status === "choosing" && job.message.status !== "unposted";
  return advance({ ...answered(job), request }, state, now, waitsForAnswer ? waits.chooseFor : 0);
}

function accepting(job: Job, kind: Concern["kind"], decision: Partial<Decided>, now: number): Job {
  const { decided } = job.request;
  const accepted = [...(decided?.accepted ?? []), kind];
  const request = { ...job.request, decided: { ...decided, ...decision, accepted } };
  return advance({ ...answered(job), request }, { status: "preparing" }, now);
}

/** With another photo or recording, what was decided about the one before says nothing any more. */
function exchanged(
  { candidates, decided, unusable, ...request }: RenderRequest,
  { candidates: among, ...given }: Given,
): RenderRequest {
  const { crop, cutAtSeconds, accepted = [] } = decided ?? {};
  const about = (kinds: ReadonlySet<string>) => accepted.filter((kind) => kinds.has(kind));
  const kept = [
    ...(given.photo ? [] : about(ABOUT_THE_PHOTO)),
    ...(given.speech ? [] : about(ABOUT_THE_SPEECH)),
  ];
  const open = {
    photos: (given.photo ? among?.photos : candidates?.photos) ?? [],
    speeches: (given.speech ? among?.speeches : candidates?.speeches) ?? [],
  };
  return {
    ...request,
    ...given,
    ...(unusable !== undefined && !given.speech ? { unusable } : {}),
    candidates: open,
    decided: {
      accepted: kept,
      ...(crop && !given.photo ? { crop } : {}),
      ...(cutAtSeconds !== undefined && !given.speech ? { cutAtSeconds } : {}),
    },
  };
}

/** Whatever was still to be said about the question is not said any more. */
function answered({ notice: _unsaid, ...job }: Job): Job {
  return job;
}
