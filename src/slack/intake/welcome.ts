import type { App } from "@slack/bolt";
import type { KnownBlock } from "@slack/web-api";
import type { UserId, WorkspaceId } from "../../job/ids.ts";
import { sayIn } from "../../words/say.ts";
import { startAction } from "../surface.ts";
import { refusalInDirectMessage } from "./access.ts";
import { type Recipient, tellDirectly } from "./direct-message.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { openForm, whyNot } from "./open-form.ts";
import { homeOpened, startBody } from "./payloads.ts";

export type WelcomeDeps = Pick<IntakeDeps, "store" | "access" | "clientFor" | "readers" | "log">;

export function welcomeText(userId: UserId): string {
  return [
    `:wave: Hello <@${userId}>, I make a photo talk: a photo of a face, and a few words or a recording, become a short video in which the face speaks.`,
    "*Your first video, in a minute:* share a photo here and type what it should say in the same message, for example “Welcome to the team!”. Or press *Make a video* and fill in the form.",
    "*In a channel:* type `/invite` there and choose me, then share a photo and mention me with the words. The video comes in the thread.",
    "The photo, and the words or the recording, are sent to AKOOL, which makes the video; each is marked as AI-generated. Only use photos of people who have agreed to it.",
    "`/talkingphoto help` shows everything I can do.",
  ].join("\n\n");
}

export const startButton = {
  type: "button",
  action_id: startAction,
  text: { type: "plain_text", text: "Make a video" },
  style: "primary",
} as const;

/**
 * Says hello to somebody who has not been told yet what the app does. At most once: it is noted before it is said, and
 * a hello that Slack does not take is one line in the log. Resolves once no other can be under way.
 */
export async function welcome(newcomer: Recipient, deps: WelcomeDeps): Promise<void> {
  const { store, access } = deps;
  const { installationId, userId } = newcomer;
  if (refusalInDirectMessage(sayIn("en"), userId, access) !== undefined) return;
  // Intake keys are forgotten after some days; the habit stays. The key keeps two at once apart.
  const where = installationId as string as WorkspaceId;
  if ((await store.findHabits(where, userId))?.welcomed) return;
  if (!(await store.firstTime(`welcome:${installationId}:${userId}`))) return;
  void store
    .saveHabits(where, userId, { welcomed: true })
    .then(() => sayHello(newcomer, deps))
    .catch((error: unknown) =>
      deps.log.warn({ err: error, installationId, userId }, "a person could not be welcomed"),
    );
}

async function sayHello(newcomer: Recipient, deps: WelcomeDeps): Promise<void> {
  const { installationId, userId } = newcomer;
  const { log } = deps;
  const text = welcomeText(userId);
  const blocks: KnownBlock[] = [
    { type: "section", text: { type: "mrkdwn", text } },
    { type: "actions", elements: [startButton] },
  ];
  const said = await tellDirectly(newcomer, { text, blocks }, deps);
  if (said.type === "ok") log.info({ installationId, userId }, "a person was welcomed");
  else log.warn({ installationId, userId, ...whyNot(said) }, "a person could not be welcomed");
}

/** The hello to whoever opens the app, and the button that opens the form from nowhere in particular. */
export function registerWelcome(app: App, deps: IntakeDeps): void {
  app.event("app_home_opened", ({ event, context }) => {
    const { user, channel } = homeOpened.parse(event);
    return welcome({ installationId: callerIn(context), userId: user, channelId: channel }, deps);
  });

  app.action(startAction, async ({ body, ack, context }) => {
    const { workspaceId, user, trigger_id: triggerId, response_url: responseUrl } = startBody.parse(body);
    const privately = async (text: string) => {
      await ack();
      if (responseUrl !== undefined) await deps.answerPrivately(responseUrl, text);
    };
    const refusal = refusalInDirectMessage(sayIn("en"), user.id, deps.access);
    if (refusal !== undefined) return privately(refusal);
    try {
      await openForm(
        {
          workspaceId,
          installationId: callerIn(context),
          userId: user.id,
          triggerId,
          responseUrl,
          taken: {},
        },
        () => ack(),
        deps,
      );
    } catch (error) {
      deps.log.error({ err: error, workspaceId }, "the form could not be opened");
      await privately(sayIn("en")("answer.not_saved"));
    }
  });
}
