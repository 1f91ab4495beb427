import { request } from "undici";
import { z } from "zod";
import type { Config } from "../config.ts";
import { surface } from "../slack/surface.ts";
import { CALL_TIMEOUT_MS, type Finding, whyUnanswered } from "./finding.ts";
import { checkOAuth } from "./oauth.ts";

/** Slack refuses requests, and we refuse Slack's, at a difference of 5 minutes. */
const SKEW_FAILS_SECONDS = 300;
const SKEW_WARNS_SECONDS = 60;
const SIGNING_SECRET = /^[0-9a-f]{32}$/;

const slackReply = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  team: z.string().optional(),
  user: z.string().optional(),
});

interface SlackAnswer {
  readonly reply: z.output<typeof slackReply>;
  /** Absent where Slack does not say. */
  readonly scopes?: readonly string[];
  /** Slack's clock less ours. */
  readonly skewSeconds?: number;
}

export async function* checkSlack(config: Config): AsyncGenerator<Finding> {
  const { slack, slackApiUrl, delivery } = config;
  if (slack.kind === "oauth") {
    yield* checkOAuth(slack, config);
  } else {
    yield* checkBotToken(slackApiUrl, slack.botToken);
  }
  if (delivery.type === "http") {
    yield { mark: "–", about: "Slack app token", text: "not set, so events come over HTTP" };
    yield* checkSigningSecret(delivery.signingSecret);
  } else {
    yield await checkAppToken(slackApiUrl, delivery.appToken);
  }
}

async function* checkBotToken(apiUrl: string, token: string): AsyncGenerator<Finding> {
  const answer = await callSlack(apiUrl, "auth.test", token).catch(whyUnanswered);
  if (typeof answer === "string") {
    yield { mark: "✗", about: "Slack token", text: unreached(answer) };
    yield { mark: "–", about: "Clock", text: "not compared, since Slack did not answer" };
    return;
  }
  const { reply, scopes, skewSeconds } = answer;
  if (reply.ok) {
    const who = `${reply.user ?? "the app"} in ${reply.team ?? "its workspace"}`;
    yield { mark: "✓", about: "Slack token", text: `Slack knows it as ${who}` };
    yield* checkScopes(scopes);
  } else {
    const text = `Slack answers ${reply.error}. Install the app to the workspace again and copy the Bot User OAuth Token into SLACK_BOT_TOKEN.`;
    yield { mark: "✗", about: "Slack token", text };
  }
  yield clockFinding(skewSeconds);
}

function* checkScopes(scopes: readonly string[] | undefined): Generator<Finding> {
  if (!scopes) {
    yield { mark: "–", about: "Slack scopes", text: "Slack did not say which the token has" };
    return;
  }
  const { bot, optional } = surface.scopes;
  const missing = bot.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) {
    const text = `missing ${missing.join(", ")}. Add under OAuth & Permissions (manifest.yml has them all), then install the app again.`;
    yield { mark: "✗", about: "Slack scopes", text };
  } else {
    yield { mark: "✓", about: "Slack scopes", text: `all ${bot.length} that the app needs` };
  }
  const absent = optional.filter((scope) => !scopes.includes(scope));
  const history = absent.filter((scope) => scope !== "users:read");
  if (history.length > 0) {
    const text = `without ${history.join(", ")} the app sees no files in watched channels unless it is mentioned, and no photo at the top of a thread it is called into. Add if you want either.`;
    yield { mark: "!", about: "Slack scopes", text };
  }
  if (absent.includes("users:read")) {
    const text =
      "without users:read the app does not know who uses Slack in which language, so everybody is spoken to in English. Add it if some would rather read German, French, Spanish, Japanese or Portuguese.";
    yield { mark: "!", about: "Slack scopes", text };
  }
}

async function checkAppToken(apiUrl: string, token: string): Promise<Finding> {
  const about = "Slack app token";
  const answer = await callSlack(apiUrl, "apps.connections.open", token).catch(whyUnanswered);
  if (typeof answer === "string") return { mark: "✗", about, text: unreached(answer) };
  if (answer.reply.ok) return { mark: "✓", about, text: "Slack would open a Socket Mode connection" };
  const text = `Slack answers ${answer.reply.error}. Switch Socket Mode on and make an app-level token with connections:write, under Basic Information, for SLACK_APP_TOKEN.`;
  return { mark: "✗", about, text };
}

/** Only a real request shows whether it is the right one. */
function* checkSigningSecret(secret: string): Generator<Finding> {
  if (SIGNING_SECRET.test(secret)) return;
  const text =
    "normally 32 characters, 0-9 and a-f, and this one is not. If Slack's requests are refused with 401, copy it again from Basic Information, App Credentials.";
  yield { mark: "!", about: "Slack signing secret", text };
}

function clockFinding(skewSeconds: number | undefined): Finding {
  const about = "Clock";
  if (skewSeconds === undefined)
    return { mark: "–", about, text: "not compared: Slack did not say its time" };
  const seconds = Math.round(Math.abs(skewSeconds));
  const off = `${seconds} seconds ${skewSeconds > 0 ? "behind" : "ahead of"} Slack's`;
  if (seconds >= SKEW_FAILS_SECONDS) {
    const text = `${off}: Slack's requests will be refused as forged. Set this machine's clock (NTP).`;
    return { mark: "✗", about, text };
  }
  if (seconds > SKEW_WARNS_SECONDS) {
    return {
      mark: "!",
      about,
      text: `${off}; from 5 minutes on nothing works. Set this machine's clock (NTP).`,
    };
  }
  return { mark: "✓", about, text: "within a minute of Slack's" };
}

function unreached(why: string): string {
  return `Slack could not be asked (${why}). Check this machine's way to the internet, and SLACK_API_URL if you have set it.`;
}

/** Throws what undici throws, and an Error for an answer that is not Slack's. */
async function callSlack(apiUrl: string, method: string, token: string): Promise<SlackAnswer> {
  const sentAt = Date.now();
  const { headers, body } = await request(new URL(method, apiUrl), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-www-form-urlencoded" },
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
  const ourTime = (sentAt + Date.now()) / 2;
  const parsed = slackReply.safeParse(await body.json().catch(() => undefined));
  if (!parsed.success) throw new Error("the answer is not one of Slack's", { cause: parsed.error });

  const scopes = headers["x-oauth-scopes"];
  const theirTime = Date.parse(String(headers.date));
  return {
    reply: parsed.data,
    ...(typeof scopes === "string" && { scopes: scopes.split(",").map((scope) => scope.trim()) }),
    ...(!Number.isNaN(theirTime) && { skewSeconds: (theirTime - ourTime) / 1000 }),
  };
}
