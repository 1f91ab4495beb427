import { expect, it } from "vitest";
import { ANNA, BEN, GENERAL, RANDOM, SECRET } from "../../src/sandbox/slack/slack-sandbox.ts";
import { PORTRAIT, refusal, start } from "./slack-setup.ts";

const text = (words: string) => ({ type: "plain_text", text: words });
const option = (words: string, value: string) => ({ text: text(words), value });

const voices = {
  type: "modal",
  callback_id: "talkingphoto.form",
  title: text("Talking Photo"),
  submit: text("Make it"),
  blocks: [
    {
      type: "input",
      block_id: "voice",
      dispatch_action: true,
      label: text("Voice"),
      element: { type: "external_select", action_id: "pick", min_query_length: 0 },
    },
    {
      type: "input",
      block_id: "where",
      label: text("Where"),
      element: { type: "conversations_select", action_id: "place", filter: { include: ["public", "im"] } },
    },
    {
      type: "input",
      block_id: "keep",
      optional: true,
      label: text("Remember"),
      element: { type: "checkboxes", action_id: "keep_it", options: [option("for me", "me")] },
    },
  ],
};

async function openForm(view: object) {
  const world = await start();
  await world.slack.globalShortcut("make_a_photo_talk", { user: BEN });
  const { payload } = world.app.heard[0] ?? {};
  await world.web.apiCall("views.open", { trigger_id: payload.trigger_id, view });
  const shown = await world.slack.waitForView("Talking Photo", { user: BEN });
  return { ...world, shown, payload };
}

it("tells of a shortcut chosen from anywhere, which is in no conversation", async () => {
  const { payload } = await openForm(voices);
  expect(payload).toMatchObject({ type: "shortcut", callback_id: "make_a_photo_talk", user: { id: BEN } });
  expect(payload).not.toHaveProperty("channel");
  expect(payload).not.toHaveProperty("response_url");
});

it("asks the app for the options of a list, tells it of the choice, and keeps that", async () => {
  const { slack, app, web, shown } = await openForm(voices);
  app.answer = ({ payload }) =>
    payload.type === "block_suggestion"
      ? { body: JSON.stringify({ options: [option("Anna", "a"), option("Ben", "b")] }) }
      : {};
  const offered = await slack.searchOptions(shown, "pick", "x");
  expect(offered.map(({ value }) => value)).toEqual(["a", "b"]);
  expect(app.heard.at(-1)?.payload).toMatchObject({
    type: "block_suggestion",
    action_id: "pick",
    block_id: "voice",
    value: "x",
    view: { id: shown.id },
  });
  await slack.chooseOption(shown, "pick", "Ben");
  const { payload } = app.heard.at(-1) ?? {};
  expect(payload).toMatchObject({ type: "block_actions", actions: [{ selected_option: { value: "b" } }] });
  await web.apiCall("views.update", { view_id: shown.id, hash: payload.view.hash, view: voices });
  await slack.submitView(shown, { where: GENERAL, keep: "me" });
  expect(app.heard.at(-1)?.payload.view.state.values).toEqual({
    voice: { pick: { type: "external_select", selected_option: option("Ben", "b") } },
    where: { place: { type: "conversations_select", selected_conversation: GENERAL } },
    keep: { keep_it: { type: "checkboxes", selected_options: [option("for me", "me")] } },
  });
  await expect(slack.chooseOption(shown, "pick", "Zoe")).rejects.toThrow("only: Anna, Ben");
  expect(slack.problems).toEqual([]);
});

it("offers only the conversations that the form lets one choose from", async () => {
  const { slack, app, shown } = await openForm(voices);
  app.answer = () => ({ body: JSON.stringify({ options: [option("Anna", "a")] }) });
  await expect(slack.submitView(shown, { voice: "a", where: SECRET })).rejects.toThrow("no private");
});

it.each([
  ["too many", { options: Array.from({ length: 101 }, (_, index) => option("x", String(index))) }],
  ["too long a text", { options: [option("x".repeat(76), "a")] }],
  ["too long a value", { options: [option("x", "a".repeat(151))] }],
  ["none of Slack's shapes", { choices: [] }],
])("objects to options that Slack would not show: %s", async (_what, answer) => {
  const { slack, app, shown } = await openForm(voices);
  app.answer = () => ({ body: JSON.stringify(answer) });
  expect(await slack.searchOptions(shown, "voice")).toEqual([]);
  expect(slack.problems).toEqual([expect.stringContaining("would not show")]);
});

it("forwards a message with its files, which the app may then read", async () => {
  const { slack, app, web } = await start();
  const { message, files } = await slack.shareFiles([PORTRAIT], { channel: RANDOM, text: "look" });
  const id = files[0]?.id ?? "";
  await expect(web.files.info({ file: id })).rejects.toEqual(refusal("file_not_found"));
  await slack.say("this one", { user: BEN, mention: true, forwards: message });
  const { event } = app.heard.at(-1)?.payload ?? {};
  expect(event).not.toHaveProperty("files");
  expect(event.attachments).toMatchObject([
    { is_share: true, author_id: ANNA, text: "look", files: [{ id }] },
  ]);
  expect(await web.files.info({ file: id })).toMatchObject({ ok: true });
  expect(slack.transcript(GENERAL).join("\n")).toContain("[forwarded: look [image portrait.jpg");
});

it("shows a thread to who has the permission, and names it to who has not", async () => {
  const { slack, web } = await start();
  const { message } = await slack.say("root", { channel: GENERAL });
  await slack.say("reply", { channel: GENERAL, threadTs: message.ts });
  const first = { channel: GENERAL, ts: message.ts, limit: 1, inclusive: true };
  await expect(web.conversations.replies(first)).rejects.toMatchObject({
    data: { error: "missing_scope", needed: "channels:history" },
  });
  const other = await start({ scopes: ["channels:history"], deliverChannelMessages: false });
  const { message: root } = await other.slack.say("root", { channel: GENERAL });
  await other.slack.say("reply", { channel: GENERAL, threadTs: root.ts });
  const shown = await other.web.conversations.replies({ ...first, ts: root.ts });
  expect(shown).toMatchObject({ has_more: true, messages: [{ ts: root.ts, text: "root" }] });
  await expect(other.web.conversations.replies({ ...first, ts: "1700000000.000100" })).rejects.toEqual(
    refusal("thread_not_found"),
  );
});
