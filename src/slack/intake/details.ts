import type { Job, MediaSource, Order, RenderRequest, SpeechSource } from "../../job/job.ts";
import { inMarkup } from "../delivery/in-markup.ts";
import { showFirstText } from "../delivery/show-first-text.ts";
import { credits, duration, moment } from "../delivery/time-text.ts";

/** "Details": what a person may want to know, or to tell whoever runs the app. Machine codes stand here and in the log alone. */

const QUOTED_CHARACTERS = 300;

export function detailsText(job: Job): string {
  return [
    `*Details* of \`${job.id}\`, asked for by <@${job.requesterId}>`,
    `• ${inputs(job.request)}`,
    `• ${times(job).join(" · ")}`,
    ...phases(job),
    ...order(job),
    ...trouble(job),
  ].join("\n");
}

function inputs({ photo, speech, resolution, gesturePrompt }: RenderRequest): string {
  return [
    `Photo: ${sourceText(photo)}`,
    speechText(speech),
    `${resolution}p`,
    ...(gesturePrompt === undefined ? [] : [`Gestures: “${quoted(gesturePrompt)}”`]),
  ].join(" · ");
}

function speechText(speech: SpeechSource): string {
  if (speech.type !== "words") return `Recording: ${sourceText(speech)}`;
  const voice = speech.voice ? ` in the voice ${inMarkup(speech.voice.name)}` : "";
  return `Words: “${quoted(speech.text)}”${voice}`;
}

function sourceText(source: MediaSource): string {
  switch (source.type) {
    case "slack":
      return `file \`${inMarkup(source.fileId)}\` in Slack`;
    case "url":
      return `a link to ${inMarkup(URL.parse(source.url)?.host ?? "somewhere")}`;
    case "thread":
      return "the one at the top of this thread";
    case "none":
      return "none";
  }
}

function times(job: Job): string[] {
  const { acceptedAt, state } = job;
  const { startedAt } = orderOf(job);
  const renderedAt = state.status === "delivered" ? state.made?.renderedAt : undefined;
  return [
    `Asked for: ${moment(acceptedAt)}`,
    ...(startedAt === undefined ? [] : [`ordered: ${moment(startedAt)}`]),
    ...(renderedAt === undefined ? [] : [`ready: ${moment(renderedAt)}`]),
    ...("finishedAt" in state ? [`${state.status}: ${moment(state.finishedAt)}`] : []),
  ];
}

function phases(job: Job): string[] {
  const { acceptedAt, state } = job;
  if (state.status !== "delivered" || state.made?.startedAt === undefined) return [];
  const { startedAt, renderedAt } = state.made;
  const took = [
    `getting ready ${duration(startedAt - acceptedAt)}`,
    `AKOOL ${duration(renderedAt - startedAt)}`,
    `${job.request.showFirst ? showFirstText.postingTook : "posting"} ${duration(state.finishedAt - renderedAt)}`,
  ];
  return [`• Took: ${took.join(" · ")}`];
}

function order(job: Job): string[] {
  const { renderId, attempt } = orderOf(job);
  const price = job.state.status === "delivered" ? job.state.made?.credits : undefined;
  const known = [
    ...(renderId === undefined ? [] : [`AKOOL's render \`${inMarkup(renderId)}\``]),
    ...(attempt === undefined ? [] : [`attempt ${attempt}`]),
    ...(price === undefined ? [] : [`${credits(price)} for the video`]),
    ...(job.paidSpeech ? ["words were spoken, which costs a little"] : []),
  ];
  return known.length === 0 ? [] : [`• ${known.join(" · ")}`];
}

function orderOf({ state }: Job): Order {
  if (state.status === "delivered") return state.made ?? {};
  return state.status === "failed" ? (state.order ?? {}) : {};
}

function trouble({ state, finish }: Job): string[] {
  const lines: string[] = [];
  if (state.status === "failed") {
    const { reason, code } = state.failure;
    lines.push(`• Failed: \`${reason}\`${code === undefined ? "" : `, code \`${inMarkup(code)}\``}`);
  }
  if (state.status === "delivered" && state.as === "link")
    lines.push(`• Slack did not show the video: file \`${inMarkup(state.fileId)}\``);
  if (finish?.refusal !== undefined) lines.push(`• Not deleted: \`${inMarkup(finish.refusal)}\``);
  return lines;
}

function quoted(text: string): string {
  const plain = text.replaceAll(/\s+/g, " ");
  return inMarkup(plain.length <= QUOTED_CHARACTERS ? plain : `${plain.slice(0, QUOTED_CHARACTERS)}…`);
}
