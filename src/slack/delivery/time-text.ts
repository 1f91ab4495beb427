import type { Say } from "../../words/say.ts";

/** Points in time and lengths of it, for people. */

const SECOND_MS = 1000;

/** Slack shows it in the reader's own time zone. */
export function moment(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  return `<!date^${seconds}^{date_short_pretty} {time}|${new Date(ms).toISOString().slice(0, 16)}>`;
}

/** "45 s", "2 min 5 s", "1 h 4 min", "3 d 2 h": two units at most, and never nothing. */
export function duration(_say: Say, ms: number): string {
  const seconds = Math.max(1, Math.round(ms / SECOND_MS));
  const units = [
    { name: "d", amount: Math.floor(seconds / 86_400) },
    { name: "h", amount: Math.floor(seconds / 3600) % 24 },
    { name: "min", amount: Math.floor(seconds / 60) % 60 },
    { name: "s", amount: seconds % 60 },
  ];
  const first = units.findIndex(({ amount }) => amount > 0);
  return units
    .slice(first, first + 2)
    .filter(({ amount }) => amount > 0)
    .map(({ name, amount }) => `${amount} ${name}`)
    .join(" ");
}

export function credits(_say: Say, amount: number): string {
  const rounded = Math.round(amount * 100) / 100;
  return rounded === 1 ? "1 credit" : `${rounded} credits`;
}
