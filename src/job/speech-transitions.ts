import { asked } from "./choosing.ts";
import type { AttemptKey, JobId, SpeechId } from "./ids.ts";
import type { Job, JobState, SpeechAttempt } from "./job.ts";
import { advance, failed, newNotice, retryLater, snooze } from "./moves.ts";
import type { ChosenVoice } from "./request.ts";
import type { SpeakAnswer, SpeechUpdate } from "./speech-api.ts";
import type { View } from "./store.ts";
import { backoff, type Waits } from "./waits.ts";

/**
 * What becomes of words on their way to speech: one paid call, as for a render, and free looks at what became of
 * it. All pure; a fact that no longer matters returns `job` itself.
 */

const SPEAK_TRIES = 60;
/** AKOOL keeps a speech for 7 days; a render made of it may take a while. */
const KEPT_MS = 6 * 24 * 3_600_000;

type Speaking = Extract<JobState, { status: "speaking" }>;

/** The photo will do, and the words are next. */
export function photoJudged(job: Job, sameContent: JobId | undefined, now: number): Job {
  if (job.state.status !== "preparing") return job;
  if (sameContent !== undefined && !job.evenIfRunning) {
    const duplicate = advance(job, { status: "duplicate", of: sameContent }, now);
    return job.message.status === "posted" ? duplicate : { ...duplicate, notice: newNotice("ended") };
  }
  return advance(
    job,
    { status: "speaking", stage: "ready", attempts: job.speechAttempts ?? 0, refusals: 0, looks: 0 },
    now,
  );
}

/** The intent to pay; or what was spoken before, or is being spoken for another job, is used. */
export function speakIntended(
  job: Job,
  { key, voice }: { readonly key: AttemptKey; readonly voice: ChosenVoice },
  spoken: View["spoken"],
  now: number,
  waits: Waits,
): Job {
  const state = speakingAt(job, "ready");
  if (!state || job.request.speech.type !== "words") return job;
  const speech = { ...job.request.speech, voice };
  const voiced: Job = { ...job, request: { ...job.request, speech } };
  if (spoken?.url !== undefined && spoken.at > now - KEPT_MS) return spokenAs(voiced, spoken.url, now);
  if (spoken?.underWay) return snooze(voiced, now, waits.speechLook);
  const attempt: SpeechAttempt = { number: state.attempts + 1, key, startedAt: now };
  return {
    ...voiced,
    paidSpeech: true,
    speechAttempts: attempt.number,
    state: { ...state, stage: "calling", attempts: attempt.number, attempt },
    dueAt: now,
  };
}

/** No voice could be had: AKOOL could not be asked for its list. */
export function voiceless(job: Job, now: number, waits: Waits): Job {
  if (!speakingAt(job, "ready")) return job;
  if (job.tries + 1 >= SPEAK_TRIES) return failed(job, { reason: "no_voice" }, now);
  return retryLater(job, now, backoff(waits, job.tries));
}

export function speakAnswered(
  job: Job,
  key: AttemptKey,
  answer: SpeakAnswer,
  now: number,
  waits: Waits,
): Job {
  const state = speakingAt(job, "calling");
  if (state?.attempt?.key !== key) return job;
  // Whatever this answer says: a speech that a webhook has named is there, and asking AKOOL will tell.
  if (answer.type !== "created" && state.speechId !== undefined)
    return called(job, state, state.speechId, now, 0);
  const again = (refusals: number): Job => ({
    ...job,
    state: { ...withoutAttempt(state), stage: "ready", refusals },
  });
  switch (answer.type) {
    case "created":
      return answer.url === undefined
        ? called(job, state, answer.speechId, now, waits.speechLook)
        : spokenAs(job, answer.url, now);
    case "refused":
      if (state.refusals >= answer.retries)
        return failed(job, { reason: answer.reason, code: String(answer.code) }, now);
      return retryLater(again(state.refusals + 1), now, backoff(waits, state.refusals));
    case "busy":
    case "not_sent":
      if (job.tries + 1 >= SPEAK_TRIES) return failed(job, { reason: "akool_busy" }, now);
      return retryLater(
        again(state.refusals),
        now,
        (answer.type === "busy" ? answer.retryAfterMs : undefined) ?? backoff(waits, job.tries),
      );
    case "unclear":
      return unclear(job, state, now, waits);
  }
}

