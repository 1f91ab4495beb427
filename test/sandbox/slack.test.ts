import { verifySlackRequest } from "@slack/bolt";
import { SocketModeClient } from "@slack/socket-mode";
import { WebClient } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { ANNA, BEN, GENERAL, RANDOM, SECRET } from "../../src/sandbox/slack/slack-sandbox.ts";
import {
  atEnd,
  cancel,
  form,
  PORTRAIT,
  refusal,
  SIGNING_SECRET,
  SPEECH,
  section,
  silent,
  start,
} from "./slack-setup.ts";

describe("what it delivers", () => {
  it("signs so that Bolt accepts it, with the bare content types of Slack", async () => {
    const { slack, app } = await start();
    expect(await slack.command("help")).toMatchObject({ status: 200 });
    await slack.shareFiles([PORTRAIT], { mention: true });
    expect(app.heard.map((each) => each.headers["content-type"])).toEqual([
      "application/x-www-form-urlencoded",
      "application/json",
    ]);
    for (const { headers, body } of app.heard) {
      verifySlackRequest({
        signingSecret: SIGNING_SECRET,
        body,
        headers: {
          "x-slack-signature": String(headers["x-slack-signature"]),
          "x-slack-request-timestamp": Number(headers["x-slack-request-timestamp"]),
        },
      });
    }
  });

  it("tells the app of a command with all that Slack sends", async () => {
    const { slack, app } = await start();
    await slack.command("/other a b", { user: BEN, channel: SECRET });
    expect(app.heard[0]?.payload).toMatchObject({
      command: "/other",
      text: "a b",
      user_id: BEN,
      channel_id: SECRET,
      channel_name: "privategroup",
      is_enterprise_install: "false",
      response_url: expect.stringContaining(slack.url),
    });
  });

  it("shows people what a command is answered with, and that one failed", async () => {
    const { slack, app } = await start();
    app.answer = () => ({ body: JSON.stringify({ text: "Try `help`" }) });
    await slack.command("nonsense");
    app.answer = () => ({ status: 500 });
    await slack.command("help");
    expect(slack.transcript(GENERAL)).toEqual([
      "(only you) Talking Photo: Try `help`",
      '(only you) Slackbot: /talkingphoto failed with the error "dispatch_failed"',
    ]);
  });

  it("delivers a share only where the app can see it", async () => {
    const { slack, app } = await start();
    await slack.shareFiles([PORTRAIT]);
    await slack.shareFiles([PORTRAIT], { channel: RANDOM, mention: true });
    expect(app.events()).toEqual([]);
    const dm = slack.openDm(ANNA);
    const { status } = await slack.shareFiles([PORTRAIT, SPEECH], { channel: dm.id, text: "please" });
    expect(status).toBe(200);
    const { event, authorizations } = app.heard[0]?.payload ?? {};
    expect(authorizations).toMatchObject([{ user_id: slack.settings.botUserId, is_bot: true }]);
    expect(event).toMatchObject({
      type: "message",
      subtype: "file_share",
      channel_type: "im",
      text: "please",
    });
    expect(event.files).toMatchObject([{ mimetype: "image/jpeg" }, { mimetype: "audio/mpeg" }]);
  });

  it("delivers a mention in a watched channel twice, in the order asked for, under two event ids", async () => {
    const { slack, app } = await start({ deliverChannelMessages: true });
    const order = ["app_mention", "message"] as const;
    const { deliveries } = await slack.shareFiles([PORTRAIT], { mention: true, order });
    expect(app.events()).toEqual(["app_mention", "message"]);
    expect(app.heard[0]?.payload.event).not.toHaveProperty("subtype");
    expect(new Set(deliveries.map((each) => each.eventId)).size).toBe(2);
  });

  it("repeats an event that got no 2xx, unless told not to", async () => {
    const { slack, app } = await start({ eventRetryDelaysMs: [0, 0] });
    app.answer = () => ({ status: 503 });
    const { deliveries } = await slack.say("hi", { mention: true });
    expect(deliveries.map((each) => each.retryNum)).toEqual([0, 1, 2]);
    expect(app.heard[2]?.headers).toMatchObject({
      "x-slack-retry-num": "2",
      "x-slack-retry-reason": "http_error",
    });
    expect(new Set(app.heard.map((each) => each.payload.event_id)).size).toBe(1);
    app.answer = () => ({ status: 503, headers: { "x-slack-no-retry": "1" } });
    expect((await slack.say("hi", { mention: true })).deliveries).toHaveLength(1);
  });

  it("repeats an answered event when asked to", async () => {
    const { slack, app } = await start();
    await slack.say("hi", { mention: true, retries: 2 });
    expect(app.heard.map((each) => each.headers["x-slack-retry-num"])).toEqual([undefined, "1", "2"]);
  });

  it("says why there was no answer", async () => {
    const { slack } = await start({ ackTimeoutMs: 200 });
    slack.setRequestUrl("http://127.0.0.1:1/slack/events");
    expect(await slack.raw("{}")).toMatchObject({ status: 0, body: "connection_failed" });
  });

  it("lets hostile tests choose every header", async () => {
    const { slack, app } = await start();
    await slack.raw("null", { "x-slack-signature": undefined, "content-type": "application/json" });
    await slack.raw("null", {}, { timestamp: 1 });
    expect(app.heard[0]?.headers).not.toHaveProperty("x-slack-signature");
    expect(app.heard[1]?.headers).toMatchObject(slack.sign("null", 1));
  });

  it("tells the app of its own posts and edits", async () => {
    const { slack, app, web } = await start();
    const { ts = "" } = await web.chat.postMessage({ channel: ANNA, text: "hello" });
    const { id } = slack.openDm(ANNA);
    await web.chat.update({ channel: id, ts, text: "bye" });
    await expect.poll(app.events).toEqual(["message", "message"]);
    expect(
      app.heard.find((each) => each.payload.event.subtype === "message_changed")?.payload.event,
    ).toMatchObject({ message: { text: "bye" }, previous_message: { text: "hello" } });
  });
});

