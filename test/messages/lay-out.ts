import type { Run } from "./read-mrkdwn.ts";

/** Widths of letters in parts of the font's size, in groups, of the widest of the fonts that may be there: near enough to break lines by. */
const WIDTHS: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[ijl'|.,:;!`]/, 0.31],
  [/[ \-()[\]/\\frtI]/, 0.38],
  [/[mMW@%—…]/, 0.97],
  [/[A-Zw&]/, 0.75],
  [/\p{Extended_Pictographic}|[\u1100-\uffdc]/u, 1.25],
];
const OTHERWISE = 0.61;
const BOLD = 1.12;
const CODE = 0.6;

/** In the unit of `size`. */
export function widthOf({ text, look }: Run, size: number): number {
  const letters = Array.from(text);
  if (look === "code") return letters.length * CODE * size;
  const width = letters.reduce(
    (sum, letter) => sum + (WIDTHS.find(([group]) => group.test(letter))?.[1] ?? OTHERWISE),
    0,
  );
  return width * size * (look === "bold" ? BOLD : 1);
}

/** Breaks between words, and where the text itself begins a new line. */
export function breakLines(runs: readonly Run[], maxWidth: number, size: number): Run[][] {
  const lines: Run[][] = [[]];
  let width = 0;
  const begin = () => {
    lines.push([]);
    width = 0;
  };
  for (const run of runs) {
    for (const word of run.text.split(/(?<=\n)|(?=\n)|(?<= )/)) {
      if (word === "\n") {
        begin();
        continue;
      }
      const piece = { ...run, text: word };
      if (width > 0 && width + widthOf({ ...piece, text: word.trimEnd() }, size) > maxWidth) begin();
      lines.at(-1)?.push(piece);
      width += widthOf(piece, size);
    }
  }
  return lines.map(joined);
}

/** Neighbours that look alike become one run. */
function joined(line: readonly Run[]): Run[] {
  const runs: Run[] = [];
  for (const run of line) {
    const last = runs.at(-1);
    if (last?.look === run.look) runs[runs.length - 1] = { ...last, text: last.text + run.text };
    else runs.push(run);
  }
  return runs;
}
