import type { Job } from "./job.ts";
import { logFields } from "./log-fields.ts";
import * as to from "./speech-transitions.ts";
import type { Save, StepDeps } from "./step-deps.ts";
import type { AuditLine } from "./store.ts";

/** Steps that turn words into speech: the one paid call, and the free looks at what became of it. */

export async function speak(job: Job, deps: StepDeps, save: Save, signal: AbortSignal): Promise<Job> {
  const { speech } = job.request;
  if (speech.type !== "words") return job;
  const { store, waits, now } = deps;
  const voice = speech.voice ?? (await deps.speech.chooseVoice(job, signal));
  if (!voice) return save((current) => to.voiceless(current, now(), waits));
  const { key, webhookUrl } = deps.mintCallback();
  const speechKey = deps.speech.keyOf(job, speech.text, voice);
  const isOurs = ({ state }: Job) =>
    state.status === "speaking" && state.stage === "calling" && state.attempt?.key === key;
  const intended = await store.update(
    job.id,
    (current, view) => {
      const next = to.speakIntended(current, { key, voice }, view.spoken, now(), waits);
      if (!isOurs(next)) return next === current ? undefined : { job: next };
      const number = next.state.status === "speaking" ? next.state.attempts : 1;
      return { job: next, attempt: { key, number: -number, links: [] }, spoken: { key: speechKey } };
    },
    { speechKey, intent: true },
  );
  if (!isOurs(intended) || intended.state.status !== "speaking") return intended;
  const answer = await deps.speech.api.createSpeech(
    {
      text: speech.text,
      voiceId: voice.id,
      ...(voice.language === undefined ? {} : { languageCode: voice.language }),
      ...(webhookUrl === undefined ? {} : { webhookUrl }),
    },
    signal,
  );
  if (answer.type === "unclear" || answer.type === "not_sent")
    deps.log.warn({ ...logFields(intended), err: answer.error }, `speak: ${answer.type}`);
  const outcome =
    answer.type === "refused"
      ? `refused: ${answer.code}`
      : answer.type === "created"
        ? `created: ${answer.speechId}`
        : answer.type;
  const line: AuditLine = { effect: "speak", attempt: intended.state.attempts, outcome };
  return store.update(
    job.id,
    (current) => ({
      job: to.speakAnswered(current, key, answer, now(), waits),
      audit: [line],
      ...(answer.type === "created" && answer.url !== undefined
        ? { spoken: { key: speechKey, url: answer.url } }
        : {}),
    }),
    { patient: true },
  );
}

export async function listen(job: Job, deps: StepDeps, signal: AbortSignal): Promise<Job> {
  const { state, request } = job;
  if (state.status !== "speaking" || state.speechId === undefined) return job;
  const update = await deps.speech.api.readSpeech(state.speechId, signal);
  if (update.type === "succeeded" && update.credits !== undefined) deps.noteSpeech(update.credits);
  const { speech } = request;
  const speechKey =
    speech.type === "words" && speech.voice ? deps.speech.keyOf(job, speech.text, speech.voice) : undefined;
  return deps.store.update(
    job.id,
    (current) => {
      const next = to.speechHeard(current, update, deps.now(), deps.waits);
      if (next === current) return undefined;
      const isNew = update.type === "succeeded" && speechKey !== undefined;
      return { job: next, ...(isNew ? { spoken: { key: speechKey, url: update.url } } : {}) };
    },
    { patient: true },
  );
}