describe("what people do with what the app posts", () => {
  it("presses a button and lets the app answer by response_url five times", async () => {
    const { slack, app, web } = await start();
    await web.chat.postMessage({ channel: GENERAL, text: "Working", blocks: [section, cancel] });
    const message = await slack.waitForMessage("[Cancel]");
    await slack.pressButton(message, "Cancel", { user: BEN });
    const { payload } = app.heard.at(-1) ?? {};
    expect(payload).toMatchObject({
      type: "block_actions",
      user: { id: BEN },
      container: { type: "message", message_ts: message.ts, channel_id: GENERAL },
      actions: [{ action_id: "talkingphoto.cancel", value: "job1", type: "button" }],
    });
    const respond = (body: object) =>
      fetch(payload.response_url, { method: "POST", body: JSON.stringify(body) });
    await respond({ text: "Cancelled", replace_original: true });
    expect(message.text).toBe("Cancelled");
    for (let use = 0; use < 4; use++) await respond({ text: "Only Anna may" });
    expect((await respond({ text: "once more" })).status).toBe(404);
    expect(slack.ephemerals).toHaveLength(4);
    expect(() => slack.pressButton(message, "Cancel")).toThrow('no button "Cancel"');
    expect(slack.problems).toEqual([]);
  });

  it("opens a form once with a trigger, and submits it with files the app may read", async () => {
    const { slack, app, web } = await start();
    await slack.command("");
    const { trigger_id } = app.heard[0]?.payload ?? {};
    await web.apiCall("views.open", { trigger_id, view: form });
    await expect(web.apiCall("views.open", { trigger_id, view: form })).rejects.toEqual(
      refusal("exchanged_trigger_id"),
    );
    const view = await slack.waitForView("Talking Photo");
    await expect(slack.submitView(view, {})).rejects.toThrow('"Photo" first');
    await expect(slack.submitView(view, { photo: [SPEECH] })).rejects.toThrow("no .mp3");

    const errors = JSON.stringify({ response_action: "errors", errors: { photo: "no face" } });
    app.answer = () => ({ body: errors });
    await slack.submitView(view, { "talkingphoto.photo": [PORTRAIT] });
    expect(view.state).toBe("open");
    app.answer = () => ({});
    await slack.submitView(view, { photo: [PORTRAIT], gesture: "waving" });
    expect(view.state).toBe("submitted");
    const { values } = app.heard.at(-1)?.payload.view.state ?? {};
    expect(values.gesture["talkingphoto.gesture"]).toEqual({ type: "plain_text_input", value: "waving" });
    const [file] = values.photo["talkingphoto.photo"].files;
    const authorization = `Bearer ${slack.settings.botToken}`;
    const photo = await fetch(file.url_private_download, { headers: { authorization } });
    expect((await photo.bytes()).length).toBe(file.size);
    expect(slack.problems).toEqual([]);
  });

  it("expires a trigger", async () => {
    const { slack, app, web } = await start({ triggerLifeMs: -1 });
    await slack.command("");
    const { trigger_id } = app.heard[0]?.payload ?? {};
    await expect(web.apiCall("views.open", { trigger_id, view: form })).rejects.toEqual(
      refusal("expired_trigger_id"),
    );
  });

  it("uses a message shortcut, and gives no token access to a file in a channel without the bot", async () => {
    const { slack, app, web } = await start();
    const { message } = await slack.shareFiles([PORTRAIT], { channel: RANDOM });
    await slack.messageShortcut("make_it_talk", message);
    const { payload } = app.heard[0] ?? {};
    expect(payload).toMatchObject({
      type: "message_action",
      callback_id: "make_it_talk",
      message_ts: message.ts,
    });
    const [file] = payload.message.files;
    await expect(web.files.info({ file: file.id })).rejects.toEqual(refusal("file_not_found"));
    const authorization = `Bearer ${slack.settings.botToken}`;
    const answer = await fetch(file.url_private_download, { headers: { authorization } });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  });
});

