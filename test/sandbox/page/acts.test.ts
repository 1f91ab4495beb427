import { describe, expect, it } from "vitest";
import type { PageView } from "../../../src/sandbox/page/snapshot.ts";
import { elementsOf } from "../../../src/sandbox/slack/block-kit.ts";
import { ADMIN, ANNA, BEN, DORA, GENERAL, RANDOM } from "../../../src/sandbox/slack/slack-sandbox.ts";
import { usePage } from "./page-client.ts";

const page = usePage();

const blockOf = (view: PageView, ending: string) => {
  const block = view.content.blocks.find(({ block_id }) => block_id.endsWith(ending));
  if (!block) throw new Error(`no block ${ending}: ${view.content.blocks.map((each) => each.block_id)}`);
  return block.block_id;
};

describe("what a person says", () => {
  it("with a photo, a recording and a mention becomes a video in the thread", async () => {
    const anna = await page.open();
    const root = await anna.ask();
    expect(root).toMatchObject({ user: ANNA, threadTs: null, onlyYou: false });
    expect(root.text).toContain(`<@${page.world.slack.settings.botUserId}>`);
    expect(root.files.map(({ name, mimetype }) => [name, mimetype])).toEqual([
      ["portrait.jpg", "image/jpeg"],
      ["speech.mp3", "audio/mpeg"],
    ]);
    const video = await anna.waitForVideo(root);
    await anna.waitForReply(root, "The video is in this thread");
    expect(anna.videosIn(root)).toEqual([video]);
    const { jobs, calls, app, credit } = anna.now.backstage;
    expect(app).toBe("running");
    expect(credit).toBeLessThan(1000);
    const states = jobs[0]?.states.map(({ state }) => state);
    expect(states?.at(-1)).toBe("delivered");
    expect(states?.length).toBeGreaterThan(1);
    expect(jobs[0]).toMatchObject({ requester: ANNA, isOver: true });
    const seen = calls.map(({ from, to, what, outcome }) => `${from} → ${to}: ${what} ${outcome}`);
    expect(seen).toEqual(
      expect.arrayContaining([
        "Slack → app: event app_mention 200",
        "app → Slack: chat.postMessage ok",
        "app → Slack: download ok",
        "app → AKOOL: POST /api/open/v3/content/video/createbytalkingphoto 1000",
        "AKOOL → app: GET /media/…/photo.jpg 200",
        "AKOOL → app: webhook 200",
        "app → Slack: files.completeUploadExternal ok",
      ]),
    );
    expect(calls.map(({ at }) => at)).toEqual(calls.map(({ at }) => at).sort((a, b) => a - b));
    expect(calls.filter(({ isTrouble }) => isTrouble)).toEqual([]);
  });

  it("in the direct message needs no mention, and a recorded clip is one", async () => {
    const ben = await page.open(BEN);
    const dm = ben.now.conversations.find(({ kind }) => kind === "im");
    if (!dm) throw new Error("no direct message");
    expect(dm).toMatchObject({ name: "Talking Photo", appIsIn: true });
    const clip = await ben.upload("clip.webm", undefined, true);
    await ben.say("", [await ben.upload("portrait.jpg"), clip], { conversation: dm.id });
    const root = await ben.waitFor("the post", () =>
      ben.conversation(dm.id).messages.find(({ user, files }) => user === BEN && files.length === 2),
    );
    expect(root.files[1]).toMatchObject({ name: "clip.webm", mimetype: "audio/webm", isClip: true });
    await ben.waitForVideo(root, dm.id);
    // Nobody else sees it.
    const anna = await page.open(ANNA);
    expect(anna.now.conversations.some(({ id }) => id === dm.id)).toBe(false);
  });

  it("is escaped and marked as Slack does", async () => {
    const anna = await page.open();
    await anna.say("<b> & @ben, see https://example.com/a?b=1&c=2. Not@ben");
    const { text } = await anna.waitForMessage("&lt;b&gt;");
    expect(text).toBe(`&lt;b&gt; &amp; <@${BEN}>, see <https://example.com/a?b=1&amp;c=2>. Not@ben`);
  });

  it("is told by Slackbot what is no command, and where one cannot be used", async () => {
    const anna = await page.open();
    await anna.say("/nonsense now");
    expect(await anna.waitForMessage("`/nonsense` is not a valid command.")).toMatchObject({ onlyYou: true });
    await anna.say("a thread of mine");
    const root = await anna.waitForMessage("a thread of mine");
    await anna.say("/talkingphoto", [], { threadTs: root.ts });
    await anna.waitForReply(root, "/talkingphoto is not supported in threads");
    await anna.say("/<!here>", [], { threadTs: root.ts });
    await anna.waitForReply(root, "/&lt;!here&gt; is not supported in threads");
    expect(await anna.say("/talkingphoto", [await anna.upload("speech.mp3")])).toEqual({
      problem: "Slack sends no files along with a command.",
    });
    expect(await anna.say("  ")).toEqual({ problem: "There is nothing to send." });
    expect(await anna.say("x", ["upload-of-yesterday"])).toHaveProperty("problem");
    expect(await anna.say("x", [], { threadTs: "1.2" })).toEqual({
      problem: "That thread is not there any more.",
    });
    expect(await anna.say("x", [], { conversation: "C0NONE" })).toEqual({
      problem: "You are not in that conversation.",
    });
  });

  it("with a mention where the app is not: Slackbot says so, and inviting it helps", async () => {
    const anna = await page.open();
    expect(anna.conversation(RANDOM).appIsIn).toBe(false);
    await anna.say("@Talking Photo are you there?", [], { conversation: RANDOM });
    await anna.waitForMessage("not in this channel", RANDOM);
    expect(await anna.act({ do: "invite", conversation: RANDOM })).toEqual({});
    await anna.waitFor("the app in #random", () => anna.conversation(RANDOM).appIsIn || undefined);
    await anna.waitForVideo(await anna.ask(RANDOM), RANDOM);
    expect(await anna.act({ do: "invite", conversation: RANDOM })).toHaveProperty("problem");
  });

  it("is answered in the language of their Slack", async () => {
    const dora = await page.open(DORA);
    await dora.say("/talkingphoto help");
    await dora.waitForMessage("Sprechen");
  });
});

