import { drawMessage } from "./draw-message.ts";
import { everyFailure, everyMessage } from "./every-message.ts";

/** docs/messages.md and its pictures, by their paths under docs/. */
export function renderDocs(): Map<string, string> {
  const files = new Map<string, string>();
  const lines = [
    "# Every message",
    "",
    "What the app says in Slack, as the real code says it. Made by `npm run messages`; a test fails while it is not made",
    "anew after a change, so that the change is seen in review.",
  ];
  let group = "";
  for (const { name, group: of, ...picture } of everyMessage()) {
    if (of !== group) lines.push("", `## ${of}`);
    group = of;
    const path = `messages/${slug(`${of} ${name}`)}.svg`;
    if (files.has(path)) throw new Error(`two messages are called ${path}`);
    files.set(path, drawMessage(picture));
    lines.push("", `**${name}**`, "", `![${name}](${path})`);
  }
  lines.push("", "## Why there is no video", "", "| Reason | What the person reads |", "| --- | --- |");
  for (const [reason, sentence] of everyFailure())
    lines.push(`| \`${reason}\` | ${sentence.replaceAll("|", "\\|")} |`);
  files.set("messages.md", `${lines.join("\n")}\n`);
  return files;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
