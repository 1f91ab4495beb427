import type { App } from "@slack/bolt";
import { postedAfterAll } from "../../job/after-all.ts";
import { chose, oneForEach, wentOn } from "../../job/choosing.ts";
import { cancelled, cancelOutcome, leftAlone, madeAnother, triedAgain } from "../../job/decisions.ts";
import { redelivering } from "../../job/deliver-transitions.ts";
import { removalWanted } from "../../job/finish-transitions.ts";
import type { InstallationId, JobId } from "../../job/ids.ts";
import { type FollowUp, hasEnded, installationOf, type Job, threadOf } from "../../job/job.ts";
import { logFields } from "../../job/log-fields.ts";
import { approved, shownAgain, thrownAway } from "../../job/show-first.ts";
import type { TakenFiles } from "../../job/store.ts";
import type { Say } from "../../words/say.ts";
import { actions, CHOOSE, GO_ON } from "../surface.ts";
import { mayDecide, whyNotAllowed } from "./access.ts";
import { afterAllText, cancelText, deletedText } from "./answers.ts";
import { detailsText } from "./details.ts";
import { showDetails } from "./details-modal.ts";
import { tellDirectly } from "./direct-message.ts";
import { followUp } from "./follow-up-buttons.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { acceptRequest, newJob } from "./new-job.ts";
import { openForm } from "./open-form.ts";
import { buttonBody } from "./payloads.ts";
import { wantedFile } from "./wanted-file.ts";

type Pressed = ReturnType<typeof buttonBody.parse>;

/** What a press comes to: what the presser alone is told, or nothing more to say. */
type Answer = ((say: Say) => string) | undefined;

const STALE: Answer = (say) => say("answer.stale");

/**
 * Buttons carry the job id alone; everything else is in the row, so they work after a deploy and after a
 * week. Each press is a change that applies once: pressed again it finds nothing to do and says so.
 */
