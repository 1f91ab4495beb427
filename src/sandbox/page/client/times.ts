/** Points in time as people read them. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const fullDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const DAY_MS = 86_400_000;

/** Of a message's `ts`. */
export const msOf = (ts: string) => Number(ts) * 1000;
export const clockTime = (ms: number) => clock.format(ms);
export const exactTime = (ms: number) => clockWithSeconds.format(ms);

export function dayName(ms: number): string {
  return pretty(ms) ?? longDay.format(ms);
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** Source: docs.slack.dev, "Formatting text for app surfaces", "Date formatting". */
export function slackDate(seconds: number, format: string, fallback: string): string {
  const ms = seconds * 1000;
  const parts: Readonly<Record<string, string>> = {
    "{time}": clock.format(ms),
    "{time_secs}": clockWithSeconds.format(ms),
    "{date}": fullDay.format(ms),
    "{date_num}": new Date(ms).toISOString().slice(0, 10),
    "{date_short}": day.format(ms),
    "{date_long}": longDay.format(ms),
    "{date_pretty}": pretty(ms) ?? fullDay.format(ms),
    "{date_short_pretty}": pretty(ms) ?? day.format(ms),
    "{date_long_pretty}": pretty(ms) ?? longDay.format(ms),
  };
  let isKnown = true;
  const text = format.replace(/\{\w+\}/g, (token) => {
    const shown = parts[token];
    if (shown === undefined) isKnown = false;
    return shown ?? token;
  });
  return isKnown ? text : fallback;
}

function pretty(ms: number): string | undefined {
  const start = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  const days = Math.round((start(Date.now()) - start(ms)) / DAY_MS);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return undefined;
}
