import type { WebClientOptions } from "@slack/web-api";
import type { JobStore } from "../../job/store.ts";
import type { InstallationStore } from "../../store/installations.ts";
import type { OnSlackCall } from "../slack-call.ts";
import { createInstallRoutes, type InstallRoutesDeps, REDIRECT_PATH } from "./install-routes.ts";
import { createInstallState } from "./install-state.ts";
import { createOAuthCalls } from "./oauth-calls.ts";
import { resealInstallations } from "./reseal.ts";
import { createTokenBox } from "./token-box.ts";
import { createTokenSource } from "./token-source.ts";

export interface ManyWorkspacesOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Base64 of 32 bytes each; the first encrypts, all decrypt. */
  readonly encryptionKeys: readonly string[];
  readonly slackApiUrl: string;
  readonly onCall: OnSlackCall;
  readonly authorizeUrl: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly store: Pick<JobStore, "firstTime">;
  readonly installations: InstallationStore;
  readonly boltLogger: WebClientOptions["logger"];
  readonly onInstalled: InstallRoutesDeps["onInstalled"];
  readonly now: () => number;
  readonly log: InstallRoutesDeps["log"];
}

/** Everything that OAuth takes: the pages of an install, the present token of each installation, the check at start. */
export function createManyWorkspaces(options: ManyWorkspacesOptions) {
  const { installations, encryptionKeys, publicUrl, now, log } = options;
  const [signingKey = ""] = encryptionKeys;
  const box = createTokenBox(encryptionKeys);
  const { exchange, refresh } = createOAuthCalls({
    ...options,
    redirectUri: `${publicUrl}${REDIRECT_PATH}`,
    logger: options.boltLogger,
  });
  const states = createInstallState(signingKey, { secure: publicUrl.startsWith("https:"), now });
  return {
    tokenFor: createTokenSource({ installations, box, refresh, now, log }),
    routes: createInstallRoutes({ ...options, states, exchange, box }),
    checkSeals: () => resealInstallations(installations, box, log),
  };
}
