/** Slack on the screen: each post, edit and private answer as the people there see it, when it happens. */

import { emojiNamed } from "../emoji.ts";
import type { Ephemeral, Message, SlackSandbox } from "../slack/slack-sandbox.ts";
import type { Screen } from "./screen.ts";

export function showSlack(slack: SlackSandbox, screen: Screen): void {
  const show = (what: Message | Ephemeral, mark?: string) => {
    const reply = what.threadTs !== undefined && what.threadTs !== what.ts;
    screen.row({ ...asSeen(slack, what, mark), reply });
  };
  slack.events.on("message", (message) => show(message));
  // An edit leaves the files as they are: they have been shown.
  slack.events.on("edit", (message) => show({ ...message, files: [] }, "(edited)"));
  slack.events.on("delete", (message) => show(message));
  slack.events.on("ephemeral", (whisper) => {
    const name = slack.workspace.users.get(whisper.user)?.name ?? whisper.user;
    show(whisper, whisper.gone ? "(gone)" : `(only visible to ${name})`);
  });
}

/** Who says what, without Slack's markup. */
function asSeen(slack: SlackSandbox, what: Message | Ephemeral, mark: string | undefined) {
  const [first = "", ...rest] = slack.describe(what);
  // "(only you) name: what is said"; no name here has a colon in it.
  const [, name = "", said = ""] = /^(?:\(only you\) )?([^:]*): (.*)$/.exec(first) ?? [];
  const lines = [said, ...rest.map((line) => line.trim())].map(plain).filter(Boolean);
  const buttons = lines.filter(isButtons);
  const words = lines.filter((line) => !isButtons(line)).join("\n");
  return { name, text: [[words, mark].filter(Boolean).join(" "), ...buttons].join("  ") };
}

/** A line of nothing but buttons; files are in brackets too, but with commas. */
function isButtons(line: string): boolean {
  return /^(\[[^\],]+\] ?)+$/.test(line);
}

function plain(line: string): string {
  return line
    .replace(/(?<!\w):([a-z][\w+-]*):\s?/g, (_, name: string) =>
      emojiNamed(name) ? `${emojiNamed(name)} ` : "",
    )
    .replace(/(?<!\w)\*([^*]+)\*(?!\w)/g, "$1")
    .replace(/(?<!\w)_([^_]+)_(?!\w)/g, "$1")
    .replace(/ \(edited\)$/, "");
}
