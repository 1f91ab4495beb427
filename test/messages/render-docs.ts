import { sayIn } from "../../src/words/say.ts";
import { drawPicture } from "./draw-picture.ts";
import { everyFailure } from "./every-failure.ts";
import { everyMessage } from "./every-message.ts";
import { installTexts } from "./install-pages.ts";

const say = sayIn("en");

/** docs/messages.md and its pictures, by their paths under docs/. */
export async function renderDocs(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const lines = [
    "# Every message",
    "",
    "What the app says in Slack, drawn from what the real code makes. `npm run messages` makes it; a test fails while this",
    "page is older than the code, so that a change is seen in review, and another one while a sentence of the code stands",
    "nowhere on it.",
  ];
  for (const [group, shown] of Map.groupBy(await everyMessage(say), ({ group: of }) => of)) {
    lines.push("", `## ${group}`, "", "<details>", `<summary>${pictures(shown.length)}</summary>`);
    for (const { group: of, name, ...picture } of shown) {
      const path = `messages/${slug(`${of} ${name}`)}.svg`;
      if (files.has(path)) throw new Error(`two messages are called ${path}`);
      files.set(path, drawPicture(picture));
      lines.push("", `**${name}**`, "", `![${name}](${path})`);
    }
    lines.push("", "</details>");
  }
  lines.push("", "## Why there is no video", "");
  lines.push(
    ...table(
      ["Reason", "What the person reads"],
      everyFailure(say).map(([reason, said]) => [`\`${reason}\``, said]),
    ),
  );
  lines.push("", "## The page after an install, in the browser", "");
  const pages = (await installTexts()).map(([when, title, text, links]) => [
    when,
    title,
    text,
    links.join(", "),
  ]);
  lines.push(...table(["When", "Title", "Text", "Links"], pages));
  files.set("messages.md", `${lines.join("\n")}\n`);
  return files;
}

function pictures(count: number): string {
  return count === 1 ? "1 picture" : `${count} pictures`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => "---"), ...rows].map(
    (row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
  );
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
