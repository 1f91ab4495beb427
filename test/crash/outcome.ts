import { ANNA, type Ephemeral, type Message } from "../../src/sandbox/slack/slack-sandbox.ts";
import type { Request } from "./doors.ts";
import type { World } from "./world.ts";

/** What a person in Slack sees at the end. */
export type Ending = "video" | "link" | "failure" | "question" | "cancelled";

/** A sentence that calls the person, posted or said to them alone. */
export type Call = Message | Ephemeral;

export interface Seen {
  /** Everything the app has posted and not deleted, in every conversation. */
  readonly posts: readonly Message[];
  readonly jobMessages: readonly Message[];
  readonly videos: readonly { readonly post: Message; readonly sha256: string }[];
  readonly links: readonly Call[];
  readonly failures: readonly Call[];
  readonly questions: readonly Call[];
  readonly endings: readonly Ending[];
}

const JOB_MESSAGE = "Talking photo for <@";
const ANSWER_TO_A_BUTTON = /too late to cancel|ended already|decided already/;
const CALL = `<@${ANNA}>`;

/** The mark a job message begins with once its job has come to this. */
export const MARKS: Readonly<Record<Ending, string>> = {
  video: ":white_check_mark:",
  link: ":white_check_mark:",
  failure: ":x:",
  question: ":question:",
  cancelled: ":no_entry_sign:",
};

export function lookAt({ slack }: World, request: Request): Seen {
  const posts = [...slack.workspace.channels.values()].flatMap((channel) =>
    channel.messages.filter((message) => message.byApp && !message.deleted),
  );
  const jobMessages = posts.filter((post) => post.text.includes(JOB_MESSAGE) && !post.text.startsWith(CALL));
  // What is shown to the person first is not posted yet.
  const direct = slack.openDm(ANNA).id;
  const posted = posts.filter((post) => post.channel === request.channel || post.channel !== direct);
  const videos = posted.flatMap((post) =>
    post.files
      .filter((file) => file.mimetype === "video/mp4" && !file.deleted)
      .map((file) => ({ post, sha256: file.content.sha256 })),
  );
  const calls: Call[] = [
    ...posts.filter((post) => post.text.startsWith(CALL) && post.files.length === 0),
    // A command that failed outright is Slack's own sentence, not ours.
    ...slack.ephemerals.filter(
      (each) =>
        each.from === "app" && each.channel === request.channel && !ANSWER_TO_A_BUTTON.test(each.text),
    ),
  ];
  const callsWith = (words: string) => calls.filter((call) => call.text.includes(words));
  const links = callsWith("Slack did not show the video itself");
  const questions = callsWith("I can't tell whether AKOOL ");
  const slow = [...callsWith("taking much longer"), ...callsWith("slower than nine in ten")];
  const ended = callsWith(JOB_MESSAGE);
  const failures = calls.filter(
    (call) => ![links, questions, slow, ended].some((known) => known.includes(call)),
  );

  const marked = (ending: Ending) =>
    [...jobMessages, ...ended].some((message) =>
      message.text.replace(`${CALL} `, "").startsWith(MARKS[ending]),
    );
  const endings: Ending[] = [];
  if (videos.length > 0) endings.push("video");
  if (links.length > 0) endings.push("link");
  if (failures.length > 0 || marked("failure")) endings.push("failure");
  if (marked("cancelled")) endings.push("cancelled");
  // A question that the video has answered by itself is none any more.
  if (endings.length === 0 && (questions.length > 0 || marked("question"))) endings.push("question");
  return { posts, jobMessages, videos, links, failures, questions, endings };
}

/** The same words more often than a person should hear them. Where there is no job message, privately too is well. */
export function saidTooOften(calls: readonly Call[], hasJobMessage: boolean): boolean {
  const counts = [...Map.groupBy(calls, ({ text }) => text).values()].map((same) => ({
    posted: same.filter((call) => !("gone" in call)).length,
    privately: same.filter((call) => "gone" in call).length,
  }));
  return counts.some(
    ({ posted, privately }) => posted > 1 || privately > 1 || (hasJobMessage && posted + privately > 1),
  );
}
