import { openQuestion } from "../../job/choosing.ts";
import type { Failure } from "../../job/failure.ts";
import type { RenderRequest, Unsorted } from "../../job/request.ts";
import type { ReplyOutcome } from "./replies.ts";
import type { Share, Sorted } from "./share.ts";

/** Where somebody has posted something, and to whom. */
export interface Setting {
  readonly inDirectMessage: boolean;
  /** The post names the app. */
  readonly mentioned: boolean;
  readonly inThread: boolean;
}

export type Verdict =
  | {
      readonly type: "request";
      readonly request: RenderRequest;
      readonly unsorted?: Unsorted;
      readonly onlyIfWatched: boolean;
    }
  | { readonly type: "refuse"; readonly failure: Failure }
  /** People also just talk. */
  | { readonly type: "ignore" };

/** What is to be made of a post that has completed no job. */
export function judgePost(
  { share, sorted }: { readonly share: Share; readonly sorted: Sorted },
  reply: Exclude<ReplyOutcome["type"], "taken">,
  { inDirectMessage, mentioned, inThread }: Setting,
): Verdict {
  const addressed = inDirectMessage || mentioned;
  if (reply === "unhelpful") {
    if (sorted.type === "refused")
      return mentioned || share.files.length > 0 ? { type: "refuse", failure: sorted.failure } : IGNORE;
    // Half of something that the job in this thread has not asked for is no request of its own.
    const isComplete = openQuestion(asRequest(sorted)) === undefined;
    return addressed && isComplete ? requesting(sorted) : IGNORE;
  }
  if (!addressed) {
    // In a watched channel only a photo together with a recording is for us, and nothing is asked there.
    const isComplete =
      sorted.type === "found" && !sorted.unsorted && openQuestion(asRequest(sorted)) === undefined;
    return isComplete ? { ...requesting(sorted), onlyIfWatched: true } : IGNORE;
  }
  if (inDirectMessage && isOnlyText(sorted, share)) {
    // "Thanks!" under a video is no request.
    return inThread ? IGNORE : { type: "refuse", failure: { reason: "nothing_shared" } };
  }
  if (mentioned && isCallForHelp(sorted, share, inThread))
    return { type: "refuse", failure: { reason: "nothing_shared" } };
  if (sorted.type === "refused") return { type: "refuse", failure: sorted.failure };
  // Whoever calls the app into a thread means the photo at its top.
  return mentioned && inThread && sorted.photo.type === "none"
    ? requesting({ ...sorted, photo: { type: "thread" } })
    : requesting(sorted);
}

const IGNORE: Verdict = { type: "ignore" };

type Found = Extract<Sorted, { type: "found" }>;

function requesting(sorted: Found): Extract<Verdict, { type: "request" }> {
  const { unsorted } = sorted;
  return {
    type: "request",
    request: asRequest(sorted),
    ...(unsorted ? { unsorted } : {}),
    onlyIfWatched: false,
  };
}

function asRequest({ type: _, unsorted: _unsorted, ...found }: Found): RenderRequest {
  return { ...found, resolution: "720" };
}

const ASKS_FOR_HELP =
  /^(help( me| please)?|commands|usage|what can you do|what do you do|who are you|how does (this|it) work|how do i (start|use (this|you)))$/;
/** Said at the top of a conversation these are for the app; in a thread they may be what the photo is to say. */
const GREETS =
  /^((hello|hi|hey|hiya|hallo|hola|salut|bonjour|moin|ciao)( there| everyone)?|good (morning|afternoon|evening)|test|ping|are you there)$/;

/** Somebody who tries what the app does has asked for no video yet. */
function isCallForHelp(sorted: Sorted, share: Share, inThread: boolean): boolean {
  if (!isOnlyText(sorted, share)) return false;
  const words = share.text.words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return ASKS_FOR_HELP.test(words) || (!inThread && (words === "" || GREETS.test(words)));
}

function isOnlyText(sorted: Sorted, { files }: Share): boolean {
  if (files.length > 0) return false;
  return sorted.type === "refused"
    ? sorted.failure.reason === "nothing_shared"
    : sorted.photo.type === "none" && sorted.speech.type === "words";
}
