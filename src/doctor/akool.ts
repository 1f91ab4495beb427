import { createAkoolClient } from "../akool/client.ts";
import { getAkoolCode } from "../akool/codes.ts";
import { AkoolError } from "../akool/errors.ts";
import type { Config } from "../config.ts";
import { CALL_TIMEOUT_MS, type Finding, whyUnanswered } from "./finding.ts";

export async function* checkAkool({ akool, publicUrl, webhooks }: Config): AsyncGenerator<Finding> {
  const client = createAkoolClient(akool);
  try {
    const { credit } = await client.readCredit(AbortSignal.timeout(CALL_TIMEOUT_MS));
    yield { mark: "✓", about: "AKOOL key", text: "AKOOL accepts it" };
    yield credit > 0
      ? { mark: "✓", about: "AKOOL credit", text: `${credit} left` }
      : { mark: "✗", about: "AKOOL credit", text: "none left: top up the AKOOL account" };
  } catch (error) {
    yield { mark: "✗", about: "AKOOL key", text: keyProblem(error) };
  } finally {
    await client.close();
  }
  if (webhooks) {
    const text =
      'asked for, not checked: only a real video shows that AKOOL reaches PUBLIC_URL ("webhook stored" in the log)';
    yield { mark: "–", about: "AKOOL webhooks", text };
  } else {
    const missing = publicUrl ? "AKOOL_CLIENT_ID" : "PUBLIC_URL";
    const text = `none without ${missing}; the app asks AKOOL every few seconds instead`;
    yield { mark: "–", about: "AKOOL webhooks", text };
  }
  yield {
    mark: "–",
    about: "AKOOL face check",
    text: akool.faceCheck
      ? "on: each photo is sent to AKOOL's face detection before a video is paid, which may cost credit"
      : "off: nobody looks for faces before a video is paid (AKOOL_FACE_CHECK=on changes that)",
  };
}

function keyProblem(error: unknown): string {
  if (!(error instanceof AkoolError)) return unreached(whyUnanswered(error));
  const { code, httpStatus, message } = error;
  const refused =
    code === undefined
      ? httpStatus === 401 || httpStatus === 403
      : getAkoolCode(code).reason === "akool_key_refused";
  if (refused) return `${message}. Copy the API key from AKOOL's API page into AKOOL_API_KEY again.`;
  if (code !== undefined) return `${message}. Look at the account on AKOOL's site.`;
  if (httpStatus !== undefined) {
    return `${message}. Try again later; if it stays, check AKOOL_API_URL if you have set it.`;
  }
  return unreached(whyUnanswered(error.cause ?? error));
}

function unreached(why: string): string {
  return `AKOOL could not be asked (${why}). Check this machine's way to the internet, and AKOOL_API_URL if you have set it.`;
}
