import type { InstallationId, UserId } from "../job/ids.ts";

/** The app installed once: in one workspace, or in all workspaces of an organisation that let it in. */
export interface Installation {
  readonly id: InstallationId;
  /** Of the workspace, or of the organisation; for people. */
  readonly name: string;
  readonly isEnterpriseInstall: boolean;
  readonly appId: string;
  readonly botUserId: string;
  readonly scopes: readonly string[];
  readonly installedBy: UserId;
  readonly installedAt: number;
  /** Bot token, refresh token and expiry in one encrypted box: see token-box.ts. Nothing else here is secret. */
  readonly sealed: string;
}

/** What became of a removal. `newer`: it was installed again after `upTo`, and stays. */
export type Removal = "removed" | "absent" | "newer";

/**
 * Installations on disk. As with jobs, whatever changes something resolves only after the change would survive
 * a power cut.
 */
export interface InstallationStore {
  find(id: InstallationId): Promise<Installation | undefined>;
  /** Installed for the first time, or again: replaces whatever was there. */
  save(installation: Installation): Promise<void>;
  /**
   * Other tokens for the same installation: only if it still holds the box `was`, so that tokens of before can
   * neither come back after a removal nor replace those of a new install. False: it did not.
   */
  replaceSealed(id: InstallationId, was: string, sealed: string): Promise<boolean>;
  /** Forgets it with its tokens, unless it was installed after `upTo`. */
  remove(id: InstallationId, upTo: number): Promise<Removal>;
  /** All of them, in no special order. */
  list(): Promise<readonly Installation[]>;
  /**
   * Runs `work` while nobody else, in any process, runs theirs for the same installation. Calls of this store
   * inside `work` are allowed; `exclusively` itself is not.
   */
  exclusively<T>(id: InstallationId, work: () => Promise<T>): Promise<T>;
}
