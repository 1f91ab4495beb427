/** Debian's Chromium, or the one that CHROMIUM_PATH names, with a profile that is gone afterwards. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM_PATH || "/usr/bin/chromium";
/** Nothing that reaches out to the network by itself; a microphone that beeps, and may be used. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
];

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(
      `There is no ${CHROMIUM}: install Chromium (.ci/debian-chromium does on Debian), or name it in CHROMIUM_PATH.`,
    );
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}
