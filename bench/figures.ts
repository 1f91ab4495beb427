/** Median and range over the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Aim {
  readonly of: "ratio" | "value";
  readonly bound: "at most" | "at least";
  readonly limit: number;
}

export interface Row {
  readonly section: string;
  readonly what: string;
  readonly unit: string;
  /** What it is held against: bare Bolt in the same round, or the time the bytes alone take. */
  readonly peer?: Spread;
  readonly app: Spread;
  /** Median and range of the ratios of each round, not the ratio of the medians. */
  readonly ratio?: Spread;
  readonly aim?: Aim;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}

/** The n-th value of `app` and of `peer` were measured in the same round. */
export function compare(
  row: Pick<Row, "section" | "what" | "unit" | "aim">,
  { app, peer }: { app: readonly number[]; peer?: readonly number[] },
): Row {
  if (!peer) return { ...row, app: spreadOf(app) };
  const ratios = app.map((value, round) => value / (peer[round] ?? Number.NaN));
  return { ...row, app: spreadOf(app), peer: spreadOf(peer), ratio: spreadOf(ratios) };
}

export function isMet({ aim, ratio, app }: Row): boolean | undefined {
  const measured = aim?.of === "ratio" ? ratio?.median : app.median;
  if (!aim || measured === undefined) return undefined;
  return aim.bound === "at most" ? measured <= aim.limit : measured >= aim.limit;
}
