import { once } from "node:events";
import { buttonsOf } from "../slack/payloads.ts";
import { GENERAL, type SlackFile, type SlackSandbox } from "../slack/slack-sandbox.ts";

/** A minute of recording takes the stand-in half a minute to make into a video. */
const OUTCOME_WITHIN_MS = 180_000;

const UNDECIDED: ReadonlySet<string> = new Set(["Cancel", "Post again"]);

/**
 * Does what a person does in #general, and waits until the app has said its last word about it. The video, or
 * undefined when that word was a refusal or a question.
 */
export async function waitForOutcome(
  slack: SlackSandbox,
  act: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<SlackFile | undefined> {
  const postsBefore = slack.channel(GENERAL).messages.length;
  const whispersBefore = slack.ephemerals.length;
  const posts = () =>
    slack
      .channel(GENERAL)
      .messages.slice(postsBefore)
      .filter((post) => post.byApp);
  const isOver = () => {
    const [first, ...others] = posts();
    if (!first) return slack.ephemerals.length > whispersBefore;
    // A question, which in the demo nobody answers.
    if (first.text.startsWith(":question:")) return true;
    // While anything can still become of a request, its message has a button to cancel it, or to post it again.
    if (buttonsOf(first.blocks).some(({ button }) => UNDECIDED.has(button.text.text))) return false;
    // That message is edited once more at the end, besides the post that calls the person. A request that is
    // refused at the door has one post alone.
    return first.edits.length === 0 || others.length > 0;
  };

  await act();
  const timeout = AbortSignal.timeout(OUTCOME_WITHIN_MS);
  while (!isOver()) {
    await once(slack.events, "change", { signal: AbortSignal.any([signal, timeout]) }).catch(
      (error: unknown) => {
        throw timeout.aborted
          ? new Error(`The app had no answer after ${OUTCOME_WITHIN_MS / 60_000} minutes.`)
          : error;
      },
    );
  }
  return posts()
    .flatMap((post) => post.files)
    .find((file) => file.mimetype === "video/mp4");
}
