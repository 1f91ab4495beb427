import { z } from "zod";
import type { Voice } from "../job/speech-api.ts";
import { vendorText } from "./errors.ts";
import { isoLanguage } from "./iso-language.ts";
import { akoolId } from "./schemas.ts";

const FAILED = 4;

/** One page of voices, with what it says of the whole list. */
export interface PageOfVoices {
  readonly voices: readonly Voice[];
  /** With those that could not be used. */
  readonly entries: number;
  /** As AKOOL has set it, and of the whole list. */
  readonly size: number | undefined;
  readonly count: number | undefined;
}

/**
 * One voice of either API, or undefined for one that cannot be used: a clone that is not done has no `voice_id`
 * yet, one that failed never will.
 */
const voiceOf = (origin: string | undefined) =>
  z
    .object({
      voice_id: akoolId,
      name: z.string().transform(vendorText).pipe(z.string().min(1)),
      gender: z.string().optional().catch(undefined),
      language: z.string().optional().catch(undefined),
      locale: z.string().optional().catch(undefined),
      preview: z.string().optional().catch(undefined),
      // The old API's voices have none.
      status: z
        .unknown()
        .refine((status) => status !== FAILED)
        .optional(),
    })
    .transform((entry): Voice => {
      const language = isoLanguage(entry);
      const gender = entry.gender?.toLowerCase();
      const previewUrl = findPreview(entry.preview, origin);
      return {
        id: entry.voice_id,
        name: entry.name,
        ...(language !== undefined && { language }),
        ...((gender === "female" || gender === "male") && { gender }),
        ...(previewUrl !== undefined && { previewUrl }),
      };
    })
    .optional()
    .catch(undefined);

const usable = (voices: readonly (Voice | undefined)[]) => voices.filter((voice) => voice !== undefined);

/** `data` of GET /api/open/v4/voice/list. Source: AKOOL API reference, "VoiceLab", "Get Voice List". */
export const voicePage = (origin: string | undefined) =>
  z
    .object({
      result: z.array(voiceOf(origin)),
      size: z.number().positive().optional().catch(undefined),
      count: z.number().nonnegative().optional().catch(undefined),
    })
    .transform(
      ({ result, size, count }): PageOfVoices => ({
        voices: usable(result),
        entries: result.length,
        size,
        count,
      }),
    );

/** `data` of GET /api/open/v3/voice/list: everything at once. Source: AKOOL API reference, "Audio". */
export const voicesOfOldList = (origin: string | undefined) =>
  z.array(voiceOf(origin)).transform((voices): readonly Voice[] => usable(voices));

/** Slack and people's browsers open it: https only, but for the stand-in's own. */
function findPreview(address: string | undefined, origin: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  return url && (url.protocol === "https:" || url.origin === origin) ? url.href : undefined;
}
