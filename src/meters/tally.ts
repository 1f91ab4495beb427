/**
 * Counts kept as plain numbers: recording one is an addition, on every path, also on those where a person waits.
 * What Prometheus makes of them is in `http/metrics.ts`, which is loaded with the first scrape.
 */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Behind the meter's name; a histogram has three kinds of sample. */
  readonly suffix?: "_bucket" | "_sum" | "_count";
}

export interface Meter {
  /** Without the prefix that all of them share. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  samples(): readonly Sample[] | Promise<readonly Sample[]>;
}

export interface Counter extends Meter {
  /** One value for each label, in the order of `labelNames`. By 0 makes the series exist. */
  add(values: readonly string[], by?: number): void;
}

export interface Histogram extends Meter {
  observe(seconds: number, values?: readonly string[]): void;
}

/** No label value holds it. */
const BETWEEN = "\0";

export function createCounter(name: string, help: string, labelNames: readonly string[] = []): Counter {
  const counts = new Map<string, number>(labelNames.length === 0 ? [["", 0]] : []);
  return {
    name,
    help,
    type: "counter",
    add(values, by = 1) {
      const key = values.join(BETWEEN);
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    samples: () => [...counts].map(([key, value]) => ({ labels: labelsOf(labelNames, key), value })),
  };
}

interface Series {
  /** How many fell into each bucket and not into the one before. */
  readonly counts: number[];
  sum: number;
}

/** `buckets` are upper bounds in seconds, ascending. */
export function createHistogram(
  name: string,
  help: string,
  buckets: readonly number[],
  labelNames: readonly string[] = [],
): Histogram {
  const emptySeries = (): Series => ({ counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 });
  const all = new Map<string, Series>(labelNames.length === 0 ? [["", emptySeries()]] : []);
  return {
    name,
    help,
    type: "histogram",
    observe(seconds, values = []) {
      const key = values.join(BETWEEN);
      let series = all.get(key);
      if (!series) {
        series = emptySeries();
        all.set(key, series);
      }
      const found = buckets.findIndex((bound) => seconds <= bound);
      const bucket = found === -1 ? buckets.length : found;
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += seconds;
    },
    samples: () => [...all].flatMap(([key, series]) => samplesOf(series, buckets, labelsOf(labelNames, key))),
  };
}

/** Prometheus' buckets are cumulative. */
function samplesOf({ counts, sum }: Series, buckets: readonly number[], labels: Sample["labels"]): Sample[] {
  let total = 0;
  const bounds = [...buckets.map(String), "+Inf"];
  const cumulative = bounds.map((le, index): Sample => {
    total += counts[index] ?? 0;
    return { labels: { ...labels, le }, value: total, suffix: "_bucket" };
  });
  return [...cumulative, { labels, value: sum, suffix: "_sum" }, { labels, value: total, suffix: "_count" }];
}

function labelsOf(names: readonly string[], key: string): Sample["labels"] {
  const values = key.split(BETWEEN);
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
}