describe("a channel that is watched", () => {
  it("needs no mention", async () => {
    const admin = await page.open(ADMIN);
    await admin.say("/talkingphoto watch on");
    await admin.waitForMessage("I look for messages");
    await admin.say("no mention here", [
      await admin.upload("portrait.jpg"),
      await admin.upload("speech.mp3"),
    ]);
    await admin.waitForVideo(await admin.waitForMessage("no mention here"));
    await admin.say("/talkingphoto watch off");
  });
});

describe("the form", () => {
  it("takes files, asks for what is missing, shows what the app says of a field, and makes a video", async () => {
    const anna = await page.open();
    await anna.say("/talkingphoto");
    const form = await anna.waitForForm();
    const photo = blockOf(form, ".photo");
    const submit = (values: Record<string, string | string[] | null>, files: Record<string, string[]>) =>
      anna.act({ do: "submit", view: form.id, values, files });
    expect(Object.keys((await submit({}, {})).errors ?? {})).toEqual([photo, blockOf(form, ".speech")]);
    expect(await submit({ [photo]: "/etc/passwd" }, {})).toEqual({
      problem: "Files are handed in as uploads.",
    });
    const portrait = await anna.upload("portrait.jpg");
    const wrong = await submit({}, { [photo]: [portrait] });
    expect(Object.values(wrong.errors ?? {}).join()).toMatch(/\w/);
    expect(anna.now.forms.map(({ id }) => id)).toContain(form.id);
    const tooMany = await submit({}, { [photo]: Array.from({ length: 10 }, () => portrait) });
    expect(tooMany).toEqual({ problem: expect.stringMatching(/ takes \d files\.$/) });
    const notOne = await submit({}, { [photo]: [await anna.upload("notes.exe", new Uint8Array(9))] });
    expect(notOne).toHaveProperty("problem");
    const before = anna.now.backstage.jobs.length;
    expect(
      await submit({ [blockOf(form, ".words")]: "Hello there, this is me" }, { [photo]: [portrait] }),
    ).toEqual({});
    await anna.waitFor("the form closed", ({ forms }) => forms.length === 0 || undefined);
    await anna.waitFor("one more job", ({ backstage }) => backstage.jobs.length > before || undefined);
    await anna.waitFor(
      "it delivered",
      ({ backstage }) => backstage.jobs[0]?.states.some(({ state }) => state === "delivered") || undefined,
    );
    expect(await submit({}, {})).toEqual({ problem: "That form is closed." });
  });

  it("offers the app's voices, and one that was found is taken", async () => {
    const anna = await page.open();
    await anna.say("/talkingphoto");
    const form = await anna.waitForForm();
    const blockId = blockOf(form, ".voice");
    const { options = [] } = await anna.act({ do: "search", view: form.id, blockId, typed: "" });
    expect(options.length).toBeGreaterThan(1);
    const input = form.content.blocks.find(({ block_id }) => block_id === blockId);
    const actionId = input?.type === "input" && "action_id" in input.element ? input.element.action_id : "";
    const value = options.at(-1)?.value ?? "";
    expect(await anna.act({ do: "use", view: form.id, blockId, actionId, value })).toEqual({});
    expect(await anna.act({ do: "use", view: form.id, blockId, actionId, value: "no such" })).toHaveProperty(
      "problem",
    );
    expect(await anna.act({ do: "close", view: form.id })).toEqual({});
    await anna.waitFor("no form", ({ forms }) => forms.length === 0 || undefined);
    expect(await anna.act({ do: "close", view: form.id })).toEqual({ problem: "That form is closed." });
    expect(await anna.act({ do: "search", view: form.id, blockId, typed: "" })).toHaveProperty("problem");
  });

  it("comes from a message's menu, for that message", async () => {
    const anna = await page.open();
    await anna.say("look at her", [await anna.upload("portrait.jpg")]);
    const { ts } = await anna.waitForMessage("look at her");
    expect(await anna.act({ do: "shortcut", conversation: GENERAL, ts })).toEqual({});
    const form = await anna.waitForForm();
    expect(await anna.act({ do: "close", view: form.id })).toEqual({});
    expect(await anna.act({ do: "shortcut", conversation: GENERAL, ts: "1.2" })).toEqual({
      problem: "That message is not there any more.",
    });
  });
});

