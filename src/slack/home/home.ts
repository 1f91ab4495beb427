import type { App } from "@slack/bolt";
import type { NewHabits } from "../../job/habits.ts";
import { callerIn, type IntakeDeps } from "../intake/handlers.ts";
import { MAX_GESTURE_PROMPT } from "../intake/parse-command.ts";
import { eventBody, homeOpened, homePressed, searchBody } from "../intake/payloads.ts";
import { voiceBehind, voiceOptions, voicesSoon } from "../intake/voice-options.ts";
import { homeActions, UNWATCH } from "../surface.ts";
import { createShowHome } from "./publish.ts";
import { createHomes, type Homes } from "./refresh.ts";
import { nextLook, readState } from "./state.ts";

type Pressed = ReturnType<typeof homePressed.parse>;

/**
 * The Home tab: shown anew whenever it is opened, and after every press in it, whoever's button it was. It is
 * published after Slack has its answer; should that fail, the next look is another chance. What is returned shows
 * it anew when a request moves on.
 */
export function registerHome(app: App, deps: IntakeDeps): Pick<Homes, "moved"> {
  const { store, access, voices, readers, log } = deps;
  const homes = createHomes(createShowHome(deps));

  app.event("app_home_opened", async ({ event, body, context }) => {
    const { user: userId, tab, view } = homeOpened.parse(event);
    const { workspaceId } = eventBody.parse(body);
    const visitor = { workspaceId, installationId: callerIn(context), userId, hash: view?.hash };
    if (tab !== "home") return homes.left(visitor);
    void homes.look(visitor, nextLook(readState(view?.private_metadata ?? ""), { action_id: "" }));
  });

  app.use(async ({ body, context, next }) => {
    await next();
    const pressed = homePressed.safeParse(body);
    if (!pressed.success || body.type !== "block_actions") return;
    const { workspaceId, user, view, actions } = pressed.data;
    const looking = nextLook(readState(view.private_metadata), actions[0] ?? { action_id: "" });
    // Whatever was shown meanwhile, this is what the person wants to see.
    void homes.look({ workspaceId, installationId: callerIn(context), userId: user.id }, looking);
  });

  for (const turn of TURNS) app.action(turn, ({ ack }) => ack());

  app.options(homeActions.voice, async ({ body, ack, context }) => {
    const { value, user } = searchBody.parse(body);
    const [say, all] = await Promise.all([readers.sayTo(callerIn(context), user.id), voicesSoon(voices)]);
    await ack({ options: voiceOptions(say, all, value) });
  });

  /** One of the person's defaults. */
  function onChoice(actionId: string, read: (pressed: Pressed) => Promise<NewHabits> | NewHabits): void {
    app.action(actionId, async ({ body, ack }) => {
      const pressed = homePressed.parse(body);
      const { workspaceId, user } = pressed;
      try {
        await store.saveHabits(workspaceId, user.id, await read(pressed));
      } catch (error) {
        // The Home that is shown next says what is kept.
        log.error({ err: error, workspaceId, userId: user.id }, "a default could not be saved");
      }
      await ack();
    });
  }

  onChoice(homeActions.voice, async ({ actions: [choice] }) => {
    if (!choice?.selected_option) return { voice: null };
    const { previewUrl: _, ...voice } = voiceBehind(choice.selected_option, await voicesSoon(voices));
    return { voice };
  });
  onChoice(homeActions.forgetVoice, () => ({ voice: null }));
  onChoice(homeActions.resolution, ({ actions: [choice] }) => ({
    resolution: choice?.selected_option?.value === "1080" ? "1080" : null,
  }));
  onChoice(homeActions.gesture, ({ actions: [choice] }) => {
    const typed = (choice?.value ?? "").toWellFormed().replaceAll("\0", "").trim();
    return { gesturePrompt: typed.slice(0, MAX_GESTURE_PROMPT) || null };
  });
  onChoice(homeActions.showFirst, ({ actions: [choice] }) => ({
    showFirst: choice?.selected_options?.length ? true : null,
  }));

  app.action(UNWATCH, async ({ body, ack }) => {
    const { workspaceId, user, actions } = homePressed.parse(body);
    const [, channelId] = UNWATCH.exec(actions[0]?.action_id ?? "") ?? [];
    const watched = await store.watchedChannels(workspaceId);
    const channel = watched.find((each) => each === channelId);
    if (channel !== undefined && access.adminUsers.has(user.id)) {
      await store.setWatched(workspaceId, channel, user.id, false);
      log.info({ workspaceId, channelId, userId: user.id }, "a watched channel was switched off");
    }
    await ack();
  });

  return homes;
}

/** They change only what is looked at. */
const { newer, older, newest, search, channel } = homeActions;
const TURNS = [newer, older, newest, search, channel];
