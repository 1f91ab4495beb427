import { z } from "zod";
import type { RenderId } from "../job/ids.ts";
import type { RenderUpdate } from "../job/render-api.ts";
import type { Made } from "./answers.ts";
import { vendorText } from "./errors.ts";

/**
 * The envelope of every open API reply, whatever its HTTP status. `code` 1000 is success; a refusal has no
 * `data`. Some replies carry `{ status: 404, msg }` and no `code` (reference/akool.md 7.1).
 */
export const reply = z.object({
  code: z.number().int().optional().catch(undefined),
  msg: z.string().optional().catch(undefined),
  status: z.number().optional().catch(undefined),
  /** Of getToken alone, which puts it beside `data` and not in it. */
  token: z.string().min(1).optional().catch(undefined),
  data: z.unknown().optional(),
  /** Of detect_faces, which has an envelope of its own: 0 is success, and `faces_obj` stands for `data`. */
  error_code: z.number().int().optional().catch(undefined),
  error_msg: z.string().optional().catch(undefined),
  faces_obj: z.unknown().optional(),
});
export type Reply = z.infer<typeof reply>;

/** An id that can be stored and asked for. AKOOL's are 24 hex digits; nothing promises it, so they stay opaque. */
export const akoolId = z.string().regex(/^[\x21-\x7e]{1,200}$/);
export const renderId = akoolId.transform((id) => id as RenderId); // the boundary where a string becomes a RenderId

/** `data` of POST /api/open/v3/content/video/createbytalkingphoto. Source: AKOOL API reference, "Create Talking Photo". */
export const createdRender = z
  .object({ _id: akoolId })
  .transform(({ _id }): Made => ({ type: "created", id: _id }));

/** `data` of getToken, where some integrators look for the token; documented is only the top level. */
export const tokenData = z.object({ token: z.string().min(1) });

/** `data` of GET /api/open/v3/faceswap/quota/info. Despite the path it is the account's balance. */
export const creditInfo = z.object({ credit: z.number() });

/** Where a failed render may say why: undocumented for talking photos, gathered in reference/akool.md 3.3. */
const detailKeys = [
  "error_reason",
  "error_code",
  "faceswap_fail_reason",
  "error_msg",
  "error_message",
  "fail_msg",
  "error",
] as const;

/** A render that AKOOL knows. */
export type FoundRender = Extract<RenderUpdate, { readonly type: "pending" | "succeeded" | "failed" }>;

/**
 * `data` of GET /api/open/v3/content/video/infobymodelid, down to what a job needs.
 * Source: AKOOL API reference, "Get Video Info Result": 1 queued, 2 processing, 3 success, 4 failed.
 * A success may come before its URL: that is still pending (seen live, see reference/akool.md 4.4).
 */
export const renderInfo = z
  .discriminatedUnion("video_status", [
    z.object({ video_status: z.literal([1, 2]) }),
    z.object({
      video_status: z.literal(3),
      video: z.unknown().optional(),
      // Reserved for the render, in credits, whatever its name says (reference/akool.md 2.6).
      deduction_lock_duration: z.number().nonnegative().optional().catch(undefined),
    }),
    z.looseObject({ video_status: z.literal(4) }),
  ])
  .transform((info): FoundRender => {
    if (info.video_status === 4) {
      const detail = findDetail(info);
      return { type: "failed", reason: "render_failed", ...(detail && { detail }) };
    }
    if (info.video_status !== 3) return { type: "pending" };
    const videoUrl = findHttpUrl(info.video);
    if (!videoUrl) return { type: "pending" };
    const credits = info.deduction_lock_duration;
    return { type: "succeeded", videoUrl, ...(credits !== undefined && { credits }) };
  });

/** A webhook as it is posted. Source: AKOOL API reference, "Webhook"; the nonce is documented both ways. */
export const webhookEnvelope = z.object({
  signature: z.string(),
  dataEncrypt: z.string().min(1),
  timestamp: z.union([z.number().int().nonnegative(), z.string().regex(/^\d{1,16}$/)]).transform(String),
  nonce: z.union([z.number().int(), z.string().min(1)]).transform(String),
});

/**
 * What a webhook's `dataEncrypt` holds. Source as above; `deduction_credit` is undocumented but real.
 * `url` is not read beyond its presence: the render is read back through the API.
 */
export const webhookPayload = z.object({
  _id: renderId,
  status: z.literal([1, 2, 3, 4]),
  url: z.string().optional().catch(undefined),
  deduction_credit: z.number().nonnegative().optional().catch(undefined),
});

export function findDetail(info: Record<string, unknown>): string | undefined {
  for (const key of detailKeys) {
    const value = info[key];
    const text = typeof value === "string" ? vendorText(value) : "";
    if (text) return text;
  }
  return undefined;
}

export function findHttpUrl(value: unknown): string | undefined {
  const url = typeof value === "string" ? URL.parse(value) : null;
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined;
}
