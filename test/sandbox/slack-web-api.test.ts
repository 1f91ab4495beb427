import { WebClient } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { GENERAL, RANDOM, SECRET } from "../../src/sandbox/slack/slack-sandbox.ts";
import { cancel, form, PORTRAIT, refusal, section, silent, start, upload } from "./slack-setup.ts";

describe("what it checks", () => {
  it.each([
    ["an unknown method", "chat.shout", { channel: GENERAL }, "unknown_method"],
    ["a misspelt argument", "chat.postMessage", { channel: GENERAL, text: "x", tread_ts: "1" }, undefined],
    ["no text", "chat.postMessage", { channel: GENERAL, text: " " }, "no_text"],
    ["a long text", "chat.postMessage", { channel: GENERAL, text: "x".repeat(40_001) }, "msg_too_long"],
    [
      "a section of more than 3000 characters",
      "chat.postMessage",
      {
        channel: GENERAL,
        blocks: [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3001) } }],
      },
      "invalid_blocks",
    ],
    [
      "two buttons with one action id in one block",
      "chat.postMessage",
      { channel: GENERAL, blocks: [{ ...cancel, elements: [...cancel.elements, ...cancel.elements] }] },
      "invalid_blocks",
    ],
    [
      "51 blocks",
      "chat.postMessage",
      { channel: GENERAL, blocks: Array.from({ length: 51 }, () => ({ type: "divider" })) },
      "invalid_blocks",
    ],
    [
      "a file input in a message",
      "chat.postMessage",
      { channel: GENERAL, blocks: [form.blocks[0]] },
      "invalid_blocks",
    ],
    [
      "a field Slack does not know",
      "chat.postMessage",
      { channel: GENERAL, blocks: [{ ...section, colour: "red" }] },
      "invalid_blocks",
    ],
    [
      "a long modal title",
      "views.open",
      { trigger_id: "1.2.x", view: { ...form, title: { type: "plain_text", text: "x".repeat(25) } } },
      "invalid_arguments",
    ],
    [
      "a modal with inputs and no submit",
      "views.open",
      { trigger_id: "1.2.x", view: { ...form, submit: undefined } },
      "invalid_arguments",
    ],
    [
      "an upload of nothing",
      "files.getUploadURLExternal",
      { filename: "a.mp4", length: 0 },
      "missing_argument",
    ],
  ])("calls %s a problem", async (_name, method, args, error) => {
    const { slack, web } = await start();
    const call = web.apiCall(method, args);
    if (error) await expect(call).rejects.toEqual(refusal(error));
    else await call;
    expect(slack.problems).toHaveLength(1);
  });

  it.each([
    ["a channel it cannot see", "chat.postMessage", { channel: SECRET, text: "x" }, "channel_not_found"],
    ["a channel it is not in", "chat.postMessage", { channel: RANDOM, text: "x" }, "not_in_channel"],
    ["to join without the scope", "conversations.join", { channel: GENERAL }, "missing_scope"],
    [
      "a message that is not there",
      "chat.update",
      { channel: GENERAL, ts: "1700000000.000100", text: "x" },
      "message_not_found",
    ],
    ["a file that is not there", "files.info", { file: "F1" }, "file_not_found"],
    ["an invented trigger", "views.open", { trigger_id: "1.2.x", view: form }, "invalid_trigger_id"],
  ])(
    "refuses %s in Slack's words, which is no problem of the program",
    async (_name, method, args, error) => {
      const { slack, web } = await start();
      await expect(web.apiCall(method, args)).rejects.toEqual(refusal(error));
      expect(slack.problems).toEqual([]);
    },
  );

  it("names the scope that is missing", async () => {
    const { web } = await start({ scopes: ["commands", "files:read"] });
    await expect(web.chat.postMessage({ channel: GENERAL, text: "x" })).rejects.toMatchObject({
      data: { needed: "chat:write", provided: "commands,files:read" },
    });
  });

  it("knows its tokens", async () => {
    const { slack, web } = await start();
    const other = new WebClient("xoxb-wrong", { slackApiUrl: slack.apiUrl, logger: silent });
    await expect(other.auth.test()).rejects.toEqual(refusal("invalid_auth"));
    expect(await web.auth.test()).toMatchObject({ user_id: slack.settings.botUserId });
    slack.revokeToken();
    await expect(web.auth.test()).rejects.toEqual(refusal("token_revoked"));
  });

  it("refuses to post in an archived channel and to edit what others wrote", async () => {
    const { slack, web } = await start();
    const { message } = await slack.say("mine");
    await expect(web.chat.update({ channel: GENERAL, ts: message.ts, text: "x" })).rejects.toEqual(
      refusal("cant_update_message"),
    );
    slack.workspace.getChannel(GENERAL).archived = true;
    await expect(web.chat.postMessage({ channel: GENERAL, text: "x" })).rejects.toEqual(
      refusal("is_archived"),
    );
  });

  it("shows pictures that are files of its own, of the few kinds that it can show", async () => {
    const { slack, web } = await start();
    const heic = "test/fixtures/media/portrait.heic";
    const { message } = await slack.shareFiles([PORTRAIT, heic]);
    const [photo, other] = message.files;
    const { ts = "" } = await web.chat.postMessage({ channel: GENERAL, text: "one" });
    const show = (picture: object) => {
      const accessory = { type: "image", alt_text: "The photo", ...picture };
      const blocks = [{ type: "section", text: { type: "mrkdwn", text: "two" }, accessory }];
      return web.apiCall("chat.update", { channel: GENERAL, ts, text: "two", blocks });
    };
    const ofSlack = (id: string | undefined) => ({ slack_file: { id } });
    expect(await show(ofSlack(photo?.id))).toMatchObject({ ok: true });
    for (const picture of [
      ofSlack(other?.id),
      ofSlack("F0NONE"),
      {},
      { ...ofSlack(photo?.id), image_url: "https://example.com/me.jpg" },
      { ...ofSlack(photo?.id), alt_text: "" },
    ])
      await expect(show(picture)).rejects.toEqual(refusal("invalid_blocks"));
    expect(slack.problems.splice(0)).toHaveLength(5);
    if (photo) photo.deleted = true;
    await expect(show(ofSlack(photo?.id))).rejects.toEqual(refusal("invalid_blocks"));
    expect(slack.problems).toEqual([]);
  });

  it("keeps what a message said before, and takes blocks away when only text is sent", async () => {
    const { slack, web } = await start();
    const { ts = "" } = await web.chat.postMessage({
      channel: GENERAL,
      text: "one",
      blocks: [section, cancel],
    });
    await web.chat.update({ channel: GENERAL, ts, text: "two" });
    const [message] = slack.channel(GENERAL).messages;
    expect(message).toMatchObject({ text: "two", blocks: [], edits: [{ text: "one" }] });
    expect(slack.transcript(GENERAL)).toEqual(["Talking Photo: two (edited)"]);
  });
});

