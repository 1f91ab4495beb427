/** `npm run sandbox`: starts the stand-ins, says what an app needs to talk to them, and keeps them up until Ctrl-C. */
import { readOptions, USAGE } from "./read-options.ts";
import { PortTakenError, type Sandbox, type SandboxOptions, startSandbox } from "./start-sandbox.ts";

const LOOK_AGAIN_MS = 200;

/** Resolves to the exit code, at the latest when `signal` says so. */
export async function runSandbox(args: readonly string[], signal: AbortSignal): Promise<number> {
  const wanted = readOptions(args);
  if (wanted.type === "usage") {
    console.log(USAGE);
    return 0;
  }
  if (wanted.type === "unusable") {
    console.error(`${wanted.why} See npm run sandbox -- --help`);
    return 1;
  }
  try {
    const sandbox = await startSandbox(wanted.options, () => console.log("Building the page …"));
    introduce(sandbox, wanted.options);
    const watch = setInterval(newObjections(sandbox), LOOK_AGAIN_MS);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    clearInterval(watch);
    await sandbox.close();
    return 0;
  } catch (error) {
    if (!(error instanceof PortTakenError)) throw error;
    console.error(error.message);
    return 1;
  }
}

function introduce({ page, slack, akool, settings }: Sandbox, { requestUrl }: SandboxOptions): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  console.log(`Stand-ins for Slack and AKOOL, until Ctrl-C. All of it: docs/sandbox.md

  The page           ${page.url}
  Slack's Web API    ${slack.apiUrl}
  AKOOL's API        ${akool.url}
  Slack delivers to  ${requestUrl}

What the app needs, as lines for .env:

${lines.join("\n")}
# Socket Mode, in place of SLACK_SIGNING_SECRET:
# SLACK_APP_TOKEN=${slack.settings.appToken}
# Installs by OAuth, in place of SLACK_BOT_TOKEN (and a TOKEN_ENCRYPTION_KEY of yours):
# SLACK_CLIENT_ID=${slack.oauth.clientId}
# SLACK_CLIENT_SECRET=${slack.oauth.clientSecret}
# SLACK_AUTHORIZE_URL=${slack.authorizeUrl}
`);
}

/** Prints what the stand-ins object to, once each. */
function newObjections({ slack, akool }: Sandbox): () => void {
  let [slacks, akools] = [0, 0];
  return () => {
    for (const problem of slack.problems.slice(slacks)) console.log(`Slack objects: ${problem}`);
    for (const problem of akool.problems.slice(akools)) console.log(`AKOOL objects: ${problem}`);
    slacks = slack.problems.length;
    akools = akool.problems.length;
  };
}
