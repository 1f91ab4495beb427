/** The workspace in lines of plain text, as a person would see it. */
import { type Block, type Element, elementsOf } from "./block-kit.ts";
import type { SlackFile } from "./file-room.ts";
import type { Ephemeral, Message, View } from "./records.ts";
import type { Workspace } from "./workspace.ts";

const INDENT = "    ";

/** A conversation, its threads under their roots. With `threadTs` only that thread. */
export function transcript(workspace: Workspace, channelId: string, threadTs?: string): string[] {
  const channel = workspace.channels.get(channelId);
  if (!channel) return [`(no conversation ${channelId})`];
  const whispers = workspace.ephemerals.filter((each) => each.channel === channelId && !each.gone);
  const all = [...channel.messages, ...whispers].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  const inThread = (root: string) => all.filter((each) => each.threadTs === root && each.ts !== root);
  const roots = threadTs
    ? all.filter((each) => each.ts === threadTs)
    : all.filter((each) => each.threadTs === undefined || each.threadTs === each.ts);
  return roots.flatMap((root) => {
    const replies = inThread(root.ts).filter((reply) => !("deleted" in reply && reply.deleted));
    if ("deleted" in root && root.deleted && replies.length === 0) return [];
    const lines = replies.flatMap((reply) => describe(workspace, reply));
    return [...describe(workspace, root), ...lines.map((line) => INDENT + line)];
  });
}

/** One message or form; its first line begins with who it is from. */
export function describe(workspace: Workspace, what: Message | Ephemeral | View): string[] {
  if ("content" in what) return describeView(workspace, what);
  const whisper = "gone" in what;
  const from = whisper
    ? what.from === "slackbot"
      ? "Slackbot"
      : workspace.settings.botName
    : nameOf(workspace, what.user);
  const deleted = !whisper && what.deleted;
  const files = whisper ? [] : what.files.map(describeFile);
  const body = what.blocks.length > 0 ? what.blocks.flatMap(describeBlock) : what.text ? [what.text] : [];
  if (!whisper && what.forwards)
    files.push(
      ["[forwarded:", what.forwards.text, ...what.forwards.files.map(describeFile)].join(" ").concat("]"),
    );
  const said = deleted ? "This message was deleted." : [...body, files.join(" ")].filter(Boolean).join("\n");
  const edited = !whisper && !deleted && what.edits.length > 0 && what.blocks.length === 0 ? " (edited)" : "";
  const [first = "", ...rest] = readable(workspace, said + edited).split("\n");
  return [
    `${whisper ? "(only you) " : ""}${from}: ${first}`,
    ...rest.filter(Boolean).map((line) => INDENT + line),
  ];
}

export function describeFile(file: SlackFile): string {
  if (file.deleted) return "[file deleted]";
  const kind = file.subtype === "slack_audio" ? "audio" : (file.mimetype.split("/")[0] ?? "");
  const known = ["image", "audio", "video"].includes(kind) ? kind : "file";
  return `[${known} ${file.name}, ${formatSize(file.content.size)}]`;
}

function describeView(workspace: Workspace, view: View): string[] {
  const { content } = view;
  const who = nameOf(workspace, view.user);
  if (content.type === "home")
    return [
      `(App Home of ${who})`,
      ...content.blocks
        .flatMap(describeBlock)
        .flatMap((line) => readable(workspace, line).split("\n"))
        .map((line) => INDENT + line),
    ];
  const lines = content.blocks
    .flatMap(describeBlock)
    .flatMap((line) => readable(workspace, line).split("\n"));
  const ends = [content.close?.text, content.submit?.text].filter(Boolean).map((text) => `[${text}]`);
  const title = `(form for ${who}, ${view.state}) ${content.title.text}`;
  return [title, ...[...lines, ends.join(" ")].filter(Boolean).map((line) => INDENT + line)];
}

function describeBlock(block: Block): string[] {
  const controls = elementsOf(block).map(describeElement).filter(Boolean).join(" ");
  switch (block.type) {
    case "section": {
      const texts = [block.text, ...(block.fields ?? [])].flatMap((each) => (each ? [each.text] : []));
      return [...texts.slice(0, -1), [texts.at(-1), controls].filter(Boolean).join(" ")];
    }
    case "header":
      return [block.text.text];
    case "markdown":
      return [block.text];
    case "context":
      return [
        block.elements.map((each) => (each.type === "image" ? `[${each.alt_text}]` : each.text)).join(" "),
      ];
    case "actions":
      return [controls];
    case "input":
      return [`${block.label.text}${block.optional ? " (optional)" : ""}: ${controls}`];
    case "image":
      return [`[image: ${block.title?.text ?? block.alt_text}]`];
    case "divider":
      return ["———"];
    case "rich_text":
      return [richText(block.elements)];
  }
}

function describeElement(element: Element): string {
  switch (element.type) {
    case "button":
      return `[${element.text.text}]`;
    case "image":
      return `[image: ${element.alt_text}]`;
    case "static_select":
      return `[${element.initial_option?.text.text ?? element.placeholder?.text ?? "choose"} ▾]`;
    case "external_select":
      return `[${element.initial_option?.text.text ?? element.placeholder?.text ?? "choose"} ▾]`;
    case "radio_buttons":
      return element.options
        .map((each) => `${each.value === element.initial_option?.value ? "(•)" : "( )"} ${each.text.text}`)
        .join(" ");
    case "checkboxes":
      return element.options
        .map(({ value, text }) => {
          const isTicked = element.initial_options?.some((ticked) => ticked.value === value);
          return `[${isTicked ? "x" : " "}] ${text.text}`;
        })
        .join(" ");
    case "overflow":
      return "[⋯]";
    case "conversations_select":
    case "users_select":
      return `[${element.placeholder?.text ?? "choose"} ▾]`;
    case "plain_text_input":
    case "url_text_input":
      return element.initial_value
        ? `"${element.initial_value}"`
        : `<${element.placeholder?.text ?? "type"}>`;
    case "file_input":
      return "<choose a file>";
  }
}

/** The text of rich text, all of it, in order. */
function richText(value: unknown): string {
  if (Array.isArray(value)) return value.map(richText).join("");
  if (typeof value !== "object" || value === null) return "";
  if ("user_id" in value) return `<@${value.user_id}>`;
  if ("text" in value && typeof value.text === "string") return value.text;
  if ("url" in value && typeof value.url === "string") return value.url;
  return "elements" in value ? richText(value.elements) : "";
}

/** Slack's markup as it looks on screen. */
function readable(workspace: Workspace, text: string): string {
  return text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id: string) => `@${nameOf(workspace, id)}`)
    .replace(
      /<#(\w+)(?:\|([^>]*))?>/g,
      (_, id: string, name?: string) => `#${name || workspace.channels.get(id)?.name || id}`,
    )
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<!(\w+)[^>]*>/g, "@$1")
    .replace(/<((?:https?|mailto):[^|>]+)\|([^>]+)>/g, "$2 ($1)")
    .replace(/<((?:https?|mailto):[^>]+)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function nameOf(workspace: Workspace, user: string): string {
  return workspace.users.get(user)?.name ?? user;
}

function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
