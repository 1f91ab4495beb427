import type { App } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import type { WorkspaceId } from "../../job/ids.ts";
import type { JobStore } from "../../job/store.ts";
import type { Waits } from "../../job/waits.ts";
import type { AnswerPrivately } from "../delivery/slack-delivery.ts";
import type { AccessSettings } from "./access.ts";
import { registerButtons } from "./buttons.ts";
import { registerCommand } from "./commands.ts";
import { registerMessages } from "./messages.ts";
import { registerShortcut } from "./shortcuts.ts";
import { registerForm } from "./submissions.ts";

export interface IntakeDeps {
  readonly store: JobStore;
  readonly access: AccessSettings;
  readonly clientFor: (workspaceId: WorkspaceId) => Promise<WebClient>;
  readonly answerPrivately: AnswerPrivately;
  /** Whether a link may be opened at all; names are resolved and checked again when it is. */
  readonly isAllowedUrl: (url: string) => boolean;
  readonly waits: Waits;
  readonly now: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** Everything the app listens to. Each listener saves first and acks then. */
export function registerHandlers(app: App, deps: IntakeDeps): void {
  registerCommand(app, deps);
  registerForm(app, deps);
  registerMessages(app, deps);
  registerButtons(app, deps);
  registerShortcut(app, deps);
}

/** For a person whose request could not be written down: nothing of it is left behind. */
export const NOT_SAVED =
  "I could not save your request just now, so nothing was started and nothing was spent. Please try again in a minute.";
