/**
 * Words as strokes: a machine need not have a font, and the stand-in says only a few words. Letters stand on a line
 * at 10, small ones reach up to 4 and tall ones to 1; each has its width.
 */
const BOWL = "M0 7a2.5 3 0 0 1 5 0a2.5 3 0 0 1-5 0";
const LETTERS: Readonly<Record<string, readonly [width: number, strokes: string]>> = {
  " ": [1.5, ""],
  ":": [0, "M0 5v.1M0 9.5v.1"],
  a: [5, `${BOWL}M5 4v6`],
  b: [5, `${BOWL}M0 1v9`],
  c: [4.5, "M4.5 5a2.5 3 0 1 0 0 4"],
  d: [5, `${BOWL}M5 1v9`],
  e: [5, "M0 7h5a2.5 3 0 1 0-1 2.4"],
  f: [3, "M3 1.3a2 2 0 0 0-2 2v6.7M0 4.5h3"],
  h: [5, "M0 1v9M0 6.5a2.5 2.5 0 0 1 5 0v3.5"],
  i: [0, "M0 4v6M0 1.5v.1"],
  k: [4.5, "M0 1v9M4.5 4L0 7.5M1.5 6.5L4.5 10"],
  l: [0, "M0 1v9"],
  n: [5, "M0 4v6M0 6.5a2.5 2.5 0 0 1 5 0v3.5"],
  o: [5, BOWL],
  p: [5, `${BOWL}M0 4v9`],
  r: [3, "M0 4v6M0 6.5a2.5 2.5 0 0 1 3-2.4"],
  s: [4, "M4 5a2 1.5 0 0 0-2-1a1.7 1.5 0 0 0 0 3a1.7 1.5 0 0 1 0 3a2 1.5 0 0 1-2-1"],
  t: [3, "M1 2v6a2 2 0 0 0 2 2M0 4.5h3"],
  u: [5, "M0 4v3.5a2.5 2.5 0 0 0 5 0M5 4v6"],
  w: [7, "M0 4l1.75 6l1.75-6l1.75 6L7 4"],
  x: [4.5, "M0 4l4.5 6M4.5 4L0 10"],
};
const SPACING = 2.2;
const [LINE_HEIGHT, MARGIN] = [15, 3];

/** White letters with a dark rim, `unit` pixels to one of the measures above. */
export function lettering(
  lines: readonly string[],
  unit: number,
): { svg: Buffer; width: number; height: number } {
  const widths = lines.map(widthOf);
  const [width, height] = [Math.max(...widths) + MARGIN * 2, lines.length * LINE_HEIGHT + MARGIN];
  const strokes = lines.flatMap((line, row) => strokesOf(line, (width - (widths[row] ?? 0)) / 2, row));
  const paths = [
    ["#000", 3],
    ["#fff", 1.3],
  ].map(([colour, thick]) => `<g stroke="${colour}" stroke-width="${thick}">${strokes.join("")}</g>`);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width * unit)}" height="${Math.ceil(height * unit)}" ` +
    `viewBox="0 0 ${width} ${height}" fill="none" stroke-linecap="round" stroke-linejoin="round">${paths.join("")}</svg>`;
  return { svg: Buffer.from(svg), width: Math.ceil(width * unit), height: Math.ceil(height * unit) };
}

export function widthOf(line: string): number {
  return [...line].reduce((sum, letter) => sum + letterOf(letter)[0] + SPACING, -SPACING);
}

function strokesOf(line: string, left: number, row: number): string[] {
  let at = left;
  return [...line].map((letter) => {
    const [width, strokes] = letterOf(letter);
    const path = `<path transform="translate(${at} ${row * LINE_HEIGHT + MARGIN / 2})" d="${strokes}"/>`;
    at += width + SPACING;
    return strokes && path;
  });
}

function letterOf(letter: string): readonly [number, string] {
  const found = LETTERS[letter];
  if (!found) throw new Error(`there are no strokes for "${letter}"`);
  return found;
}
