import type { FailureReason } from "./failure.ts";
import type { RenderId } from "./ids.ts";

export type Resolution = "720" | "1080";

/** What AKOOL is asked for. Both URLs must be fetchable without credentials during the call. */
export interface RenderOrder {
  readonly photoUrl: string;
  readonly speechUrl: string;
  readonly resolution: Resolution;
  /** Steers gestures and movement; absent means AKOOL's own choice. */
  readonly gesturePrompt?: string;
  /** Absent when AKOOL cannot reach us or cannot sign (no PUBLIC_URL or no client id). */
  readonly webhookUrl?: string;
}

/**
 * What one paid call came to. `refused`, `busy` and `not_sent` are certain: nothing was started and
 * nothing was paid. `unclear` is everything else (timeout, cut connection, 5xx, unreadable body): a
 * render may exist, so nobody may repeat the call blindly.
 */
export type CreateAnswer =
  | { readonly type: "created"; readonly renderId: RenderId }
  | {
      readonly type: "refused";
      readonly reason: FailureReason;
      /** AKOOL's code, or the HTTP status where there is none. */
      readonly code: number;
      /** How many more times the same order may be sent; 0 for most codes. */
      readonly retries: number;
    }
  | { readonly type: "busy"; readonly retryAfterMs?: number }
  | { readonly type: "not_sent"; readonly error: Error }
  | { readonly type: "unclear"; readonly error: Error };

/** What AKOOL says of a render when it is asked. */
export type RenderUpdate =
  | { readonly type: "pending" }
  /** `credits` is the price that AKOOL names, where it does. */
  | { readonly type: "succeeded"; readonly videoUrl: string; readonly credits?: number }
  | { readonly type: "failed"; readonly reason: FailureReason; readonly detail?: string }
  /** AKOOL does not know the id (code 1008 and the like): normal for seconds after create, or gone after 7 days. */
  | { readonly type: "unknown" }
  | { readonly type: "busy"; readonly retryAfterMs?: number }
  /** The account's trouble, not the render's (key refused, banned): look again later. */
  | { readonly type: "refused"; readonly reason: FailureReason; readonly code: number }
  /** No readable answer: look again later. */
  | { readonly type: "unclear"; readonly error: Error };

export interface RenderApi {
  /** One paid call, never repeated inside. Gives up after 60 s. Never throws. */
  createRender(order: RenderOrder, signal?: AbortSignal): Promise<CreateAnswer>;
  /** Free and repeatable. Never throws. */
  readRender(renderId: RenderId, signal?: AbortSignal): Promise<RenderUpdate>;
}
