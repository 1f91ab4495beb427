import type { Said, Say } from "../../words/say.ts";

/** Points in time and lengths of it, for people. */

const SECOND_MS = 1000;

/** Markup: Slack shows it in the reader's own time zone and language. */
export function moment(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  return `<!date^${seconds}^{date_short_pretty} {time}|${new Date(ms).toISOString().slice(0, 16)}>`;
}

/** "45 s", "2 min 5 s", "1 h 4 min", "3 d 2 h": two units at most, and never nothing. */
export function duration(say: Say, ms: number): string {
  const whole = Math.max(1, Math.round(ms / SECOND_MS));
  const seconds = whole % 60;
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600) % 24;
  const days = Math.floor(whole / 86_400);
  const units: readonly { readonly amount: number; readonly said: Said }[] = [
    { amount: days, said: { key: "time.days", values: { days } } },
    { amount: hours, said: { key: "time.hours", values: { hours } } },
    { amount: minutes, said: { key: "time.minutes", values: { minutes } } },
    { amount: seconds, said: { key: "time.seconds", values: { seconds } } },
  ];
  const first = units.findIndex(({ amount }) => amount > 0);
  const [larger, smaller] = units.slice(first, first + 2).filter(({ amount }) => amount > 0);
  if (!larger) return "";
  return smaller
    ? say("time.both", { larger: larger.said, smaller: smaller.said })
    : say(larger.said.key, larger.said.values);
}

export function credits(say: Say, amount: number): string {
  return say("time.credits", { credits: Math.round(amount * 100) / 100 });
}
