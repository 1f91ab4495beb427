import { randomBytes } from "node:crypto";

/** Any JSON object as it travels between Slack and the app. */
export type Wire = Record<string, unknown>;

export function isWire(value: unknown): value is Wire {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON in `text`, or undefined when it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The stem differs from run to run: an app that kept its store from an earlier run must not meet its ids again.
const stem = randomBytes(4).toString("hex").toUpperCase();
let made = 0;

/** "F0A1B2C3D40001": unique, upper case, like Slack's. */
export function newId(prefix: string): string {
  made += 1;
  return `${prefix}0${stem}${made.toString(36).toUpperCase().padStart(4, "0")}`;
}

let lastMicros = 0;

/** A message's `ts`: seconds and microseconds, never the same twice, always later than the one before. */
export function newTs(): string {
  lastMicros = Math.max(lastMicros + 1, Date.now() * 1000);
  const digits = String(lastMicros);
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
