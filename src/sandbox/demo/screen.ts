/** The terminal: when, who, what, in columns. */
import { styleText } from "node:util";

const WIDEST = 110;
/** On a terminal narrower than this the columns are lost anyway. */
const NARROWEST_TEXT = 20;
const TIME_WIDTH = 6;
const NAME_WIDTH = "Talking Photo".length;
const REPLY_MARK = "  ↳ ";

export interface Row {
  readonly name: string;
  readonly text: string;
  /** In a thread, under its root. */
  readonly reply?: boolean;
}

export type Screen = ReturnType<typeof openScreen>;

export function openScreen(out: NodeJS.WriteStream = process.stdout) {
  const width = Math.min(out.columns || WIDEST, WIDEST);
  // Without colours where nobody sees them: in a pipe, or with NO_COLOR.
  const style = (format: "bold" | "dim", text: string) => styleText(format, text, { stream: out });
  const say = (text = "") => void out.write(`${text}\n`);
  const now = () => style("dim", `${(performance.now() / 1000).toFixed(1)} s`.padStart(TIME_WIDTH));

  return {
    say,
    paragraph: (text: string) => wrap(text, width).forEach((line) => void say(line)),
    heading: (text: string) => say(`\n${style("bold", text)}\n`),
    /** Something that happens now, outside of Slack. Times count from the start of this process. */
    note: (text: string) => say(`${now()}  ${text}`),
    /** Something that a person in Slack sees now. */
    row: ({ name, text, reply = false }: Row) => {
      const indent = reply ? REPLY_MARK : "";
      const before = TIME_WIDTH + 2 + indent.length + NAME_WIDTH + 2;
      const [first = "", ...rest] = wrap(text, width - before);
      say(`${now()}  ${indent}${style("bold", name.padEnd(NAME_WIDTH))}  ${first}`);
      for (const line of rest) say(" ".repeat(before) + line);
    },
  };
}

/** Lines of at most `width` characters, broken between words; a longer word stays whole. */
function wrap(text: string, width: number): string[] {
  if (width < NARROWEST_TEXT) return text.split("\n");
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line ? `${line} ${word}` : word;
    }
    return [...lines, line];
  });
}
