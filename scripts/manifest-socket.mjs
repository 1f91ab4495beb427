// Makes manifest.socket.yml from manifest.yml: Socket Mode needs no request URLs. The rest is the same.
import { readFile, writeFile } from "node:fs/promises";
import { parseDocument } from "yaml";

const HEADER = `# The Slack app, for Socket Mode: Slack sends no requests to you, so there is nothing to fill in.
# Paste this at https://api.slack.com/apps > Create New App > From a manifest, then make an app-level token
# with the scope connections:write for SLACK_APP_TOKEN.
# Made from manifest.yml by scripts/manifest-socket.mjs: change that file, not this one.
`;

const from = new URL("../manifest.yml", import.meta.url);
const to = new URL("../manifest.socket.yml", import.meta.url);

/** The text of manifest.socket.yml for the text of manifest.yml. */
export function socketManifest(text) {
  const manifest = parseDocument(text.replace(/^(#.*\n)+/, ""));
  for (const command of manifest.getIn(["features", "slash_commands"]).items) command.delete("url");
  // Many workspaces over Socket Mode: the redirect URL is added by hand, as the README says.
  manifest.deleteIn(["oauth_config", "redirect_urls"]);
  manifest.deleteIn(["settings", "event_subscriptions", "request_url"]);
  manifest.deleteIn(["settings", "interactivity", "request_url"]);
  manifest.deleteIn(["settings", "interactivity", "message_menu_options_url"]);
  manifest.setIn(["settings", "socket_mode_enabled"], true);
  return HEADER + manifest.toString({ lineWidth: 110 });
}

if (process.argv[1]?.endsWith("manifest-socket.mjs")) {
  await writeFile(to, socketManifest(await readFile(from, "utf8")));
}