/** A process died at the call: it may have been made. */
export function speakLost(job: Job, now: number, waits: Waits): Job {
  const state = speakingAt(job, "calling");
  if (!state) return job;
  return state.speechId === undefined
    ? unclear(job, state, now, waits)
    : called(job, state, state.speechId, now, 0);
}

/** No webhook has come for the call whose answer was lost: only the person may pay again. */
export function speechSettled(job: Job, now: number, waits: Waits): Job {
  const state = speakingAt(job, "unclear");
  return state?.attempt ? asked(job, { kind: "speech_unclear", attempt: state.attempt }, now, waits) : job;
}

/** What AKOOL says of the speech. */
export function speechHeard(job: Job, update: SpeechUpdate, now: number, waits: Waits): Job {
  const state = speakingAt(job, "called");
  if (!state) return job;
  const age = now - (state.attempt?.startedAt ?? now);
  const lost = () => failed(job, { reason: "akool_speech_lost" }, now);
  const later = (delayMs: number) =>
    age > waits.renderDeadline
      ? lost()
      : { ...snooze(job, now, delayMs), state: { ...state, looks: state.looks + 1 } };
  switch (update.type) {
    case "succeeded":
      return spokenAs(job, update.url, now);
    case "failed":
      return failed(job, { reason: update.reason }, now);
    case "unknown":
      return age > waits.unknownRenderGrace ? lost() : later(backoff(waits, state.looks));
    case "refused":
      return age > waits.renderDeadline
        ? failed(job, { reason: update.reason, code: String(update.code) }, now)
        : later(backoff(waits, state.looks));
    case "busy":
      return later(update.retryAfterMs ?? backoff(waits, state.looks));
    case "pending":
      return later(Math.min(waits.pollFast, waits.speechLook * (state.looks + 1)));
    case "unclear":
      return later(backoff(waits, state.looks));
  }
}

/** A webhook came in on the URL of a call and names a speech: a hint to look, as for a render. */
export function speechAnnounced(job: Job, key: AttemptKey, speechId: SpeechId, now: number): Job {
  if (job.state.status === "choosing") {
    const { question } = job.state;
    if (question.kind !== "speech_unclear" || question.attempt.key !== key) return job;
    const { attempt } = question;
    const { notice: _answered, ...rest } = job;
    const state: Speaking = {
      status: "speaking",
      stage: "called",
      attempts: attempt.number,
      refusals: 0,
      attempt,
      speechId,
      looks: 0,
    };
    return advance(rest, state, now);
  }
  if (job.state.status !== "speaking" || job.state.attempt?.key !== key) return job;
  const { state } = job;
  switch (state.stage) {
    case "calling":
      return state.speechId === undefined ? { ...job, state: { ...state, speechId } } : job;
    case "unclear":
      return called(job, state, speechId, now, 0);
    case "called":
      return state.speechId === speechId ? { ...job, dueAt: now } : job;
    case "ready":
      // "Try again" was pressed, but the call before had taken effect after all: nothing is paid again.
      return called(job, state, speechId, now, 0);
  }
}

function speakingAt({ state }: Job, stage: Speaking["stage"]): Speaking | undefined {
  return state.status === "speaking" && state.stage === stage ? state : undefined;
}

/** The files are fetched now, the speech among them. */
function spokenAs(job: Job, url: string, now: number): Job {
  const { speech } = job.request;
  if (speech.type !== "words") return job;
  const request = { ...job.request, speech: { ...speech, spokenUrl: url } };
  return advance({ ...job, request }, { status: "preparing" }, now);
}

function called(job: Job, state: Speaking, speechId: SpeechId, now: number, delayMs: number): Job {
  return advance(job, { ...state, stage: "called", speechId, looks: 0 }, now, delayMs);
}

function unclear(job: Job, state: Speaking, now: number, waits: Waits): Job {
  return advance(job, { ...state, stage: "unclear" }, now, waits.settle);
}

function withoutAttempt({ attempt: _ended, ...state }: Speaking): Speaking {
  return state;
}
