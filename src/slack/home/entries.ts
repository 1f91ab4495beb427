import type { KnownBlock } from "@slack/web-api";
import { cancelOutcome } from "../../job/decisions.ts";
import { hasEnded, type Job, threadOf } from "../../job/job.ts";
import { failureButtons, finishButtons } from "../delivery/after-buttons.ts";
import { escaped } from "../delivery/quoted.ts";
import { decisionButtons } from "../delivery/show-first.ts";
import { moment } from "../delivery/time-text.ts";
import { ending, minutes, phase, whereabouts } from "../intake/answers.ts";
import { actions } from "../surface.ts";
import { buttons, clipped, type HomeButton, quoted, section } from "./blocks.ts";

/** One request as its person sees it in their Home. */

const SHOWN_OF_WORDS = 150;
const SHOWN_OF_GESTURES = 100;
const SHOWN_OF_OUTCOME = 300;

/** What can still be done about it, running or ended: the one place for it. */
function choicesFor(job: Job): HomeButton[] {
  const value = job.id;
  const again: HomeButton = { text: "Post again", action: actions.postAgain, value, style: "primary" };
  if (job.state.status === "shown") return decisionButtons(job).map((button) => ({ ...button, value }));
  const cancel: HomeButton = { text: "Cancel", action: actions.cancel, value };
  const outcome = cancelOutcome(job);
  const isThere =
    job.finish !== undefined && job.finish.stage !== "removing" && job.finish.stage !== "removed";
  const after = [...(isThere ? finishButtons(job) : []), ...failureButtons(job)];
  const isTooLate = outcome === "too_late" || outcome === "being_shown" || outcome === "ended_already";
  return [
    ...(job.state.status === "undeliverable" ? [again] : []),
    ...(isTooLate ? [] : [cancel]),
    // Details are told privately, for which Slack gives no way in a Home.
    ...after.filter(({ action }) => action !== actions.details).map((button) => ({ ...button, value })),
  ];
}

/** `site` is the workspace's own address, with a slash at the end. */
export function entryBlocks(job: Job, { now, site }: { now: number; site: string }): KnownBlock[] {
  const state = hasEnded(job)
    ? clipped(ending(job), SHOWN_OF_OUTCOME)
    : `${phase(job)}, ${minutes(now - job.acceptedAt)} so far`;
  const lines = [
    `*${asked(job)}*`,
    [moment(job.acceptedAt), whereabouts(job), ...link(job, site)].join(" · "),
    state,
  ];
  return [section(lines.join("\n")), ...buttons(choicesFor(job))];
}

function asked({ request }: Job): string {
  const { photo, speech, gesturePrompt, resolution } = request;
  const pictures = photo.type === "none" ? "No photo yet" : "A photo";
  const sound =
    speech.type === "words"
      ? `“${quoted(speech.text, SHOWN_OF_WORDS)}”`
      : speech.type === "none"
        ? "nothing to say yet"
        : "a recording";
  const how = [
    ...(gesturePrompt ? [`gestures: ${quoted(gesturePrompt, SHOWN_OF_GESTURES)}`] : []),
    ...(resolution === "1080" ? ["1080p"] : []),
  ];
  return [`${pictures} + ${sound}`, ...how].join(" · ").replaceAll("*", "∗");
}

/** As `chat.getPermalink` would give it, without a call for each. */
function link(job: Job, site: string): string[] {
  const ts = threadOf(job);
  if (ts === undefined) return [];
  return [`<${escaped(`${site}archives/${job.place.channelId}/p${ts.replace(".", "")}`)}|Open the thread>`];
}
