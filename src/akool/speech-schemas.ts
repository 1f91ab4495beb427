import { z } from "zod";
import type { SpeechUpdate } from "../job/speech-api.ts";
import type { Made } from "./answers.ts";
import { akoolId, findDetail, findHttpUrl } from "./schemas.ts";

/**
 * A speech as AKOOL describes it, in a create's answer and when it is asked for: 1 queued, 2 processing, 3 done,
 * 4 failed. Source: AKOOL API reference, "VoiceLab" (v4) and "Audio" (v3). The two generations keep the address
 * of a finished one in different fields.
 */
const urlFields = { v4: "preview", v3: "url" } as const;
export type Generation = keyof typeof urlFields;

/** `data` of POST /api/open/v4/voice/tts and of POST /api/open/v3/audio/create. Some are done by then. */
export function createdSpeech(generation: Generation) {
  return z.looseObject({ _id: akoolId, status: z.unknown().optional() }).transform((made): Made => {
    const url = made.status === 3 ? findHttpUrl(made[urlFields[generation]]) : undefined;
    return { type: "created", id: made._id, ...(url !== undefined && { url }) };
  });
}

/** Done without its address is still pending, as it is for renders. */
function speechInfo(generation: Generation) {
  return z
    .looseObject({
      status: z.literal([1, 2, 3, 4]),
      deduction_credit: z.number().nonnegative().optional().catch(undefined),
    })
    .transform((info): FoundSpeech => {
      if (info.status === 4) {
        const detail = findDetail(info);
        return { type: "failed", reason: "akool_text_unusable", ...(detail && { detail }) };
      }
      const url = info.status === 3 ? findHttpUrl(info[urlFields[generation]]) : undefined;
      if (url === undefined) return { type: "pending" };
      const credits = info.deduction_credit;
      return { type: "succeeded", url, ...(credits !== undefined && { credits }) };
    });
}

export type FoundSpeech = Extract<SpeechUpdate, { readonly type: "pending" | "succeeded" | "failed" }>;

/** `data` of GET /api/open/v4/voice/resource/detail/<_id> and of GET /api/open/v3/audio/infobymodelid. */
export const spokenInfo = {
  v4: z.object({ result: speechInfo("v4") }).transform(({ result }) => result),
  v3: speechInfo("v3"),
};
