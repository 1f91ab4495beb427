import type { Job, Order } from "../../job/job.ts";
import type { MediaSource, RenderRequest, SpeechSource } from "../../job/request.ts";
import { markup, type Said, type Say } from "../../words/say.ts";
import { credits, duration, moment } from "../delivery/time-text.ts";

/** "Details": what a person may want to know, or to tell whoever runs the app. Machine codes stand here and in the log alone. */

const QUOTED_CHARACTERS = 300;

export function detailsText(say: Say, job: Job): string {
  const facts = [
    inputs(say, job.request),
    times(say, job),
    phases(say, job),
    order(say, job),
    ...trouble(say, job),
  ];
  return [
    say("details.title", { id: job.id, person: markup(`<@${job.requesterId}>`) }),
    ...facts.filter((fact) => fact !== "").map((fact) => `• ${fact}`),
  ].join("\n");
}

function inputs(say: Say, { photo, speech, resolution, gesturePrompt }: RenderRequest): string {
  return joined(
    say("details.photo", { source: sourceText(photo) }),
    speechText(say, speech),
    `${resolution}p`,
    gesturePrompt !== undefined && say("details.gestures", { gestures: excerpt(gesturePrompt) }),
  );
}

function speechText(say: Say, speech: SpeechSource): string {
  if (speech.type !== "words") return say("details.recording", { source: sourceText(speech) });
  const words = excerpt(speech.text);
  return speech.voice
    ? say("details.words_in_voice", { words, voice: asCode(speech.voice.name) })
    : say("details.words", { words });
}

function sourceText(source: MediaSource): Said {
  switch (source.type) {
    case "slack":
      return { key: "details.source_file", values: { id: asCode(source.fileId) } };
    case "url": {
      const host = URL.parse(source.url)?.host;
      return host
        ? { key: "details.source_link", values: { host } }
        : { key: "details.source_link_somewhere" };
    }
    case "thread":
      return { key: "details.source_thread" };
    case "none":
      return { key: "details.source_none" };
  }
}

function times(say: Say, job: Job): string {
  const { acceptedAt, state } = job;
  const { startedAt } = orderOf(job);
  const renderedAt = state.status === "delivered" ? state.made?.renderedAt : undefined;
  const at = (ms: number) => ({ moment: markup(moment(ms)) });
  return joined(
    say("details.asked_for", at(acceptedAt)),
    startedAt !== undefined && say("details.ordered", at(startedAt)),
    renderedAt !== undefined && say("details.ready", at(renderedAt)),
    "finishedAt" in state && say("details.ended", { status: state.status, ...at(state.finishedAt) }),
  );
}

function phases(say: Say, { acceptedAt, request, state }: Job): string {
  if (state.status !== "delivered" || state.made?.startedAt === undefined) return "";
  const { startedAt, renderedAt } = state.made;
  return say(request.showFirst ? "details.took_shown_first" : "details.took", {
    ready: duration(say, startedAt - acceptedAt),
    akool: duration(say, renderedAt - startedAt),
    posting: duration(say, state.finishedAt - renderedAt),
  });
}

function order(say: Say, job: Job): string {
  const { renderId, attempt } = orderOf(job);
  const price = job.state.status === "delivered" ? job.state.made?.credits : undefined;
  return joined(
    renderId !== undefined && say("details.render", { id: asCode(renderId) }),
    attempt !== undefined && say("details.attempt", { attempt }),
    price !== undefined && say("details.price", { credits: credits(say, price) }),
    job.paidSpeech === true && say("details.words_spoken"),
  );
}

function orderOf({ state }: Job): Order {
  if (state.status === "delivered" || state.status === "cancelled") return state.made ?? {};
  return state.status === "failed" ? (state.order ?? {}) : {};
}

function trouble(say: Say, { state, finish }: Job): string[] {
  const lines: string[] = [];
  if (state.status === "failed") {
    const { reason, code } = state.failure;
    lines.push(
      code === undefined
        ? say("details.failed", { reason })
        : say("details.failed_code", { reason, code: asCode(code) }),
    );
  }
  if (state.status === "delivered" && state.as === "link")
    lines.push(say("details.not_shown", { id: asCode(state.fileId) }));
  if (finish?.refusal !== undefined) lines.push(say("details.not_deleted", { code: asCode(finish.refusal) }));
  return lines;
}

function joined(...facts: readonly (string | false)[]): string {
  return facts.filter((fact) => fact !== false).join(" · ");
}

/** Between backticks, which it must not end early. */
function asCode(text: string): string {
  return text.replaceAll("`", "'");
}

function excerpt(text: string): string {
  const characters = [...asCode(text).replaceAll(/\s+/g, " ")];
  return characters.length <= QUOTED_CHARACTERS
    ? characters.join("")
    : `${characters.slice(0, QUOTED_CHARACTERS).join("")}…`;
}