describe("buttons and the Home tab", () => {
  it("cancel what runs; a second click, or one on what is gone, is one sentence", async () => {
    const anna = await page.open();
    await anna.act({ do: "makeTrouble", switches: { renderSeconds: 60 } });
    const root = await anna.ask();
    const running = await anna.waitForReply(root, "AKOOL is making the video");
    await anna.act({ do: "makeTrouble", switches: { renderSeconds: 0.3 } });
    const actions = running.blocks.find(({ type }) => type === "actions");
    const press = {
      do: "press",
      conversation: GENERAL,
      ts: running.ts,
      blockId: actions?.block_id ?? "",
      actionId: "talkingphoto.cancel",
    } as const;
    const [first, second] = await Promise.all([anna.act(press), anna.act(press)]);
    expect([first, second]).toEqual([{}, {}]);
    await anna.waitForReply(root, /cancel/i);
    await anna.waitFor("the button gone", () => {
      const now = anna.thread(root).find(({ ts }) => ts === running.ts);
      return JSON.stringify(now?.blocks).includes("talkingphoto.cancel") ? undefined : true;
    });
    expect(await anna.act(press)).toEqual({ problem: "That is not there any more." });
    expect(await anna.act({ ...press, ts: "1.2" })).toHaveProperty("problem");
  });

  it("Home is shown when it is opened, and its lists tell the app at once", async () => {
    const ben = await page.open(BEN);
    expect(await ben.act({ do: "openHome" })).toEqual({});
    const home = await ben.waitFor("the Home tab", (snapshot) => snapshot.home ?? undefined);
    const select = home.content.blocks
      .flatMap((block) => elementsOf(block).map((element) => ({ blockId: block.block_id, element })))
      .find(({ element }) => element.type === "static_select");
    if (select?.element.type !== "static_select") throw new Error("no list in the Home tab");
    const { blockId, element } = select;
    const value = element.options.at(-1)?.value ?? "";
    const use = { do: "use", view: home.id, blockId, actionId: element.action_id, value } as const;
    expect(await ben.act({ ...use, value: "no such" })).toEqual({ problem: "No option no such." });
    expect(await ben.act({ ...use, actionId: "nothing" })).toEqual({
      problem: "That is not there any more.",
    });
    expect(await ben.act(use)).toEqual({});
    // Somebody else's.
    const anna = await page.open();
    expect(await anna.act(use)).toEqual({ problem: "That form is closed." });
  });
});
