import type { InstallationStore } from "../../store/installations.ts";
import type { TokenBox } from "./token-box.ts";

/** None of the installations opens: most likely TOKEN_ENCRYPTION_KEY is another one. The message says what to do. */
export class WrongEncryptionKeyError extends Error {
  override readonly name = "WrongEncryptionKeyError";
}

const WHAT_TO_DO =
  "Put the key of before back into TOKEN_ENCRYPTION_KEY (the new key first, a comma, then the old one)";

export interface SealCheck {
  readonly installations: number;
  readonly resealed: number;
  readonly unreadable: number;
}

/**
 * At start: seals anew, with the first key, whatever an older key has sealed, so that the older key can be taken
 * out of the list afterwards. Installations that do not open are left as they are and reported.
 * @throws WrongEncryptionKeyError when there are some and none of them opens
 */
export async function resealInstallations(
  store: InstallationStore,
  box: TokenBox,
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void },
): Promise<SealCheck> {
  const all = await store.list();
  let resealed = 0;
  let unreadable = 0;
  for (const { id, sealed } of all) {
    try {
      const text = box.open(sealed, id);
      // Whoever has changed the row meanwhile has sealed it with the first key of theirs.
      if (!box.isCurrent(sealed) && (await store.replaceSealed(id, sealed, box.seal(text, id))))
        resealed += 1;
    } catch (error) {
      unreadable += 1;
      log.error({ installationId: id, err: error }, "the tokens of an installation cannot be opened");
    }
  }
  if (unreadable > 0 && unreadable === all.length) {
    throw new WrongEncryptionKeyError(
      `TOKEN_ENCRYPTION_KEY opens none of the ${all.length} installations. ${WHAT_TO_DO}. If it is lost, every workspace has to install the app again: remove the rows of the table installations first.`,
    );
  }
  if (unreadable > 0) {
    log.error(
      { unreadable, installations: all.length },
      `some installations cannot be opened. ${WHAT_TO_DO}, or let those workspaces install the app again`,
    );
  }
  if (resealed > 0) {
    log.info(
      { resealed, installations: all.length },
      "tokens were sealed anew with the first key; the older keys can be taken out of TOKEN_ENCRYPTION_KEY",
    );
  }
  return { installations: all.length, resealed, unreadable };
}
