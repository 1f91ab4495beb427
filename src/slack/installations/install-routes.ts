import type { IncomingMessage, ServerResponse } from "node:http";
import type { JobStore } from "../../job/store.ts";
import type { Installation, InstallationStore } from "../../store/installations.ts";
import type { Say, Values } from "../../words/say.ts";
import type { Key } from "../../words/sentences.ts";
import { surface } from "../surface.ts";
import { sayToBrowser } from "./browser-language.ts";
import { type InstallPage, sendInstallPage } from "./install-page.ts";
import type { InstallState } from "./install-state.ts";
import type { OAuthCalls } from "./oauth-calls.ts";
import type { TokenBox } from "./token-box.ts";
import { sealTokens } from "./tokens.ts";

export const INSTALL_PATH = "/slack/install";
export const REDIRECT_PATH = "/slack/oauth_redirect";

export interface InstallRoutesDeps {
  readonly clientId: string;
  readonly authorizeUrl: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly states: InstallState;
  readonly exchange: OAuthCalls["exchange"];
  readonly installations: InstallationStore;
  readonly store: Pick<JobStore, "firstTime">;
  readonly box: TokenBox;
  /** Nobody waits for what it does. */
  readonly onInstalled: (installation: Pick<Installation, "id" | "installedBy">) => void;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Slack's words for a code that is no use any more, or never was. */
const BAD_CODE: ReadonlySet<string> = new Set(["invalid_code", "code_already_used", "code_expired"]);

/** The two pages of an install: the way to Slack, and the way back with a code. */
export function createInstallRoutes(deps: InstallRoutesDeps): { install: Handle; redirect: Handle } {
  const { states, log } = deps;
  const problemIn =
    (say: Say) =>
    (status: number, key: Key, values: Values = {}): InstallPage => ({
      locale: say.locale,
      status,
      title: say.plain("install.not_installed_title"),
      text: say.plain(key, values),
      links: [{ text: say.plain("install.try_again"), href: `${deps.publicUrl}${INSTALL_PATH}` }],
    });

  async function finish(say: Say, request: IncomingMessage): Promise<InstallPage> {
    const problem = problemIn(say);
    const query = new URLSearchParams((request.url ?? "").split("?", 2)[1] ?? "");
    const state = query.get("state") ?? "";
    if (!states.isGenuine(state, request.headers.cookie)) {
      log.warn({}, "an install was refused: its state is not ours, too old, or another browser's");
      return problem(403, "install.another_browser");
    }
    if (query.get("error") === "access_denied") return problem(200, "install.said_no");
    const code = query.get("code");
    if (!code) return problem(400, "install.no_code");
    if (!(await deps.store.firstTime(states.nameOf(state)))) return problem(403, "install.used");

    const answer = await deps.exchange(code);
    if (answer.type === "ok") {
      const { installation, tokens } = answer;
      await deps.installations.save({
        ...installation,
        sealed: sealTokens(deps.box, installation.id, tokens),
      });
      const { id, name, isEnterpriseInstall, installedBy: userId } = installation;
      const rotates = tokens.refreshToken !== undefined;
      log.info({ installationId: id, userId, isEnterpriseInstall, rotates }, "the app was installed");
      warnOfScopes(installation);
      deps.onInstalled(installation);
      return done(say, name, installation);
    }
    const why = answer.type === "refused" ? { code: answer.code } : { answer: answer.type };
    log.error({ ...why, ...("error" in answer ? { err: answer.error } : {}) }, "an install failed at Slack");
    if (answer.type !== "refused") return problem(502, "install.slack_unreachable");
    if (BAD_CODE.has(answer.code)) return problem(400, "install.code_refused");
    return problem(502, "install.refused", { code: answer.code });
  }

  function warnOfScopes({ id, scopes }: Pick<Installation, "id" | "scopes">): void {
    const missing = surface.scopes.bot.filter((scope) => !scopes.includes(scope));
    if (missing.length > 0)
      log.warn({ installationId: id, missing }, "Slack did not grant all the scopes that the app needs");
  }

  function done(
    say: Say,
    name: string,
    { id, appId, isEnterpriseInstall }: Omit<Installation, "sealed">,
  ): InstallPage {
    const team = isEnterpriseInstall ? "" : `&team=${encodeURIComponent(id)}`;
    const app = encodeURIComponent(appId);
    return {
      locale: say.locale,
      status: 200,
      title: say.plain("install.installed_title", { name }),
      text: say.plain(isEnterpriseInstall ? "install.installed_in_organisation" : "install.installed"),
      links: [
        ...(isEnterpriseInstall
          ? []
          : [
              {
                text: say.plain("install.open_slack"),
                href: `slack://app?team=${id}&id=${app}&tab=messages`,
              },
            ]),
        {
          text: say.plain("install.open_in_browser"),
          href: `https://slack.com/app_redirect?app=${app}${team}`,
        },
      ],
      setCookie: states.clearCookie,
    };
  }

  return {
    async install(_request, response) {
      const { state, setCookie } = states.begin();
      const to = new URL(deps.authorizeUrl);
      // Slack itself offers those that the manifest names as optional for choice.
      const scopes = [...surface.scopes.bot, ...surface.scopes.optional];
      to.searchParams.set("client_id", deps.clientId);
      to.searchParams.set("scope", scopes.join(","));
      to.searchParams.set("redirect_uri", `${deps.publicUrl}${REDIRECT_PATH}`);
      to.searchParams.set("state", state);
      response
        .writeHead(302, {
          location: to.href,
          "set-cookie": setCookie,
          "cache-control": "no-store",
          "referrer-policy": "no-referrer",
          "content-length": 0,
        })
        .end();
    },

    async redirect(request, response) {
      const say = sayToBrowser(request);
      const page = await finish(say, request).catch((error: unknown) => {
        log.error({ err: error }, "an install could not be saved");
        return problemIn(say)(502, "install.not_saved");
      });
      sendInstallPage(response, page);
    },
  };
}
