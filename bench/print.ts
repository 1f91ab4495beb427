import { availableParallelism, cpus, loadavg, release } from "node:os";
import { type Aim, isMet, type Row, type Spread } from "./figures.ts";

/** Asked before anything is measured: pinned, this process sees one core, and the load is then its own. */
export function machine(): string {
  return `node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Linux ${release()}, load average ${loadavg()[0]?.toFixed(1)} before the run`;
}

/** A table for each section. Each value is the median of the rounds, with the range in brackets. */
export function tables(rows: readonly Row[], { judge }: { readonly judge: boolean }): string {
  const sections = Object.entries(Object.groupBy(rows, (row) => row.section));
  return sections
    .map(([section, own = []]) => {
      const head = ["", own.some((row) => row.peer) ? peerName(section) : "", "this app", "ratio", "aim", ""];
      const lines = own.map((row) => [
        row.what,
        row.peer ? `${number(row.peer.median)} ${row.unit}` : "",
        spread(row.app, ` ${row.unit}`),
        row.ratio ? spread(row.ratio, " ×") : "",
        row.aim ? aim(row.aim, row.unit) : "",
        judge ? verdict(row) : "",
      ]);
      return `${section}\n${columns([head, ...lines])}`;
    })
    .join("\n\n");
}

function peerName(section: string): string {
  if (section.startsWith("delivering")) return "the bytes alone";
  return section.startsWith("waiting") ? "without jobs" : "bare Bolt";
}

function verdict(row: Row): string {
  const met = isMet(row);
  return met === undefined ? "" : met ? "met" : "missed";
}

function aim({ of, bound, limit }: Aim, unit: string): string {
  return `${bound} ${limit} ${of === "ratio" ? "×" : unit}`;
}

function spread({ median, least, most }: Spread, unit: string): string {
  return `${number(median)}${unit} (${number(least)}–${number(most)})`;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function columns(lines: readonly (readonly string[])[]): string {
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}
