import type { MessageTs } from "../../src/job/ids.ts";
import type { JobState } from "../../src/job/job.ts";
import type { Preview } from "../../src/job/posts.ts";
import { dialog } from "../../src/slack/delivery/messages.ts";
import { previewMessage } from "../../src/slack/delivery/preview-post.ts";
import { decisionButtons } from "../../src/slack/delivery/show-first.ts";
import type { Say } from "../../src/words/say.ts";
import { DIRECT, FILE, STATES } from "../job/sample-jobs.ts";
import type { Picture } from "./draw-picture.ts";
import { job, type Named } from "./sample-requests.ts";

/** A video in the direct message, where its person sees it first and decides. */

export const PREVIEW: Preview = {
  channelId: DIRECT,
  fileId: FILE,
  ts: "1764158400.000200" as MessageTs,
  says: "shown",
  tries: 0,
};
export const THROWN_AWAY: JobState = {
  ...STATES.cancelled,
  renderWasRunning: true,
  instead: "thrown_away",
};
export const UNDECIDED: JobState = { ...STATES.cancelled, renderWasRunning: true, instead: "undecided" };

export function previews(say: Say): Named[] {
  const post = (state: JobState): Picture => ({
    ...previewMessage(say, job(state, { preview: PREVIEW })),
    video: say.plain("finish.video_title"),
  });
  return [
    ["with the decision", post(STATES.shown)],
    ["being posted", post(STATES.rendered)],
    ["posted", post(STATES.delivered)],
    ["could not be posted", post(STATES.undeliverable)],
    ["thrown away", previewMessage(say, job(THROWN_AWAY, { preview: PREVIEW }))],
    ["not decided about", post(UNDECIDED)],
    ["cancelled while it was being posted", post(STATES["cancelled, rendered"])],
    ["failed while it was being posted", post({ ...STATES.failed, failure: { reason: "render_gone" } })],
    ...decisionButtons(say, job(STATES.shown)).flatMap(({ text, confirm }) =>
      confirm ? [[`asked before "${text}" counts`, { dialog: dialog(confirm) }] as const] : [],
    ),
  ];
}
