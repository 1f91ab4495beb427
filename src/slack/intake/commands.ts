import { createHash } from "node:crypto";
import type { App } from "@slack/bolt";
import { cancelled, cancelOutcome } from "../../job/decisions.ts";
import type { Failure } from "../../job/failure.ts";
import { failureText } from "../../job/failure-text.ts";
import { asUsual } from "../../job/habits.ts";
import type { InstallationId, JobId } from "../../job/ids.ts";
import { hasEnded, type Job } from "../../job/job.ts";
import type { Say } from "../../words/say.ts";
import { settingsText } from "../home/defaults.ts";
import { surface } from "../surface.ts";
import { mayDecide, whyNotAllowed } from "./access.ts";
import { cancelText, helpText, historyText, statusText, unknownText, watchText } from "./answers.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { acceptRequest, newJob } from "./new-job.ts";
import { openForm } from "./open-form.ts";
import { type Command, parseCommand } from "./parse-command.ts";
import { type CommandBody, commandBody } from "./payloads.ts";

type Called = CommandBody & { readonly installationId: InstallationId };

const LISTED = 10;
const LOOKED_THROUGH = 200;

export function registerCommand(app: App, deps: IntakeDeps): void {
  app.command(surface.commands[0], async ({ command, ack, context }) => {
    const body = { ...commandBody.parse(command), installationId: callerIn(context) };
    const sayToCaller = () => deps.readers.sayTo(body.installationId, body.user_id);
    const privately = (text: string) => ack({ response_type: "ephemeral", text });
    const refusal = whyNotAllowed(body.user_id, body.channel_id, deps.access);
    if (refusal !== undefined) {
      deps.log.info(
        { workspaceId: body.team_id, userId: body.user_id, channelId: body.channel_id },
        "a command was refused: not allowed",
      );
      return privately((await sayToCaller()).kept(refusal));
    }
    const parsed = parseCommand(body.text);
    try {
      if (parsed.type === "open_form") {
        const {
          team_id: workspaceId,
          installationId,
          user_id: userId,
          channel_id: channelId,
          trigger_id: triggerId,
          response_url: responseUrl,
        } = body;
        return await openForm(
          { workspaceId, installationId, userId, channelId, triggerId, responseUrl, taken: {} },
          ack,
          deps,
        );
      }
      if (parsed.type === "start") {
        const failure = await start(parsed, body, deps);
        // An accepted request is answered by its job message, in the channel.
        return await (failure ? privately(failureText(await sayToCaller(), failure)) : ack());
      }
      return await privately(await answerTo(await sayToCaller(), parsed, body, deps));
    } catch (error) {
      deps.log.error({ err: error, workspaceId: body.team_id }, "a command could not be saved");
      return privately((await sayToCaller())("answer.not_saved"));
    }
  });
}

async function answerTo(
  say: Say,
  parsed: Exclude<Command, { type: "open_form" | "start" }>,
  body: Called,
  deps: IntakeDeps,
): Promise<string> {
  const { store, now } = deps;
  switch (parsed.type) {
    case "help":
      return helpText(say);
    case "status": {
      const running = (await requestsOf(body, deps)).filter((job) => !hasEnded(job));
      return statusText(say, running, now());
    }
    case "history":
      return historyText(say, (await requestsOf(body, deps)).filter(hasEnded).slice(0, LISTED));
    case "settings":
      return settingsText(say, (await store.findHabits(body.team_id, body.user_id)) ?? {});
    case "show_first":
      await store.saveHabits(body.team_id, body.user_id, { showFirst: parsed.on ? true : null });
      return settingsText(say, (await store.findHabits(body.team_id, body.user_id)) ?? {});
    case "cancel":
      return cancel(say, parsed.jobId, body, deps);
    case "watch":
      await store.setWatched(body.team_id, body.channel_id, body.user_id, parsed.on);
      return watchText(say, parsed.on, body.channel_id.startsWith("D"));
    case "unknown":
      return unknownText(say, parsed.understood);
  }
}

/** Slack gives each gesture one trigger: the same signed request again is the same gesture. */
function gestureKey({ team_id, user_id, channel_id, text, trigger_id }: CommandBody): string {
  const gesture = JSON.stringify([team_id, user_id, channel_id, text, trigger_id]);
  return `command:${createHash("sha256").update(gesture).digest("base64url")}`;
}

/** Resolves with what is wrong, if anything. */
async function start(
  parsed: Extract<Command, { type: "start" }>,
  body: Called,
  deps: IntakeDeps,
): Promise<Failure | undefined> {
  const { photoUrl, resolution, gesturePrompt } = parsed;
  if (!deps.isAllowedUrl(photoUrl)) return { reason: "url_not_allowed", file: "photo" };
  if ("speechUrl" in parsed && !deps.isAllowedUrl(parsed.speechUrl))
    return { reason: "url_not_allowed", file: "recording" };
  const job = newJob(
    {
      workspaceId: body.team_id,
      installationId: body.installationId,
      requesterId: body.user_id,
      door: "command",
      place: { channelId: body.channel_id },
      request: asUsual(
        {
          photo: { type: "url", url: photoUrl },
          speech:
            "words" in parsed
              ? { type: "words", text: parsed.words }
              : { type: "url", url: parsed.speechUrl },
          ...(resolution === undefined ? {} : { resolution }),
          ...(gesturePrompt === undefined ? {} : { gesturePrompt }),
        },
        await deps.store.findHabits(body.team_id, body.user_id),
      ),
    },
    deps.now(),
    deps.waits,
  );
  await acceptRequest(
    {
      keys: [gestureKey(body)],
      job,
      ...(body.response_url === undefined ? {} : { responseUrl: body.response_url }),
    },
    deps,
  );
  return undefined;
}

async function cancel(say: Say, jobId: string | undefined, body: Called, deps: IntakeDeps): Promise<string> {
  const found =
    jobId === undefined
      ? await newestInFlight(body, deps)
      : await deps.store.find(jobId.toLowerCase() as JobId);
  const ours = found?.workspaceId === body.team_id ? found : undefined;
  // Without an id only what is being made is meant, never a video that is there to be looked at.
  const waiting = jobId === undefined && ours?.state.status === "shown" ? ours : undefined;
  if (waiting) return say("showFirst.cancel_which", { id: waiting.id });
  if (!ours) return say(jobId === undefined ? "command.nothing_to_cancel" : "command.unknown_job");
  if (!mayDecide(body.user_id, ours, deps.access)) return say("answer.not_yours");
  // Without an id it would mean another job by now.
  if (!(await deps.store.firstTime(gestureKey(body)))) return say("command.had_already");
  let outcome = cancelOutcome(ours);
  await deps.store.update(ours.id, (job) => {
    outcome = cancelOutcome(job);
    const next = cancelled(job, deps.now(), deps.waits);
    return next === job ? undefined : { job: next };
  });
  return cancelText(say, outcome);
}

async function newestInFlight(body: Called, deps: IntakeDeps): Promise<Job | undefined> {
  const inFlight = (await requestsOf(body, deps)).filter((job) => !hasEnded(job));
  return inFlight.find(({ state }) => state.status !== "shown") ?? inFlight[0];
}

/** The person's last requests, newest first; what was refused outright is not one of them. */
async function requestsOf(body: Called, deps: IntakeDeps): Promise<Job[]> {
  const jobs = await deps.store.jobsOf(body.user_id, body.team_id, LOOKED_THROUGH);
  return jobs.filter(({ message }) => message.status !== "none");
}
