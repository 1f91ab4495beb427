import type { App } from "@slack/bolt";
import type { Button as BlockButton, KnownBlock } from "@slack/web-api";
import type { UserId, WorkspaceId } from "../../job/ids.ts";
import { markup, type Said, type Say } from "../../words/say.ts";
import { startAction } from "../surface.ts";
import { whyNotInDirectMessage } from "./access.ts";
import { type Recipient, tellDirectly } from "./direct-message.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { openForm, whyNot } from "./open-form.ts";
import { homeOpened, startBody } from "./payloads.ts";

export type WelcomeDeps = Pick<IntakeDeps, "store" | "access" | "clientFor" | "readers" | "log">;

const MAKE_A_VIDEO: Said = { key: "welcome.make_a_video" };

export function welcomeText(say: Say, userId: UserId): string {
  return [
    say("welcome.hello", { person: markup(`<@${userId}>`) }),
    say("welcome.first_video", { button: MAKE_A_VIDEO }),
    say("welcome.in_a_channel"),
    say("welcome.what_goes_where"),
    say("welcome.more"),
  ].join("\n\n");
}

export function startButton(say: Say): BlockButton {
  return {
    type: "button",
    action_id: startAction,
    text: { type: "plain_text", text: say.plain(MAKE_A_VIDEO.key) },
    style: "primary",
  };
}

/**
 * Says hello to somebody who has not been told yet what the app does. At most once: it is noted before it is said, and
 * a hello that Slack does not take is one line in the log. Resolves once no other can be under way.
 */
export async function welcome(newcomer: Recipient, deps: WelcomeDeps): Promise<void> {
  const { store, access } = deps;
  const { installationId, userId } = newcomer;
  if (whyNotInDirectMessage(userId, access) !== undefined) return;
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
  const { log, readers } = deps;
  const say = await readers.sayTo(installationId, userId);
  const text = welcomeText(say, userId);
  const blocks: KnownBlock[] = [
    { type: "section", text: { type: "mrkdwn", text } },
    { type: "actions", elements: [startButton(say)] },
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
    const privately = async (said: Said) => {
      await ack();
      if (responseUrl === undefined) return;
      const say = await deps.readers.sayTo(callerIn(context), user.id);
      await deps.answerPrivately(responseUrl, say.kept(said));
    };
    const refusal = whyNotInDirectMessage(user.id, deps.access);
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
      await privately({ key: "answer.not_saved" });
    }
  });
}
