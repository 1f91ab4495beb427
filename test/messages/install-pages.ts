import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SlackAnswer } from "../../src/job/delivery.ts";
import type { InstallationId } from "../../src/job/ids.ts";
import { createInstallRoutes, type InstallRoutesDeps } from "../../src/slack/installations/install-routes.ts";
import type { Granted } from "../../src/slack/installations/oauth-calls.ts";
import { ANNA } from "../job/sample-jobs.ts";

/** What the pages of an install say, read from the pages themselves. */

export type InstallText = readonly [when: string, title: string, text: string, links: readonly string[]];

const INSTALLATION = {
  id: "T1" as InstallationId,
  name: "Example Ltd",
  isEnterpriseInstall: false,
  appId: "A1",
  botUserId: "U9",
  scopes: [],
  installedBy: ANNA,
  installedAt: 0,
};
const TOKENS = { botToken: "none" };

interface Case {
  readonly when: string;
  readonly query?: string;
  readonly isGenuine?: boolean;
  readonly isFirst?: boolean;
  readonly answer?: SlackAnswer<Granted>;
  readonly isSaved?: boolean;
}

const CASES: readonly Case[] = [
  { when: "installed in a workspace" },
  {
    when: "installed in an organisation",
    answer: { type: "ok", installation: { ...INSTALLATION, isEnterpriseInstall: true }, tokens: TOKENS },
  },
  { when: "another browser's, or too old", isGenuine: false },
  { when: "declined", query: "error=access_denied" },
  { when: "sent back without a code", query: "" },
  { when: "used already", isFirst: false },
  { when: "Slack cannot be asked", answer: { type: "busy", retryAfterMs: 0 } },
  { when: "Slack knows the code no more", answer: { type: "refused", code: "invalid_code" } },
  { when: "Slack refuses the app", answer: { type: "refused", code: "bad_client_secret" } },
  { when: "not saved", isSaved: false },
];

export async function installTexts(): Promise<InstallText[]> {
  const texts: InstallText[] = [];
  for (const each of CASES) {
    const html = await pageFor(each);
    const [title = ""] = inTag(html, "h1");
    const [text = ""] = inTag(html, "p");
    texts.push([each.when, title, text, inTag(html, "a")]);
  }
  return texts;
}

async function pageFor(each: Case): Promise<string> {
  const { redirect } = createInstallRoutes(depsFor(each));
  const server = createServer((request, response) => void redirect(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    // A server that listens on a port has an address of this kind.
    const { port } = server.address() as AddressInfo;
    const page = await fetch(`http://127.0.0.1:${port}/?state=s&${each.query ?? "code=c"}`);
    return await page.text();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function depsFor({ isGenuine = true, isFirst = true, isSaved = true, answer }: Case): InstallRoutesDeps {
  const nothing = async () => undefined;
  return {
    clientId: "",
    authorizeUrl: "",
    publicUrl: "https://example.com",
    states: {
      begin: () => ({ state: "", setCookie: "" }),
      isGenuine: () => isGenuine,
      nameOf: (state) => state,
      clearCookie: "",
    },
    exchange: async () => answer ?? { type: "ok", installation: INSTALLATION, tokens: TOKENS },
    installations: {
      find: nothing,
      save: async () => {
        if (!isSaved) throw new Error("the store takes nothing");
      },
      replaceSealed: async () => true,
      remove: async () => "absent",
      list: async () => [],
      exclusively: (_id, work) => work(),
    },
    store: { firstTime: async () => isFirst },
    box: { seal: (text) => text, open: (sealed) => sealed, isCurrent: () => true },
    onInstalled() {},
    log: { info() {}, warn() {}, error() {} },
  };
}

/** What stands in each of these tags; the pages escape every sign of HTML's as a number. */
function inTag(html: string, tag: string): string[] {
  return [...html.matchAll(new RegExp(`<${tag}\\b[^>]*>([^<]*)</${tag}>`, "g"))].map(([, text = ""]) =>
    text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
  );
}
