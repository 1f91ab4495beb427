import { PHOTO_ENDINGS, SOUND_ENDINGS } from "./file-role.ts";

/** The text of a post: what can be said aloud, and the links in it that are files. */
export interface PostText {
  /** Without the mention of the app and without those links; blank when nothing is left. */
  readonly words: string;
  readonly photoUrls: readonly string[];
  readonly recordingUrls: readonly string[];
}

export const NO_TEXT: PostText = { words: "", photoUrls: [], recordingUrls: [] };

/** More is no message, and more than AKOOL takes at once. */
export const MAX_WORDS = 5000;

/** A link as Slack marks it, with its label, or one that it has left as it was typed. */
const LINK = /<(https?:\/\/[^|<>\s]+)(?:\|([^<>]*))?>|(?<![\w<|])(https?:\/\/[^\s<>|]+)/gi;
/** `<@U1|anna>`, `<#C1|general>`, `<!date^…|today>`, `<mailto:a@b.c|a@b.c>`. Without a label there is nothing to say. */
const MARK = /<([@#!]|mailto:|tel:)([^|<>]*)(?:\|([^<>]*))?>/gi;
const EMOJI = /(?<![\w:]):[a-z+-][\w+'-]*:(?::skin-tone-\d:)?/gi;
const ENDS_A_SENTENCE = /[.,;:!?)\]]+$/;

/** Reads Slack's markup. Source: docs.slack.dev, "Formatting text for app surfaces". */
export function readPostText(text: string, botUser: string | undefined): PostText {
  const photoUrls: string[] = [];
  const recordingUrls: string[] = [];
  const withoutLinks = text.replaceAll(LINK, (whole, marked?: string, _label?: string, bare?: string) => {
    const after = bare === undefined ? "" : (ENDS_A_SENTENCE.exec(bare)?.[0] ?? "");
    const url = unescapeSlack(marked ?? bare?.slice(0, bare.length - after.length) ?? "");
    const kind = kindOfLink(url);
    if (kind === "photo") photoUrls.push(url);
    else if (kind === "recording") recordingUrls.push(url);
    else return whole;
    return after;
  });
  return { words: speakable(withoutLinks, botUser), photoUrls, recordingUrls };
}

/** Slack's markup as somebody would read it aloud. */
export function speakable(text: string, botUser?: string): string {
  const plain = text
    .replaceAll(LINK, (whole, marked?: string, label?: string) => label || (marked ?? whole))
    .replaceAll(MARK, (_, sign: string, id: string, label = "") => {
      if (sign === "@" && id === botUser) return "";
      return label.replace(/^[@#]/, "") || (sign.length > 1 ? id : "");
    })
    .replaceAll(EMOJI, "");
  return unescapeSlack(plain)
    .replaceAll(/[^\S\n]+/g, " ")
    .replaceAll(/ *\n */g, "\n")
    .replace(/^[\s:,]+/, "")
    .trim();
}

/** Whether the post speaks to other people and not to the app. */
export function isForOthers(text: string, botUser: string | undefined): boolean {
  const spokenTo = [...text.matchAll(/<@(\w+)/g)].map(([, id]) => id);
  return spokenTo.length > 0 && !spokenTo.includes(botUser);
}

export function unescapeSlack(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** By the ending of its path; what is really there is seen when it is fetched. */
export function kindOfLink(url: string): "photo" | "recording" | undefined {
  if (!URL.canParse(url)) return undefined;
  const ending = (/\.(\w+)$/.exec(new URL(url).pathname)?.[1] ?? "").toLowerCase();
  if (PHOTO_ENDINGS.test(ending)) return "photo";
  return SOUND_ENDINGS.test(ending) ? "recording" : undefined;
}
