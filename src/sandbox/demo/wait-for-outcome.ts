import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { actions, CHOOSE, GO_ON } from "../../slack/surface.ts";
import { buttonsOf } from "../slack/payloads.ts";
import { GENERAL, type Message, type SlackFile, type SlackSandbox } from "../slack/slack-sandbox.ts";

/** A minute of recording takes the stand-in half a minute to make into a video. */
const OUTCOME_WITHIN_MS = 180_000;
/** As if somebody read the question first; meanwhile the post comes that calls them. */
const READING_MS = 1500;
const QUESTION = ":question:";
const POSTING = ":outbox_tray:";

export type Outcome =
  | { readonly type: "video"; readonly file: SlackFile }
  /** One that no button answers, but another file or words would. */
  | { readonly type: "unanswered" }
  | { readonly type: "refused" };

export interface Asker {
  readonly user: string;
  /** Told of each button before it is pressed. */
  readonly onPress: (button: string) => void;
}

type Button = ReturnType<typeof buttonsOf>[number]["button"];

interface Press {
  readonly type: "press";
  readonly on: Message;
  readonly button: Button;
}

/**
 * Does what a person does in #general, answers what the app asks with the first button that goes on, and waits until
 * the app has said its last word about it.
 */
export async function waitForOutcome(
  slack: SlackSandbox,
  act: () => Promise<unknown>,
  { user, onPress }: Asker,
  signal: AbortSignal,
): Promise<Outcome> {
  const postsBefore = slack.channel(GENERAL).messages.length;
  const whispersBefore = slack.ephemerals.length;
  const posts = () =>
    slack
      .channel(GENERAL)
      .messages.slice(postsBefore)
      .filter((post) => post.byApp);
  const pressed = new Set<string>();
  let postsAtPress = 0;

  const look = (): Outcome | Press | undefined => {
    const [first, ...others] = posts();
    if (!first) return slack.ephemerals.length > whispersBefore ? { type: "refused" } : undefined;
    if (first.text.startsWith(QUESTION)) {
      const button = buttonsIn(first).find(goesOn);
      if (!button) return { type: "unanswered" };
      // The edit that takes a question away comes later than the answer to the click.
      return pressed.has(button.action_id) ? undefined : { type: "press", on: first, button };
    }
    // While anything can still become of a request, its message has a button to cancel it.
    if (first.text.startsWith(POSTING) || buttonsIn(first).some(cancels)) return undefined;
    const video = posts()
      .flatMap((post) => post.files)
      .find((file) => file.mimetype === "video/mp4");
    if (video) return { type: "video", file: video };
    // That message is edited once more at the end, besides the post that calls the person. A request that is
    // refused at the door has one post alone.
    return first.edits.length === 0 || others.length > postsAtPress ? { type: "refused" } : undefined;
  };

  const timeout = AbortSignal.timeout(OUTCOME_WITHIN_MS);
  const ending = AbortSignal.any([signal, timeout]);
  try {
    await act();
    for (;;) {
      const seen = look();
      if (!seen) await once(slack.events, "change", { signal: ending });
      else if (seen.type !== "press") return seen;
      else {
        await sleep(READING_MS, undefined, { signal: ending });
        const { on, button } = seen;
        postsAtPress = posts().length - 1;
        pressed.add(button.action_id);
        onPress(button.text.text);
        await slack.pressButton(on, button.action_id, { user });
      }
    }
  } catch (error) {
    if (!timeout.aborted) throw error;
    throw new Error(`The app had no answer after ${OUTCOME_WITHIN_MS / 60_000} minutes.`);
  }
}

function buttonsIn({ blocks }: Message): Button[] {
  return buttonsOf(blocks).map(({ button }) => button);
}

function goesOn({ action_id: id }: Button): boolean {
  return GO_ON.test(id) || CHOOSE.test(id);
}

function cancels({ action_id: id }: Button): boolean {
  return id === actions.cancel;
}
