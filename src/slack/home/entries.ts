import type { KnownBlock } from "@slack/web-api";
import { cancelOutcome } from "../../job/decisions.ts";
import { hasEnded, type Job, threadOf } from "../../job/job.ts";
import { escaped, markup, type Say } from "../../words/say.ts";
import { failureButtons, finishButtons } from "../delivery/after-buttons.ts";
import { decisionButtons } from "../delivery/show-first.ts";
import { moment } from "../delivery/time-text.ts";
import { ending, minutes, phase, whereabouts } from "../intake/answers.ts";
import { actions } from "../surface.ts";
import { buttons, clipped, excerpt, type HomeButton, section } from "./blocks.ts";

/** One request as its person sees it in their Home. */

const SHOWN_OF_WORDS = 150;
const SHOWN_OF_GESTURES = 100;
const SHOWN_OF_OUTCOME = 300;

/** What can still be done about it, running or ended: the one place for it. */
function choicesFor(say: Say, job: Job): HomeButton[] {
  const value = job.id;
  if (job.state.status === "shown") return decisionButtons(say, job).map((button) => ({ ...button, value }));
  const again: HomeButton = {
    text: say.plain("button.post_again"),
    action: actions.postAgain,
    value,
    style: "primary",
  };
  const cancel: HomeButton = { text: say.plain("button.cancel"), action: actions.cancel, value };
  const outcome = cancelOutcome(job);
  const isThere =
    job.finish !== undefined && job.finish.stage !== "removing" && job.finish.stage !== "removed";
  const after = [...(isThere ? finishButtons(say, job) : []), ...failureButtons(say, job)];
  const isTooLate = outcome === "too_late" || outcome === "being_shown" || outcome === "ended_already";
  return [
    ...(job.state.status === "undeliverable" ? [again] : []),
    ...(isTooLate ? [] : [cancel]),
    ...after.map((button) => ({ ...button, value })),
  ];
}

/** `site` is the workspace's own address, with a slash at the end. */
export function entryBlocks(say: Say, job: Job, { now, site }: { now: number; site: string }): KnownBlock[] {
  const state = hasEnded(job)
    ? clipped(ending(say, job), SHOWN_OF_OUTCOME)
    : say("home.so_far", {
        phase: markup(phase(say, job)),
        time: markup(minutes(say, now - job.acceptedAt)),
      });
  const lines = [
    `*${asked(say, job)}*`,
    [moment(job.acceptedAt), whereabouts(say, job), ...link(say, job, site)].join(" · "),
    state,
  ];
  return [section(lines.join("\n")), ...buttons(choicesFor(say, job))];
}

function asked(say: Say, { request }: Job): string {
  const { photo, speech, gesturePrompt, resolution } = request;
  const words = speech.type === "words" ? excerpt(speech.text, SHOWN_OF_WORDS) : "";
  return [
    say("home.request", { photo: photo.type, speech: speech.type, words }),
    ...(gesturePrompt
      ? [say("home.request_gestures", { gestures: excerpt(gesturePrompt, SHOWN_OF_GESTURES) })]
      : []),
    ...(resolution === "1080" ? ["1080p"] : []),
  ]
    .join(" · ")
    .replaceAll("*", "∗");
}

/** As `chat.getPermalink` would give it, without a call for each. */
function link(say: Say, job: Job, site: string): string[] {
  const ts = threadOf(job);
  if (ts === undefined) return [];
  const address = `${site}archives/${job.place.channelId}/p${ts.replace(".", "")}`;
  return [`<${escaped(address)}|${say("home.open_thread")}>`];
}
