import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addWorkspace } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, DOORS, expectLogged, expectOneVideo, until } from "./asking.ts";
import { allow, anotherWorkspace, Browser, install } from "./installing.ts";
import { newEncryptionKey, startWorld, useWorld, type World } from "./world.ts";

describe("installing the app in a browser", () => {
  const world = useWorld({ oauth: true });

  it("sends the browser to Slack with what the app asks for, and a cookie", async () => {
    const { status, headers, location } = await new Browser().open(`${world().app.url}/slack/install`);
    expect(status).toBe(302);
    const to = new URL(location);
    expect(to.origin + to.pathname).toBe(world().slack.authorizeUrl);
    expect(to.searchParams.get("redirect_uri")).toBe(`${world().app.url}/slack/oauth_redirect`);
    expect(to.searchParams.get("scope")?.split(",")).toEqual(
      expect.arrayContaining(["commands", "chat:write", "files:write", "channels:history"]),
    );
    const [cookie = ""] = headers.getSetCookie();
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("says what next on a page that runs nothing and is kept nowhere", async () => {
    const name = `Acme <b>&"Söhne"</b>`;
    const slack = addWorkspace(world().slack, { teamId: "T0ACME", teamName: name });
    const { status, text, headers } = await install(world(), slack);
    expect(status).toBe(200);
    expect(text).toContain("Talking Photo is installed in Acme &#60;b&#62;&#38;&#34;Söhne&#34;&#60;/b&#62;");
    expect(text).toContain("slack://app?team=T0ACME");
    expect(text).toContain("https://slack.com/app_redirect?app=A0TALKINGPHOTO");
    expect(text).not.toMatch(/<script|<b>/);
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'unsafe-inline';/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("changes nothing when the person says no", async () => {
    const slack = addWorkspace(world().slack, { teamId: "T0NO" });
    const browser = new Browser();
    const page = await browser.open(await allow(world(), slack, { browser, deny: true }));
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining("You chose not to install it") });
    expect(page.text).toContain(`${world().app.url}/slack/install`);
    expect(slack.liveTokens()).toEqual([]);
  });

  const refused: Record<string, (back: URL, browser: Browser) => Promise<{ status: number; text: string }>> =
    {
      "in another browser": (back) => new Browser().open(back.href),
      "with a forged state": (back, browser) => {
        back.searchParams.set(
          "state",
          (back.searchParams.get("state") ?? "").replace(/.$/, (last) => (last === "A" ? "B" : "A")),
        );
        return browser.open(back.href);
      },
      "with a state that lives longer than it was given": (back, browser) => {
        back.searchParams.set(
          "state",
          (back.searchParams.get("state") ?? "").replace(/^\d+/, "9999999999999"),
        );
        return browser.open(back.href);
      },
      "without a state": (back, browser) => {
        back.searchParams.delete("state");
        return browser.open(back.href);
      },
      "a second time": async (back, browser) => {
        // As if the page had been left before it was there: the cookie is still kept.
        const copy = new Browser();
        Object.assign(copy, browser);
        await browser.open(back.href);
        return browser.open(back.href);
      },
    };
  it.each(Object.keys(refused))("refuses a way back %s, with a page to start again", async (how) => {
    const slack = addWorkspace(world().slack, { teamId: `T0REFUSED${Object.keys(refused).indexOf(how)}` });
    const browser = new Browser();
    const back = new URL(await allow(world(), slack, { browser }));
    const page = await refused[how]?.(back, browser);
    expect(page).toMatchObject({
      status: 403,
      text: expect.stringMatching(/Start once more|start once more/),
    });
    expect(slack.liveTokens()).toHaveLength(how === "a second time" ? 1 : 0);
  });

  it.each([
    ["a code that Slack does not know", "code", "nonsense", 400],
    ["no code", "code", "", 400],
  ])("says so when it comes back with %s", async (_what, name, value, status) => {
    const browser = new Browser();
    const back = new URL(await allow(world(), world().slack, { browser }));
    back.searchParams.set(name, value);
    expect(await browser.open(back.href)).toMatchObject({
      status,
      text: expect.stringContaining("Try again"),
    });
  });

  it.each([
    ["does not answer", { kind: "status", status: 503 }, "Slack could not be asked just now"],
    [
      "refuses the app",
      { kind: "error", error: "bad_client_secret" },
      "Slack refused this app (bad_client_secret)",
    ],
    ["answers nonsense", { kind: "html" }, "Slack could not be asked just now"],
  ] as const)("says so when Slack %s", async (_what, how, words) => {
    const slack = addWorkspace(world().slack, { teamId: `T0${how.kind.toUpperCase()}` });
    const browser = new Browser();
    const back = await allow(world(), slack, { browser });
    slack.misbehave("oauth.v2.access", how);
    expect(await browser.open(back)).toMatchObject({ status: 502, text: expect.stringContaining(words) });
    slack.behave();
    expect((await install(world(), slack)).status).toBe(200);
  });

  it("has no such pages where it runs with a bot token", async () => {
    const single = await startWorld();
    for (const path of ["/slack/install", "/slack/oauth_redirect?code=1&state=2"])
      expect((await fetch(`${single.app.url}${path}`, { redirect: "manual" })).status).toBe(404);
  });
});

describe("two workspaces", () => {
  const world = useWorld({ oauth: true });
  let acme: World | undefined;
  const other = async () => (acme ??= await anotherWorkspace(world(), "T0ACME", { teamName: "Acme" }));

  it.each(DOORS)("each get their video by their own token, asked for by %s", async (door) => {
    const [here, there] = [world(), await other()];
    if (here.slack.liveTokens().length < 2) await install(here, here.slack);
    const threads = await Promise.all([ask(here, door), ask(there, door)]);
    await Promise.all([expectOneVideo(here, threads[0]), expectOneVideo(there, threads[1])]);
    const wrong = [here, there].flatMap(({ slack }) =>
      slack.calls.filter(({ outcome }) => /auth|token|login/.test(outcome)),
    );
    expect(wrong).toEqual([]);
  });

  it("do not see each other's jobs", async () => {
    const [here, there] = [world(), await other()];
    const thread = await ask(there, "command");
    await expectOneVideo(there, thread);
    const history = await here.slack.command("history");
    expect(history.body).not.toContain(thread.channel);
    const [theirs] = await here.app.query("SELECT id FROM jobs WHERE workspace_id = 'T0ACME'");
    const answer = await here.slack.command(`cancel ${theirs?.id}`);
    expect(answer.body).toContain("I know no job with that id");
  });

  it("keep no token in readable form, neither in the store nor in the log", async () => {
    const { app, slack } = world();
    await other();
    const { secrets, clientSecret } = slack.oauth;
    expect(secrets.length).toBeGreaterThanOrEqual(4);
    for (const file of readdirSync(app.dataDir).filter((name) => name.startsWith("talkingphoto"))) {
      const bytes = readFileSync(join(app.dataDir, file)).toString("latin1");
      for (const secret of [...secrets, clientSecret]) expect(bytes).not.toContain(secret);
    }
    for (const secret of [...secrets, clientSecret, app.settings.TOKEN_ENCRYPTION_KEY ?? ""])
      expect(app.output).not.toContain(secret);
    expect(app.output).not.toMatch(/state=|code=/);
  });

  it("say so to a person in a workspace without the app, and start nothing", async () => {
    const stranger = addWorkspace(world().slack, { teamId: "T0STRANGE" });
    const jobs = async () => (await world().app.query("SELECT id FROM jobs")).length;
    const before = await jobs();
    const sentence = /not installed in this workspace any more/;
    expect((await stranger.command("help")).body).toMatch(sentence);
    const shared = await stranger.say("hello", { mention: true });
    expect(shared).toMatchObject({ status: 200, body: "" });
    const shortcut = await stranger.messageShortcut("make_it_talk", shared.message);
    expect(shortcut.status).toBe(200);
    await stranger.waitForEphemeral(sentence);
    expect(await jobs()).toBe(before);
    expect(stranger.calls.filter(({ method }) => method !== "response_url")).toEqual([]);
    await expectLogged(world(), /a request from where the app is not installed/);
  });
});

describe("the keys of the tokens", () => {
  it("are changed by putting the new one first; the old one can go after that start", async () => {
    const world = await startWorld({ oauth: true });
    const { app, slack } = world;
    await install(world, slack);
    const [oldKey, newKey] = [app.settings.TOKEN_ENCRYPTION_KEY, newEncryptionKey()];
    await app.stop();
    await app.start({ TOKEN_ENCRYPTION_KEY: `${newKey},${oldKey}` });
    await expectLogged(world, /"resealed":1/);
    await app.stop();
    await app.start({ TOKEN_ENCRYPTION_KEY: newKey });
    await expectOneVideo(world, await ask(world, "command"));
  });

  it("stop the start with what to do when they open nothing", async () => {
    const world = await startWorld({ oauth: true });
    const { app, slack } = world;
    await install(world, slack);
    await app.stop();
    await expect(app.start({ TOKEN_ENCRYPTION_KEY: newEncryptionKey() })).rejects.toThrow(
      /opens none of the 1 installations\. Put the key of before back/,
    );
    await until("the end of the process", () => !app.isRunning);
    expect(await app.stop()).toBe(78);
  });
});

describe("an organisation that installs the app as a whole", () => {
  const world = useWorld({ oauth: true });
  const enterprise = { id: "E0GLOBEX", name: "Globex Corp" };
  let globex: World | undefined;
  const org = async () => (globex ??= await anotherWorkspace(world(), "T0ONE", { enterprise }));

  it("gets a page that names it", async () => {
    const { slack } = await org();
    expect((await install(world(), slack)).text).toContain("Talking Photo is installed in Globex Corp");
  });

  it.each(DOORS)("serves each of its workspaces with the one token, asked by %s", async (door) => {
    const there = await org();
    const { slack } = there;
    const members = [...slack.channel("C0GENERAL").members];
    for (const teamId of ["T0ONE", "T0TWO"]) {
      const channel = slack.workspace.addChannel({ name: `in-${teamId}`, members, teamId }).id;
      await expectOneVideo(there, await ask(there, door, { channel }));
    }
    expect(slack.calls.filter(({ outcome }) => /auth|token|login/.test(outcome))).toEqual([]);
  });

  it("lets a button work that comes without a team", async () => {
    const there = await org();
    const channel = there.newChannel();
    const thread = await ask(there, "command", { channel });
    await expectOneVideo(there, thread);
    const [message] = thread.messages;
    if (!message) throw new Error("no job message");
    const [edited] = message.edits;
    await there.slack.pressButton({ ...message, blocks: edited?.blocks ?? [] }, "Cancel");
    await there.slack.waitForEphemeral("ended already", { channel });
  });
});

it("works over Socket Mode too: installed in the browser, asked over the socket, removed over it", async () => {
  const world = await startWorld({ oauth: true, socketMode: true });
  const { slack, app } = world;
  expect((await slack.command("help")).body).toContain("not installed in this workspace any more");
  await install(world, slack);
  await expectOneVideo(world, await ask(world, "share"));
  await slack.uninstall();
  expect(await app.query("SELECT id FROM installations")).toEqual([]);
});
