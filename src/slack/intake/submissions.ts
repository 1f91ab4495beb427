import type { App } from "@slack/bolt";
import { refilled } from "../../job/choosing.ts";
import type { ChannelId, InstallationId, JobId, UserId, WorkspaceId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import { logFields } from "../../job/log-fields.ts";
import type { RenderRequest } from "../../job/request.ts";
import type { OpenForm } from "../../job/store.ts";
import type { Said } from "../../words/say.ts";
import { formCallbackId } from "../surface.ts";
import { mayDecide, whyNotAllowed, withoutMentions } from "./access.ts";
import { fields } from "./form.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { acceptRequest, newJob } from "./new-job.ts";
import { formBody } from "./payloads.ts";
import { type FormResult, readForm } from "./read-form.ts";
import { voicesSoon } from "./voice-options.ts";

/** A field that every form has, for what concerns none in particular. */
const ALWAYS_THERE = fields.resolution.block;

/** Slack shows no more of an error. */
const MOST_OF_ERROR = 150;

const TOO_OLD: Said = { key: "form.too_old" };
const GONE_ON: Said = { key: "form.gone_on" };

interface Sender {
  readonly workspaceId: WorkspaceId;
  readonly installationId: InstallationId;
  readonly userId: UserId;
  readonly viewId: string;
}

/** The form sent off. What is wrong is said on its field and the form stays open; else it is saved, then closed. */
export function registerForm(app: App, deps: IntakeDeps): void {
  app.view({ callback_id: formCallbackId, type: "view_submission" }, async ({ body, ack, context }) => {
    const { workspaceId, user, view } = formBody.parse(body);
    // Slack waits three seconds, so it is asked beside everything else; words need it only where something is wrong.
    const speaking = deps.readers.sayTo(callerIn(context), user.id);
    const problems = async (wrong: Readonly<Record<string, Said>>) => {
      const say = await speaking;
      const errors = Object.entries(wrong).map(([field, { key, values }]) => [
        field,
        say.plain(key, values).slice(0, MOST_OF_ERROR),
      ]);
      return ack({ response_action: "errors", errors: Object.fromEntries(errors) });
    };
    const problem = (wrong: Said, field: string = ALWAYS_THERE) => problems({ [field]: wrong });
    const sender = { workspaceId, installationId: callerIn(context), userId: user.id, viewId: view.id };
    try {
      const form = await deps.store.findForm(view.private_metadata);
      if (!form) return await problem(TOO_OLD);
      const habits = await deps.store.findHabits(workspaceId, user.id);
      const voices = await voicesSoon(deps.voices);
      const result = readForm(view.state.values, form, voices, habits);
      const { channelId } = result.type === "complete" ? result : form;
      const refusal = channelId && whyNotAllowed(user.id, channelId, deps.access);
      if (refusal) {
        const field = form.channelId === undefined ? fields.where.block : ALWAYS_THERE;
        return await problem(withoutMentions(refusal), field);
      }
      if (result.type === "errors") return await problems(result.errors);

      if (form.jobId === undefined) await startJob(result.request, result.channelId, form, sender, deps);
      else {
        const wrong = await fillIn(form.jobId, result.request, sender, deps);
        if (wrong !== undefined) return await problem(wrong);
      }
      await remember(result, sender, deps);
      await ack();
    } catch (error) {
      deps.log.error({ err: error, workspaceId }, "a form could not be saved");
      await problem({ key: "answer.not_saved" });
    }
  });
}

async function startJob(
  request: RenderRequest,
  channelId: ChannelId,
  { threadTs, responseUrl }: OpenForm,
  { workspaceId, installationId, userId, viewId }: Sender,
  deps: IntakeDeps,
): Promise<void> {
  const place = threadTs === undefined ? { channelId } : { channelId, threadTs };
  const job = newJob(
    { workspaceId, installationId, requesterId: userId, door: "form", place, request },
    deps.now(),
    deps.waits,
  );
  const keys = [`view:${workspaceId}:${viewId}`];
  await acceptRequest({ keys, job, ...(responseUrl === undefined ? {} : { responseUrl }) }, deps);
}

/** What a waiting job was missing. Resolves with what is wrong, if anything. */
async function fillIn(
  jobId: JobId,
  request: RenderRequest,
  { userId }: Sender,
  { store, access, waits, now, log }: IntakeDeps,
): Promise<Said | undefined> {
  const job = await store.find(jobId);
  if (!job) return GONE_ON;
  if (!mayDecide(userId, job, access)) return { key: "answer.not_yours" };
  let taken = false;
  await store.update(jobId, (current) => {
    const next = refilled(current, request, now(), waits);
    // Sent twice: the first has done it.
    taken = next !== current || isOf(current, request);
    return next === current ? undefined : { job: next };
  });
  if (!taken) return GONE_ON;
  log.info({ ...logFields(job), userId }, "a form was taken");
  return undefined;
}

function isOf({ request }: Job, { photo, speech }: RenderRequest): boolean {
  return JSON.stringify([request.photo, request.speech]) === JSON.stringify([photo, speech]);
}

async function remember(
  { remember: wishes, channelId }: Extract<FormResult, { type: "complete" }>,
  { workspaceId, userId }: Sender,
  { store }: IntakeDeps,
): Promise<void> {
  for (const { whose, voice } of wishes)
    await store.saveHabits(workspaceId, whose === "me" ? userId : channelId, { voice });
}