describe("reading", () => {
  it("says what was there when it waited in vain", async () => {
    const { slack } = await start();
    const { thread } = await slack.shareFiles([PORTRAIT], { text: "a photo" });
    const waiting = thread.waitForFile("video/mp4", { timeoutMs: 1 });
    await expect(waiting).rejects.toThrow(/anna: a photo\n.*\[image portrait\.jpg, 86 KB\]/);
  });

  it("prints a conversation as people see it", async () => {
    const { slack, web } = await start();
    const { message } = await slack.shareFiles([PORTRAIT], { mention: true });
    await web.chat.postMessage({ channel: GENERAL, thread_ts: message.ts, blocks: [section, cancel] });
    await web.chat.postEphemeral({ channel: GENERAL, user: BEN, text: "a &lt;b&gt; <https://x.test/|link>" });
    expect(slack.transcript(GENERAL)).toEqual([
      "anna: @Talking Photo",
      "    [image portrait.jpg, 86 KB]",
      "    Talking Photo: hello",
      "        [Cancel]",
      "(only you) Talking Photo: a <b> link (https://x.test/)",
    ]);
  });
});

describe("Socket Mode", () => {
  it("sends everything by socket once the app has connected, and notes the acks", async () => {
    const { slack, app } = await start();
    const client = new SocketModeClient({
      appToken: slack.settings.appToken,
      clientOptions: { slackApiUrl: slack.apiUrl },
      logger: silent,
    });
    const heard: string[] = [];
    client.on("slack_event", async ({ ack, type, body }) => {
      heard.push(`${type} ${body.command ?? body.type}`);
      await ack(type === "slash_commands" ? { text: "On it" } : undefined);
    });
    atEnd.push(() => client.disconnect());
    await client.start();
    await slack.waitUntil("the connection", () => slack.socket.connectionCount === 1);
    expect(await slack.command("help")).toMatchObject({ status: 200, body: '{"text":"On it"}' });
    await slack.say("hi", { mention: true });
    expect(heard).toEqual(["slash_commands /talkingphoto", "events_api event_callback"]);
    expect(slack.socket.envelopes.every((envelope) => envelope.ackedAt)).toBe(true);
    expect(slack.transcript(GENERAL)[0]).toBe("(only you) Talking Photo: On it");
    expect(app.heard).toEqual([]);
    expect(slack.problems).toEqual([]);
  });

  it("fails a command while no connection is open", async () => {
    const { slack } = await start();
    const app = new WebClient(slack.settings.appToken, { slackApiUrl: slack.apiUrl });
    await app.apps.connections.open({});
    expect(await slack.command("help")).toMatchObject({ status: 0 });
    expect(slack.ephemerals[0]?.text).toContain("dispatch_failed");
  });
});