export function registerButtons(app: App, deps: IntakeDeps): void {
  const { store, now, waits } = deps;

  async function apply(
    job: Job,
    change: (job: Job) => Job,
  ): Promise<{ before: Job; after: Job; changed: boolean }> {
    let before = job;
    const after = await store.update(job.id, (current) => {
      before = current;
      const next = change(current);
      return next === current ? undefined : { job: next };
    });
    return { before, after, changed: after !== before };
  }

  const decide = (change: (job: Job) => Job) => async (job: Job) =>
    (await apply(job, change)).changed ? undefined : STALE;

  /** The other videos first: pressed again after a crash in between, each is still made once. */
  async function makeOneForEach(job: Job): Promise<Answer> {
    const thread = threadOf(job);
    const { channelId } = job.place;
    for (const [index, request] of oneForEach(job).entries()) {
      if (index === 0) continue;
      const { workspaceId, requesterId, door } = job;
      const place = thread === undefined ? { channelId } : { channelId, threadTs: thread };
      const sibling = newJob(
        { workspaceId, installationId: installationOf(job), requesterId, door, place, request },
        now(),
        waits,
      );
      await acceptRequest({ keys: [`each:${job.id}:${index}`], job: sibling }, deps);
    }
    return decide((current) => firstOf(current))(job);
  }

  function onFollowUp(which: FollowUp) {
    return async (job: Job, { user, response_url: responseUrl }: Pressed): Promise<Answer> => {
      const said = await followUp(job, which, { userId: user.id, responseUrl }, deps);
      return said && ((say) => say.kept(said));
    };
  }

  function firstOf(job: Job): Job {
    const isOffered = oneForEach(job).length > 0 && job.state.status === "choosing";
    return isOffered ? chose(job, job.state.question.kind, 0, now(), waits) : job;
  }

  /** Takes a press, answers Slack once it is saved, and says privately what is to be said. */
  function onPress(
    actionId: string | RegExp,
    act: (job: Job, pressed: Pressed, ack: () => Promise<void>, caller: InstallationId) => Promise<Answer>,
  ): void {
    app.action(actionId, async ({ body, ack, context }) => {
      const pressed = buttonBody.parse(body);
      const { workspaceId, user, response_url: responseUrl, actions: buttons } = pressed;
      const jobId: JobId | undefined = buttons[0]?.value;
      let acked = false;
      const ackOnce = async () => {
        if (!acked) await ack();
        acked = true;
      };
      let answer: Answer;
      try {
        const job = jobId === undefined ? undefined : await store.find(jobId);
        // Under an org-wide install Slack names the presser's workspace, which need not be the job's.
        const ours = job && (job.workspaceId === workspaceId || installationOf(job) === callerIn(context));
        if (!ours) answer = (say) => say("answer.gone");
        else if (!mayDecide(user.id, job, deps.access)) answer = (say) => say("answer.not_yours");
        else {
          answer = await act(job, pressed, ackOnce, callerIn(context));
          const pressedId = buttons[0]?.action_id;
          deps.log.info({ ...logFields(job), userId: user.id, actionId: pressedId }, "button pressed");
        }
      } catch (error) {
        deps.log.error({ err: error, jobId, workspaceId }, "a button press could not be saved");
        answer = (say) => say("answer.not_saved");
      }
      await ackOnce();
      if (answer === undefined) return;
      const text = answer(await deps.readers.sayTo(callerIn(context), user.id));
      // Where it was pressed is where it is looked for.
      const threadTs = pressed.container?.thread_ts;
      if (responseUrl !== undefined) await deps.answerPrivately(responseUrl, text, threadTs);
      // A press in the Home tab has no address for an answer.
      else await tellDirectly({ installationId: callerIn(context), userId: user.id }, { text }, deps);
    });
  }

  onPress(actions.cancel, async (job) => {
    // Pressed where it was not seen yet that the video is there: to throw that away is another decision.
    const { before, changed } = await apply(job, (current) =>
      current.state.status === "shown" ? current : cancelled(current, now(), waits),
    );
    if (before.state.status === "shown") return (say) => say("showFirst.cancel_which", { id: job.id });
    return changed ? undefined : (say) => cancelText(say, cancelOutcome(before));
  });
  onPress(
    actions.tryAgain,
    decide((job) => triedAgain(job, now())),
  );
  onPress(
    actions.leaveIt,
    decide((job) => leftAlone(job, now())),
  );
  onPress(
    actions.makeAnother,
    decide((job) => madeAnother(job, now())),
  );
  onPress(
    actions.postAgain,
    decide((job) => redelivering(job, now(), waits)),
  );
  onPress(
    actions.postIt,
    decide((job) => approved(job, now())),
  );
  onPress(
    actions.throwAway,
    decide((job) => thrownAway(job, now())),
  );
  onPress(
    actions.showAgain,
    decide((job) => shownAgain(job, now())),
  );
  onPress(actions.postAfterAll, async (job) => {
    const { before, after } = await apply(job, (current) => postedAfterAll(current, now()));
    return after.state.status === before.state.status ? (say) => afterAllText(say, before) : undefined;
  });
  onPress(actions.again, onFollowUp("again"));
  onPress(actions.in1080, onFollowUp("in_1080"));
  onPress(actions.delete, async (job, { user }) => {
    const { before, changed } = await apply(job, (current) => removalWanted(current, user.id));
    return changed ? undefined : (say) => deletedText(say, before);
  });
  onPress(actions.details, async (job, { user, trigger_id: triggerId, response_url: url }, ack, caller) => {
    // A press in the Home tab has no address for an answer, but can open something over it.
    if (url === undefined && triggerId !== undefined) {
      await ack();
      const say = await deps.readers.sayTo(caller, user.id);
      if (await showDetails(say, job, { triggerId, installationId: caller }, deps)) return undefined;
    }
    return (say) => detailsText(say, job);
  });
  onPress(actions.change, async (job, pressed, ack, installationId) => {
    if (!hasEnded(job)) return STALE;
    const { photo, speech } = job.request;
    return open(job, pressed, ack, installationId, {
      changes: job.id,
      ...(photo.type === "none" ? {} : { photo }),
      ...(speech.type === "none" ? {} : { speech }),
    });
  });
  onPress(GO_ON, (job, { actions: [button] }) => {
    const [, kind = ""] = GO_ON.exec(button?.action_id ?? "") ?? [];
    return decide((current) => wentOn(current, kind, now()))(job);
  });
  onPress(CHOOSE, (job, { actions: [button] }) => {
    const [, kind = "", index] = CHOOSE.exec(button?.action_id ?? "") ?? [];
    return decide((current) => chose(current, kind, Number(index), now(), waits))(job);
  });
  onPress(actions.each, makeOneForEach);
  onPress(actions.fillIn, async (job, pressed, ack, installationId) =>
    job.state.status === "choosing" ? open(job, pressed, ack, installationId, takenFrom(job), job.id) : STALE,
  );

  /** The form, in the job's thread; with `jobId` it is that job which waits for it. */
  async function open(
    job: Job,
    { user, trigger_id: triggerId, response_url: responseUrl }: Pressed,
    ack: () => Promise<void>,
    installationId: InstallationId,
    taken: TakenFiles,
    jobId?: JobId,
  ): Promise<Answer> {
    if (triggerId === undefined) return STALE;
    const { channelId } = job.place;
    const refusal = jobId === undefined ? whyNotAllowed(user.id, channelId, deps.access) : undefined;
    if (refusal) return (say) => say.kept(refusal);
    const threadTs = threadOf(job);
    await openForm(
      {
        workspaceId: job.workspaceId,
        installationId,
        channelId,
        ...(threadTs === undefined ? {} : { threadTs }),
        userId: user.id,
        triggerId,
        responseUrl,
        taken,
        ...(jobId === undefined ? {} : { jobId }),
      },
      ack,
      deps,
    );
    return undefined;
  }
}

/** What the form need not ask for again: all that was given, but for what is objected to. */
function takenFrom({ state, request: { photo, speech } }: Job): TakenFiles {
  const wanted = state.status === "choosing" ? wantedFile(state.question) : undefined;
  return {
    ...(photo.type === "none" || wanted === "photo" ? {} : { photo }),
    ...(speech.type === "none" || wanted === "recording" ? {} : { speech }),
  };
}
