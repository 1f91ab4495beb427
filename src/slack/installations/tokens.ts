import { z } from "zod";
import type { InstallationId } from "../../job/ids.ts";
import type { TokenBox } from "./token-box.ts";

/** What Slack gave for one installation. The last two are there when the app rotates its tokens. */
export interface Tokens {
  readonly botToken: string;
  readonly refreshToken?: string | undefined;
  readonly expiresAt?: number | undefined;
}

const tokens = z.object({
  botToken: z.string(),
  refreshToken: z.string().optional(),
  expiresAt: z.number().optional(),
});

/** All of an installation's tokens go into one box, so that no two of them can be mixed up. */
export function sealTokens(
  box: TokenBox,
  id: InstallationId,
  { botToken, refreshToken, expiresAt }: Tokens,
): string {
  return box.seal(JSON.stringify({ botToken, refreshToken, expiresAt }), id);
}

/** @throws UnknownKeyError | BrokenBoxError */
export function openTokens(box: TokenBox, id: InstallationId, sealed: string): Tokens {
  return tokens.parse(JSON.parse(box.open(sealed, id)));
}
