import { request } from "undici";
import type { Config, SlackCredentials } from "../config.ts";
import { INSTALL_PATH, REDIRECT_PATH } from "../slack/installations/install-routes.ts";
import { createTokenBox } from "../slack/installations/token-box.ts";
import { openTokens } from "../slack/installations/tokens.ts";
import { readInstallations } from "../store/read-installations.ts";
import { CALL_TIMEOUT_MS, type Finding, whyUnanswered } from "./finding.ts";

type OAuth = Extract<SlackCredentials, { kind: "oauth" }>;

/** What can be known of an app for many workspaces before anybody installs it. */
export async function* checkOAuth(oauth: OAuth, config: Config): AsyncGenerator<Finding> {
  yield { mark: "–", about: "Slack token", text: "none to check: each workspace gets its own by OAuth" };
  yield checkClientId(oauth);
  yield await checkInstallPage(oauth, config);
  yield checkSeals(oauth, config);
}

function checkClientId({ clientId }: OAuth): Finding {
  const about = "Slack client id";
  if (/^\d+\.\d+$/.test(clientId)) return { mark: "✓", about, text: "has the form of one" };
  const text =
    "does not look like one (two numbers with a dot between). Copy the Client ID from Basic Information.";
  return { mark: "!", about, text };
}

/** Whether the running app sends a browser to Slack, and has Slack send it back to PUBLIC_URL. */
async function checkInstallPage(oauth: OAuth, { publicUrl, slackAuthorizeUrl }: Config): Promise<Finding> {
  const about = "Install page";
  const base = publicUrl?.href.replace(/\/$/, "") ?? "";
  const address = `${base}${INSTALL_PATH}`;
  const unclear = (seen: string): Finding => ({
    mark: "!",
    about,
    text: `${address} ${seen}. If the app is running, see what is wrong with PUBLIC_URL; if not, start it and look again.`,
  });
  try {
    const { statusCode, headers, body } = await request(address, {
      headers: { "user-agent": "talkingphoto-doctor" },
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    await body.dump();
    const to = URL.parse(String(headers.location));
    if (statusCode !== 302 || !to?.href.startsWith(slackAuthorizeUrl))
      return unclear(`answers ${statusCode} and does not lead to Slack`);
    const back = to.searchParams.get("redirect_uri");
    if (to.searchParams.get("client_id") !== oauth.clientId || back !== `${base}${REDIRECT_PATH}`) {
      const text = "the app that is running has other settings than these: start it again.";
      return { mark: "✗", about, text };
    }
    const text = `leads to Slack. Redirect URL to list under OAuth & Permissions: ${back}`;
    return { mark: "✓", about, text };
  } catch (error) {
    return unclear(`gives no answer (${whyUnanswered(error)})`);
  }
}

function checkSeals({ encryptionKeys }: OAuth, { dataDir, databaseUrl }: Config): Finding {
  const about = "Installations";
  if (databaseUrl !== undefined)
    return { mark: "–", about, text: "not looked at: they are in DATABASE_URL, and checked at every start" };
  try {
    const box = createTokenBox(encryptionKeys);
    const all = readInstallations(dataDir);
    const unreadable = all.filter(({ id, sealed }) => {
      try {
        openTokens(box, id, sealed);
        return false;
      } catch {
        return true;
      }
    });
    if (unreadable.length === 0)
      return { mark: "✓", about, text: `${all.length}, and TOKEN_ENCRYPTION_KEY opens the tokens of each` };
    const text = `TOKEN_ENCRYPTION_KEY does not open ${unreadable.length} of ${all.length}. Put the key of before back into it, after the new one and a comma, or let those workspaces install the app again.`;
    return { mark: "✗", about, text };
  } catch (error) {
    return { mark: "✗", about, text: `cannot be read (${whyUnanswered(error)})` };
  }
}
