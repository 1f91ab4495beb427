/** What is handed to `npm run sandbox --`. */
import { parseArgs } from "node:util";
import type { SandboxOptions } from "./start-sandbox.ts";

export const DEFAULTS: SandboxOptions = {
  pagePort: 4800,
  slackPort: 4801,
  akoolPort: 4802,
  requestUrl: "http://127.0.0.1:3000/slack/events",
};

export const USAGE = `Leaves the stand-ins for Slack and AKOOL up, for an app of yours to talk to, until Ctrl-C.

  npm run sandbox
  npm run sandbox -- --request-url ${DEFAULTS.requestUrl}
      Where Slack delivers to: the app's address.
  npm run sandbox -- --page-port ${DEFAULTS.pagePort} --slack-port ${DEFAULTS.slackPort} --akool-port ${DEFAULTS.akoolPort}
      Of 127.0.0.1; 0 takes any that is free.

Every address they answer at, and how to act as a person: docs/sandbox.md.`;

const LAST_PORT = 65_535;

export type Wanted =
  | { readonly type: "start"; readonly options: SandboxOptions }
  | { readonly type: "usage" }
  /** One sentence. */
  | { readonly type: "unusable"; readonly why: string };

export function readOptions(args: readonly string[]): Wanted {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "page-port": { type: "string" },
        "slack-port": { type: "string" },
        "akool-port": { type: "string" },
        "request-url": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) return { type: "usage" };
    const options = {
      pagePort: readPort("--page-port", values["page-port"]) ?? DEFAULTS.pagePort,
      slackPort: readPort("--slack-port", values["slack-port"]) ?? DEFAULTS.slackPort,
      akoolPort: readPort("--akool-port", values["akool-port"]) ?? DEFAULTS.akoolPort,
      requestUrl: readUrl(values["request-url"]) ?? DEFAULTS.requestUrl,
    };
    return { type: "start", options };
  } catch (error) {
    // parseArgs says in a sentence what it does not know, and then more.
    const [why = ""] = error instanceof Error ? error.message.split(/\. /) : [];
    return { type: "unusable", why: `${why.replace(/\.$/, "")}.` };
  }
}

function readPort(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= LAST_PORT) return port;
  throw new Error(`${option} takes a port, 0 to ${LAST_PORT}, and not "${given}".`);
}

function readUrl(given: string | undefined): string | undefined {
  if (given === undefined || /^https?:$/.test(URL.parse(given)?.protocol ?? "")) return given;
  throw new Error(`--request-url takes an address like ${DEFAULTS.requestUrl}, and not "${given}".`);
}
