import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
// @ts-expect-error: plain JavaScript, without types
import { socketManifest as untypedSocketManifest } from "../scripts/manifest-socket.mjs";
import { REDIRECT_PATH } from "../src/slack/installations/install-routes.ts";
import { surface } from "../src/slack/surface.ts";

const ROOT = join(import.meta.dirname, "..");
const socketManifest: (text: string) => string = untypedSocketManifest;

/** The scope each Web API method needs of a bot token; undefined: none. */
const SCOPE_OF_METHOD: Record<string, string | undefined> = {
  "apps.connections.open": undefined, // of the app token
  "auth.test": undefined,
  "chat.delete": "chat:write",
  "chat.getPermalink": undefined,
  "chat.postEphemeral": "chat:write",
  "chat.postMessage": "chat:write",
  "chat.update": "chat:write",
  "conversations.history": "channels:history",
  "conversations.open": "im:write",
  "conversations.replies": "channels:history",
  "files.completeUploadExternal": "files:write",
  "files.delete": "files:write",
  "files.getUploadURLExternal": "files:write",
  "files.info": "files:read",
  "users.info": "users:read",
  "views.open": undefined,
  "views.publish": undefined,
  "views.push": undefined,
  "views.update": undefined,
};
const FAMILIES = "api|apps|auth|bookmarks|bots|chat|conversations|files|pins|reactions|team|users|views";

const manifestShape = z.object({
  display_information: z.object({ long_description: z.string().min(175).max(4000) }),
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string(), url: z.url().optional() })),
    shortcuts: z.array(z.object({ callback_id: z.string() })),
  }),
  oauth_config: z.object({
    redirect_urls: z.array(z.url()).optional(),
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }),
  }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()), request_url: z.url().optional() }),
    interactivity: z.object({
      is_enabled: z.literal(true),
      request_url: z.url().optional(),
      message_menu_options_url: z.url().optional(),
    }),
    socket_mode_enabled: z.boolean(),
  }),
});

const read = (name: string) => readFileSync(join(ROOT, name), "utf8");
const manifestOf = (name: string) => manifestShape.parse(parse(read(name)));

describe.each(["manifest.yml", "manifest.socket.yml"])("%s", (name) => {
  it("is valid by Slack's own schema", () => {
    const validate = new Ajv({ strict: false, logger: false }).compile(
      JSON.parse(read("test/fixtures/slack-manifest.schema.json")),
    );
    validate(parse(read(name)));
    expect(validate.errors).toBeNull();
  });

  it("asks for what the app has handlers for, and for nothing else", () => {
    const { features, oauth_config, settings } = manifestOf(name);
    const events = settings.event_subscriptions.bot_events.map((event) => event.split(".")[0]);
    expect(features.slash_commands.map(({ command }) => command)).toEqual(surface.commands);
    expect(features.shortcuts.map(({ callback_id }) => callback_id)).toEqual(surface.shortcuts);
    expect([...new Set(events)]).toEqual(surface.events);
    expect(oauth_config.scopes).toEqual({ bot: surface.scopes.bot, bot_optional: surface.scopes.optional });
  });
});

it("manifest.yml sends everything to the one route", () => {
  const { features, settings } = manifestOf("manifest.yml");
  const { event_subscriptions, interactivity, socket_mode_enabled } = settings;
  const urls = [...features.slash_commands.map(({ url }) => url), event_subscriptions.request_url];
  urls.push(interactivity.request_url, interactivity.message_menu_options_url);
  expect(new Set(urls)).toEqual(new Set(["https://YOUR-PUBLIC-URL/slack/events"]));
  expect(socket_mode_enabled).toBe(false);
});

it("manifest.yml says in how many places the public address goes", () => {
  const [, ...lines] = read("manifest.yml").split("YOUR-PUBLIC-URL in its ");
  const places = read("manifest.yml").match(/https:\/\/YOUR-PUBLIC-URL/g) ?? [];
  expect(lines.join("")).toMatch(/^five places/);
  expect(places).toHaveLength(5);
});

it("manifest.yml lets Slack send a person who installs the app back to it", () => {
  const { redirect_urls } = manifestOf("manifest.yml").oauth_config;
  expect(redirect_urls).toEqual([`https://YOUR-PUBLIC-URL${REDIRECT_PATH}`]);
});

it("manifest.socket.yml is what scripts/manifest-socket.mjs makes of manifest.yml", () => {
  expect(read("manifest.socket.yml")).toBe(socketManifest(read("manifest.yml")));
  expect(read("manifest.socket.yml")).not.toContain("YOUR-PUBLIC-URL");
  expect(manifestOf("manifest.socket.yml").settings.socket_mode_enabled).toBe(true);
});

describe("src/slack", () => {
  const folder = join(ROOT, "src/slack");
  const code = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  const literals = (pattern: RegExp) => [...code.matchAll(pattern)].map((match) => match[1] ?? "");

  it("handles only commands, events and shortcuts that are in the manifests", () => {
    for (const name of literals(/\.command\(\s*"([^"]+)"/g)) expect(surface.commands).toContain(name);
    for (const name of literals(/\.event\(\s*"([^"]+)"/g)) expect(surface.events).toContain(name);
    for (const name of literals(/\.shortcut\(\s*"([^"]+)"/g)) expect(surface.shortcuts).toContain(name);
  });

  it("names its actions, forms and option lists talkingphoto.…", () => {
    const names = literals(/\.(?:action|view|options)\(\s*"([^"]+)"/g);
    for (const name of names) expect(name).toMatch(/^talkingphoto\./);
  });

  it("calls only Web API methods that its scopes cover", () => {
    const called = new Set([
      ...literals(new RegExp(`\\.((?:${FAMILIES})\\.[a-z]\\w+)\\(`, "g")),
      ...literals(/\bapiCall\(\s*"([^"]+)"/g),
    ]);
    const scopes: readonly string[] = [...surface.scopes.bot, ...surface.scopes.optional];
    for (const method of called) {
      expect(SCOPE_OF_METHOD, "add the method and its scope to the table above").toHaveProperty([method]);
      const scope = SCOPE_OF_METHOD[method];
      if (scope) expect(scopes, method).toContain(scope);
    }
  });
});
