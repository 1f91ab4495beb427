import type { Outbound } from "./outbound.ts";

const SLACK_DOMAINS = ["slack.com", "slack-edge.com", "slack-files.com", "slack-gov.com"];

/** Whether Slack's token may be shown to this address, and Slack's files may come from or go to it. */
export function isSlackHost(url: URL, outbound: Pick<Outbound, "isTrusted">): boolean {
  if (outbound.isTrusted(url)) return true;
  if (url.protocol !== "https:" || url.port !== "") return false;
  return SLACK_DOMAINS.some((domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`));
}
