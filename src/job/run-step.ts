import { asked, leftUndecided } from "./choosing.ts";
import { leftAlone } from "./decisions.ts";
import * as delivering from "./deliver-steps.ts";
import * as deliver from "./deliver-transitions.ts";
import type { Failure } from "./failure.ts";
import * as finishing from "./finish-steps.ts";
import type { Job } from "./job.ts";
import { logFields } from "./log-fields.ts";
import * as messages from "./message-steps.ts";
import * as message from "./message-transitions.ts";
import { failed } from "./moves.ts";
import type { StepName } from "./next-step.ts";
import * as previewing from "./preview-steps.ts";
import * as renders from "./render-steps.ts";
import { decisionDue } from "./show-first.ts";
import { sortedOut } from "./sorting.ts";
import * as speeches from "./speech-steps.ts";
import * as speech from "./speech-transitions.ts";
import { type StepDeps, saveTo } from "./step-deps.ts";
import type { AuditLine, Change } from "./store.ts";
import * as to from "./transitions.ts";

/**
 * Does one step: at most one outward effect, with its intent committed before and what was learned after.
 * Resolves with the row as it then is. Throws only when the store does.
 */
export async function runStep(job: Job, step: StepName, deps: StepDeps, signal: AbortSignal): Promise<Job> {
  const { store, waits, now } = deps;
  const save = saveTo(store, job);
  switch (step) {
    case "announce":
      return messages.announce(deps, save);
    case "announcement_lost":
      return save.intent((current) => message.announcementLost(current, now()), lost("post", 0));

    case "sort": {
      if (job.state.status !== "preparing" || !job.state.unsorted) return job;
      const seen = await deps.media.identify(job, job.state.unsorted.files, signal);
      // Told to stop: the next process looks anew.
      if (signal.aborted) return job;
      return save((current) => sortedOut(current, seen, now(), waits));
    }

    case "prepare": {
      const answer = await deps.media.prepare(job, signal);
      if (answer.type === "refused") {
        const spoken = lostSpeech(job, answer.failure, deps);
        return store.update(
          job.id,
          (current) => ({ job: failed(current, answer.failure, now()), ...spoken }),
          { patient: true },
        );
      }
      if (answer.type === "try_later") {
        // Told to stop: the next process begins anew, and this was no failed try.
        if (signal.aborted) return job;
        deps.log.warn(
          { ...logFields(job), err: answer.error, tries: job.tries + 1 },
          "fetching the files failed; trying again",
        );
        return save((current) => to.prepareLater(current, answer.failure, now(), answer.retryAfterMs, waits));
      }
      if (answer.type === "concern") return save((current) => asked(current, answer.concern, now(), waits));
      if (answer.type === "photo_judged") {
        return store.update(
          job.id,
          (current, view) => ({ job: speech.photoJudged(current, view.sameContent, now()) }),
          { contentKey: answer.contentKey },
        );
      }
      return store.update(
        job.id,
        (current, view) => ({ job: to.prepared(current, answer.prepared, view.sameContent, now()) }),
        { contentKey: answer.contentKey },
      );
    }

    case "stop_choosing":
      return save((current) => leftUndecided(current, now()));

    case "speak":
      return speeches.speak(job, deps, save, signal);
    case "speak_lost":
      return save.intent((current) => speech.speakLost(current, now(), waits), lost("speak", attemptOf(job)));
    case "settle_speech":
      return save((current) => speech.speechSettled(current, now(), waits));
    case "listen":
      return speeches.listen(job, deps, signal);

    case "create":
      return renders.create(job, deps, save, signal);
    case "create_lost":
      return save.intent((current) => to.createLost(current, now(), waits), lost("create", attemptOf(job)));
    case "settle":
      return save((current) => to.settled(current, now(), waits, deps.webhooks));
    case "leave_alone":
      return save((current) => leftAlone(current, now()));
    case "look":
      return renders.look(job, deps, save, signal);

    case "open_direct":
      return previewing.openDirect(job, deps, save);
    case "relay":
      return delivering.relay(job, deps, save, signal);
    case "relay_lost":
      return save.intent(
        (current) => deliver.relayFailed(current, { reason: "cannot_post", code: "upload" }, now(), 0, waits),
        lost("upload", job.tries + 1),
      );
    case "share":
      return delivering.share(job, deps, save);
    case "share_lost":
      return save.intent(
        (current) => deliver.shareCalled(current, false, now(), waits),
        lost("share", attemptOf(job)),
      );
    case "find_share":
      return delivering.findShare(job, deps, save);
    case "link":
      return delivering.link(deps, save);
    case "link_lost":
      return save.intent((current) => deliver.linked(current, undefined, now()), lost("post", 0));
    case "redeliver":
      return save((current) => deliver.redelivering(current, now(), waits));

    case "stop_deciding":
      return save((current) => decisionDue(current, now()));
    case "edit_preview":
      return previewing.edit(job, deps, save);

    case "notify":
      return messages.notify(deps, save);
    case "notice_lost":
      return save.intent(message.noticeLost, lost("notice", 0));
    case "tell_privately":
      return messages.tellPrivately(job, deps, save);
    case "dress":
      return finishing.dress(job, deps, save);
    case "remove":
      return finishing.remove(job, deps, save);
    case "edit":
      return messages.edit(job, deps, save);
    case "clean_up":
      await deps.media.discard(job);
      return save((current) => ({ ...current, cleanedUp: true }));
  }
}

/** A speech that AKOOL no longer has is nobody's any more: asked for again, the words are spoken again. */
function lostSpeech(job: Job, failure: Failure, deps: StepDeps): Pick<Change, "spoken"> {
  const { speech } = job.request;
  if (failure.reason !== "akool_speech_lost" || speech.type !== "words" || !speech.voice) return {};
  return { spoken: { key: deps.speech.keyOf(job, speech.text, speech.voice) } };
}

/** The audit line of a call whose answer nobody waits for any more. */
function lost(effect: AuditLine["effect"], attempt: number): AuditLine {
  return { effect, attempt, outcome: "unclear: answer lost" };
}

function attemptOf({ state }: Job): number {
  if ("attempt" in state) return state.attempt?.number ?? 0;
  return state.status === "sharing" ? state.calls : 0;
}
