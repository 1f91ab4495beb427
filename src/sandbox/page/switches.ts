/** The trouble that can be made from the page. Each stays as it is set until it is set otherwise. */
import { z } from "zod";

export const switches = z.strictObject({
  /** From create to done, seconds. */
  renderSeconds: z.number().min(0).max(600),
  /** `error_code` of AKOOL's envelope for the next creates (1003, 1101, 1200 …), "render" for renders that end as failed. */
  akoolFails: z.union([z.null(), z.literal("render"), z.number().int()]),
  /** Renders are done, and their URL comes `WITHOUT_URL_SECONDS` later. */
  doneWithoutUrl: z.boolean(),
  /** `forged`: the real one, and before it one by somebody who does not know the secret. */
  webhook: z.enum(["once", "never", "twice", "forged"]),
  /** Slack answers 429 with `Retry-After: 1` to every second call that posts or edits. */
  slackRateLimits: z.boolean(),
  /** When a finished upload shows up in the conversation. */
  share: z.enum(["at_once", "late", "never"]),
});

export type Switches = z.infer<typeof switches>;

export const NO_TROUBLE: Switches = {
  renderSeconds: 3,
  akoolFails: null,
  doneWithoutUrl: false,
  webhook: "once",
  slackRateLimits: false,
  share: "at_once",
};
