import type { Resolution } from "../../job/render-api.ts";

export type Command =
  | { readonly type: "open_form" }
  | {
      readonly type: "start";
      readonly photoUrl: string;
      readonly speechUrl: string;
      readonly resolution: Resolution;
      readonly gesturePrompt?: string;
    }
  | { readonly type: "help" | "status" | "history" }
  | { readonly type: "cancel"; readonly jobId?: string }
  | { readonly type: "watch"; readonly on: boolean }
  | { readonly type: "unknown"; readonly understood: string };

/** Longer than AKOOL's own example of about 90 words, short enough for a message. */
export const MAX_GESTURE_PROMPT = 1000;

/** What was typed after `/talkingphoto`. Never throws: what cannot be read is `unknown`, with what was understood of it. */
export function parseCommand(typed: string): Command {
  const words = typed.trim().split(/\s+/).filter(Boolean);
  const [first, second, ...rest] = words;
  if (first === undefined) return { type: "open_form" };
  const keyword = first.toLowerCase();
  if (second === undefined && (keyword === "help" || keyword === "status" || keyword === "history"))
    return { type: keyword };
  if (keyword === "cancel" && rest.length === 0)
    return second === undefined ? { type: "cancel" } : { type: "cancel", jobId: second };
  if (keyword === "watch") {
    const setting = second?.toLowerCase();
    if (rest.length === 0 && (setting === "on" || setting === "off"))
      return { type: "watch", on: setting === "on" };
    return { type: "unknown", understood: "I understood `watch`, but it needs `on` or `off` after it." };
  }

  const photoUrl = asUrl(first);
  const speechUrl = second === undefined ? undefined : asUrl(second);
  if (photoUrl === undefined) {
    return {
      type: "unknown",
      understood: "I looked for the link to a photo first, and found something else.",
    };
  }
  if (speechUrl === undefined) {
    return {
      type: "unknown",
      understood: "I understood the link to the photo, but after it I need the link to a recording.",
    };
  }
  const [maybeResolution, ...gesture] = rest;
  const resolution = maybeResolution === "720" || maybeResolution === "1080" ? maybeResolution : undefined;
  const prompt = (resolution === undefined ? rest : gesture).join(" ");
  if (prompt.length > MAX_GESTURE_PROMPT) {
    return {
      type: "unknown",
      understood: `I understood both links, but the gesture prompt is longer than ${MAX_GESTURE_PROMPT} characters.`,
    };
  }
  return {
    type: "start",
    photoUrl,
    speechUrl,
    resolution: resolution ?? "720",
    ...(prompt === "" ? {} : { gesturePrompt: unescapeSlack(prompt) }),
  };
}

/** Slack hands links over bare or, when it has recognised them, as `<https://…|label>` with &, < and > escaped. */
function asUrl(word: string): string | undefined {
  const bare = unescapeSlack(/^<([^|>]+)(\|[^>]*)?>$/.exec(word)?.[1] ?? word);
  return /^https?:\/\/[^\s<>]+$/i.test(bare) && URL.canParse(bare) ? bare : undefined;
}

function unescapeSlack(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
