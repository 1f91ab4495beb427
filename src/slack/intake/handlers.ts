import type { App, Context } from "@slack/bolt";
import type { InstallationId } from "../../job/ids.ts";
import type { VoiceList } from "../../job/speech-api.ts";
import type { JobStore } from "../../job/store.ts";
import type { Waits } from "../../job/waits.ts";
import type { InstallationStore } from "../../store/installations.ts";
import type { AnswerPrivately } from "../delivery/slack-delivery.ts";
import type { Readers } from "../readers.ts";
import type { ClientFor } from "../slack-call.ts";
import type { AccessSettings } from "./access.ts";
import { registerButtons } from "./buttons.ts";
import { registerCommand } from "./commands.ts";
import { registerMessages } from "./messages.ts";
import { registerShortcuts } from "./shortcuts.ts";
import { registerForm } from "./submissions.ts";
import { registerUninstalls } from "./uninstalls.ts";
import { registerVoices } from "./voices.ts";
import { registerWelcome } from "./welcome.ts";

export interface IntakeDeps {
  readonly store: JobStore;
  readonly access: AccessSettings;
  readonly clientFor: ClientFor;
  readonly answerPrivately: AnswerPrivately;
  readonly readers: Readers;
  /** Whether a link may be opened at all; names are resolved and checked again when it is. */
  readonly isAllowedUrl: (url: string) => boolean;
  readonly voices: VoiceList;
  /** Of the AKOOL account; undefined where it cannot be told just now. */
  readonly creditLeft: () => Promise<number | undefined>;
  readonly waits: Waits;
  readonly now: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** Everything the app listens to. Each listener saves first and acks then. */
export function registerHandlers(
  app: App,
  deps: IntakeDeps,
  installations: InstallationStore | undefined,
): void {
  registerCommand(app, deps);
  registerForm(app, deps);
  registerVoices(app, deps);
  registerMessages(app, deps);
  registerButtons(app, deps);
  registerShortcuts(app, deps);
  registerWelcome(app, deps);
  registerUninstalls(app, deps, installations);
}

/** Whose request a listener has before it: `dispatch` has put that into Bolt's context. */
export function callerIn(context: Context): InstallationId {
  return context.installationId as InstallationId;
}
