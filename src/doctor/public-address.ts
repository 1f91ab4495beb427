import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { request } from "undici";
import type { Config } from "../config.ts";
import { CALL_TIMEOUT_MS, type Finding, whyUnanswered } from "./finding.ts";

const about = "PUBLIC_URL";

/**
 * Asks PUBLIC_URL/healthz, as AKOOL and Slack would reach it. While the app is not running, its port is
 * free: then this answers there itself, and so needs no running app and can tell whose answer came back.
 */
export async function checkPublicAddress({ publicUrl, host, port }: Config): Promise<Finding> {
  if (!publicUrl)
    return { mark: "–", about, text: "not set, so there are no webhooks; media go through the bucket" };
  const standIn = port === 0 ? undefined : await answerInstead(host, port);
  try {
    const address = `${publicUrl.href.replace(/\/$/, "")}/healthz`;
    const { statusCode, headers, body } = await request(address, {
      headers: { "user-agent": "talkingphoto-doctor" },
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const text = await body.text();
    // A tunnel's warning page or a parking page answers 200 too; only this program names itself.
    if (statusCode !== 200 || headers["x-talkingphoto"] !== "1")
      return { mark: "✗", about, text: wrongAnswer(statusCode, port) };
    if (standIn && text !== standIn.token) {
      const seen = `/healthz answers 200, but not from this machine's port ${port}. Right if the app runs elsewhere.`;
      return { mark: "!", about, text: seen };
    }
    const seen = standIn ? `leads to port ${port} of this machine` : "this app answers there";
    const unreachable = whyUnreachable(publicUrl);
    if (unreachable) return { mark: "!", about, text: `${seen}, but ${unreachable}` };
    return { mark: "✓", about, text: `${seen} (as seen from here)` };
  } catch (error) {
    return { mark: "✗", about, text: noAnswer(whyUnanswered(error), port, standIn !== undefined) };
  } finally {
    await standIn?.close();
  }
}

/** Why AKOOL cannot come to an address that works from here; undefined for one that it may reach. */
export function whyUnreachable({ protocol, hostname }: URL): string | undefined {
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (!loopback && protocol === "https:") return undefined;
  const why = loopback ? "only this machine can reach it" : "it is not https";
  return `${why}: AKOOL could not fetch the photo and the recording. Set a public https address.`;
}

function wrongAnswer(statusCode: number, port: number): string {
  return `/healthz answers ${statusCode}, but not as this app does: something else is there. Point the tunnel or proxy at port ${port}, path included.`;
}

function noAnswer(why: string, port: number, standingIn: boolean): string {
  const asked = standingIn
    ? `${port} was listened on meanwhile`
    : `the app has to be running on port ${port}`;
  return `no answer from /healthz (${why}; ${asked}). Check the address and that the tunnel or proxy is up; some networks cannot reach themselves from inside.`;
}

interface StandIn {
  readonly token: string;
  close(): Promise<void>;
}

/** Undefined when the port is taken, most likely by the app itself, or cannot be had. */
async function answerInstead(host: string, port: number): Promise<StandIn | undefined> {
  const token = randomUUID();
  const server = createServer((_request, response) => {
    response.setHeader("x-talkingphoto", "1");
    response.end(token);
  });
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch {
    return undefined;
  }
  return {
    token,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
