import type { AppProcess } from "./app-process.ts";

/**
 * One point in the life of one call, at whichever stand-in. `before`: it has arrived and done nothing. `sent`: a
 * request to the app is on its wire. `effect`: done, and not answered. `answered`: the answer is on its way.
 */
export interface CallPoint {
  /** `slack:chat.postMessage`, `akool:create`, `in:webhook` and so on. */
  readonly target: string;
  readonly phase: Phase;
  readonly outcome?: string;
  /** The app's process that makes the call, or is asked to answer it. */
  readonly by: AppProcess | undefined;
}

export type Phase = "before" | "sent" | "effect" | "answered";

/** "drop" cuts the connection there: what a hook says which has just killed the app. */
export type OnCall = (point: CallPoint) => undefined | "drop" | Promise<undefined | "drop">;

/** What the stand-ins call the phases; a call that was cut is no point of its own. */
export function phaseOf(phase: "received" | "effect" | "answered" | "cut"): Phase | undefined {
  if (phase === "received") return "before";
  return phase === "cut" ? undefined : phase;
}
