import type { Delivery, SlackAnswer } from "../../job/delivery.ts";
import type { ChannelId, JobId, UserId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import type { Notice } from "../../job/posts.ts";
import type { Say } from "../../words/say.ts";
import { noticeMessage } from "./messages.ts";
import type { AnswerPrivately, CallFor } from "./slack-delivery.ts";

/** A notice to one person alone, in the first way that Slack lets it go. */

/** `response_url`: the address that came with the request, for half an hour; words alone, without buttons. */
type Way = "response_url" | "ephemeral" | "direct";

export interface TellPrivatelyDeps {
  readonly callFor: CallFor;
  readonly openDirect: (job: Job, user: UserId) => Promise<SlackAnswer<{ channelId: ChannelId }>>;
  readonly sayTo: (job: Job, person: UserId) => Promise<Say>;
  readonly findResponseUrl: (id: JobId) => Promise<string | undefined>;
  readonly answerPrivately: AnswerPrivately;
}

export function createTellPrivately(deps: TellPrivatelyDeps): Delivery["tellPrivately"] {
  const { callFor, openDirect, sayTo, findResponseUrl, answerPrivately } = deps;
  return async (job) => {
    if (!job.notice) return { type: "ok" };
    const user = calledBy(job.notice, job);
    const words = noticeMessage(await sayTo(job, user), job, job.notice.kind);
    const ways: Readonly<Record<Way, () => Promise<SlackAnswer>>> = {
      async response_url() {
        const responseUrl = await findResponseUrl(job.id);
        return responseUrl === undefined
          ? { type: "refused", code: "no_response_url" }
          : answerPrivately(responseUrl, words.text);
      },
      ephemeral: () =>
        callFor(
          job,
          (client) => client.chat.postEphemeral({ channel: job.place.channelId, user, ...words }),
          () => ({}),
        ),
      async direct() {
        const opened = await openDirect(job, user);
        if (opened.type !== "ok") return opened;
        return callFor(
          job,
          (client) => client.chat.postMessage({ channel: opened.channelId, ...words, unfurl_links: false }),
          () => ({}),
        );
      },
    };
    let answer: SlackAnswer = { type: "refused", code: "no_way_to_tell" };
    for (const way of waysFor(job.notice)) {
      answer = await ways[way]();
      // Heard twice in private is better than not at all, so an unclear answer is no reason to stop.
      if (answer.type !== "refused" && answer.type !== "unclear") return answer;
    }
    return answer;
  };
}

/** The best one first. */
function waysFor({ kind }: Notice): readonly Way[] {
  switch (kind) {
    case "not_removed":
      return ["ephemeral", "direct"];
    // It concerns the person, wherever they are by now.
    case "undeliverable":
      return ["direct", "response_url", "ephemeral"];
    // It is nothing without its buttons.
    case "deciding":
      return ["direct", "ephemeral"];
    // A refused request concerns the moment it was typed in.
    case "failed":
    case "slow":
    case "overdue":
    case "asking":
    case "choosing":
    case "ended":
      return ["response_url", "ephemeral", "direct"];
  }
}

/** Whom a notice calls: nearly always the person whose job it is. */
export function calledBy({ kind }: Notice, { finish, requesterId }: Job): UserId {
  return (kind === "not_removed" ? finish?.removedBy : undefined) ?? requesterId;
}
