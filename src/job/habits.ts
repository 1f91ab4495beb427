import type { Resolution } from "./render-api.ts";
import type { ChosenVoice, RenderRequest } from "./request.ts";

/** What a person or a channel has chosen once for all that follow. */
export interface Habits {
  readonly voice?: ChosenVoice;
  readonly resolution?: Resolution;
  readonly gesturePrompt?: string;
  /** Every video comes to the person first, see `RenderRequest.showFirst`. */
  readonly showFirst?: true;
  /** The person has been told once what the app does. */
  readonly welcomed?: true;
}

/** Only what is named changes; null forgets it. */
export type NewHabits = { readonly [Name in keyof Habits]?: Habits[Name] | null };

export function changedHabits(
  before: Habits,
  { voice, resolution, gesturePrompt, showFirst, welcomed }: NewHabits,
): Habits {
  return {
    ...kept("voice", before.voice, voice),
    ...kept("resolution", before.resolution, resolution),
    ...kept("gesturePrompt", before.gesturePrompt, gesturePrompt),
    ...kept("showFirst", before.showFirst, showFirst),
    ...kept("welcomed", before.welcomed, welcomed),
  };
}

/** A request with the person's own defaults where it does not say otherwise. The voice is chosen when it is needed. */
export function asUsual(
  request: Omit<RenderRequest, "resolution"> & { readonly resolution?: Resolution },
  { resolution = "720", gesturePrompt, showFirst }: Habits = {},
): RenderRequest {
  return {
    resolution,
    ...(gesturePrompt === undefined ? {} : { gesturePrompt }),
    ...(showFirst ? { showFirst } : {}),
    ...request,
  };
}

function kept<Name extends keyof Habits>(
  name: Name,
  before: Habits[Name],
  now: Habits[Name] | null,
): Pick<Habits, Name> | object {
  const value = now === undefined ? before : (now ?? undefined);
  return value === undefined ? {} : { [name]: value };
}