describe("misbehaviour", () => {
  it("answers 429 with the time to wait, so many times", async () => {
    const { slack, web } = await start();
    slack.misbehave("chat.postMessage", { kind: "429", retryAfterSeconds: 7, times: 2 });
    const post = () => web.chat.postMessage({ channel: GENERAL, text: "x" });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    await post();
    expect(slack.calls.map((call) => call.outcome)).toEqual(["ratelimited", "ratelimited", "ok"]);
  });

  it.each([
    ["a 500 before the effect", { kind: "status", status: 500, when: "before" }, 0],
    ["a 500 after the effect", { kind: "status", status: 500, when: "after" }, 1],
    ["a cut before the effect", { kind: "drop", when: "before" }, 0],
    ["a cut after the effect", { kind: "drop", when: "after" }, 1],
    ["an answer that breaks off", { kind: "cut_body" }, 1],
    ["a web page", { kind: "html" }, 0],
    ["an error of choice", { kind: "error", error: "is_archived" }, 0],
  ] as const)("gives %s", async (_name, how, posts) => {
    const { slack, web } = await start();
    slack.misbehave("chat.postMessage", how);
    await expect(web.chat.postMessage({ channel: GENERAL, text: "x" })).rejects.toThrow();
    expect(slack.channel(GENERAL).messages).toHaveLength(posts);
    await web.chat.postMessage({ channel: GENERAL, text: "x" });
  });

  it("stays silent until the app gives up", async () => {
    const { slack, web } = await start();
    slack.misbehave("auth.test", { kind: "hang" });
    await expect(
      fetch(`${slack.apiUrl}auth.test`, { method: "POST", signal: AbortSignal.timeout(50) }),
    ).rejects.toThrow();
    await web.auth.test();
  });

  it("spoils downloads and uploads too", async () => {
    const { slack, web } = await start();
    const { files } = await slack.shareFiles([PORTRAIT]);
    const info = await web.files.info({ file: String(files[0]?.id) });
    const headers = { authorization: `Bearer ${slack.settings.botToken}` };
    const download = async () => (await fetch(String(info.file?.url_private), { headers })).bytes();
    slack.misbehave("download", { kind: "cut_body" });
    await expect(download()).rejects.toThrow();
    expect((await download()).length).toBe(files[0]?.content.size);
    slack.misbehave("upload", { kind: "drop", when: "before" });
    await expect(upload(web, {})).rejects.toThrow();
    await upload(web, {});
  });

  it("lets a test act before the effect, after it, and after the answer", async () => {
    const { slack, web } = await start();
    const seen: string[] = [];
    slack.onCall = async (call) => {
      seen.push(`${call.method} ${call.phase}, ${slack.channel(GENERAL).messages.length} posted`);
    };
    await web.chat.postMessage({ channel: GENERAL, text: "x" });
    await expect
      .poll(() => seen)
      .toEqual([
        "chat.postMessage received, 0 posted",
        "chat.postMessage effect, 1 posted",
        "chat.postMessage answered, 1 posted",
      ]);
  });

  it("takes a call of an app killed before the effect as never made", async () => {
    const { slack } = await start();
    const app = new AbortController();
    slack.onCall = () => {
      app.abort();
      return "drop";
    };
    const headers = {
      authorization: `Bearer ${slack.settings.botToken}`,
      "content-type": "application/json",
    };
    const body = JSON.stringify({ channel: GENERAL, text: "x" });
    const call = fetch(`${slack.apiUrl}chat.postMessage`, {
      method: "POST",
      headers,
      body,
      signal: app.signal,
    });
    await expect(call).rejects.toThrow();
    await expect.poll(() => slack.calls[0]?.phase).toBe("cut");
    expect(slack.channel(GENERAL).messages).toEqual([]);
  });
});
