import { describe, expect, it } from "vitest";
import { ANNA, GENERAL } from "../../src/sandbox/slack/slack-sandbox.ts";
import { refusal, start, upload } from "./slack-setup.ts";

describe("uploads", () => {
  it("shares some time after the answer", async () => {
    const { slack, web } = await start({ shareDelayMs: 250 });
    const { thread } = await slack.say("a photo, please");
    const place = { channel_id: GENERAL, thread_ts: thread.ts, initial_comment: `<@${ANNA}> here it is` };
    const { fileId, complete } = await upload(web, place);
    expect(complete).toMatchObject({ files: [{ id: fileId, shares: {}, channels: [], mimetype: "" }] });
    expect(thread.files).toEqual([]);
    const file = await thread.waitForFile("video/mp4");
    expect((await file.content.read()).toString()).toBe("....ftypisom");
    expect(thread.transcript).toEqual([
      "anna: a photo, please",
      "    Talking Photo: @anna here it is",
      "        [video talking.mp4, 12 B]",
    ]);
    const info = await web.files.info({ file: fileId });
    expect(info.file?.shares?.public?.[GENERAL]).toMatchObject([
      { ts: thread.messages[1]?.ts, thread_ts: thread.ts },
    ]);
    expect(slack.problems).toEqual([]);
  });

  it("takes a multipart form as well, and keeps large files out of memory", async () => {
    const { slack, web } = await start();
    const bytes = new Uint8Array(6_000_000).fill(7);
    const ticket = await web.files.getUploadURLExternal({ filename: "a.mp4", length: bytes.length });
    const body = new FormData();
    body.set("file", new Blob([bytes]), "a.mp4");
    expect(await (await fetch(String(ticket.upload_url), { method: "POST", body })).text()).toBe(
      "OK - 6000000",
    );
    const { fileId } = await upload(web, { bytes, channel_id: GENERAL });
    const file = await slack.waitForFile("video/mp4");
    expect([file.id, (await file.content.read()).equals(bytes)]).toEqual([fileId, true]);
    expect(slack.problems).toEqual([]);
  });

  it("notices a wrong length, and a token where none belongs", async () => {
    const { slack, web } = await start();
    const ticket = await web.files.getUploadURLExternal({ filename: "a.mp4", length: 5 });
    const headers = { authorization: "Bearer x" };
    await fetch(String(ticket.upload_url), { method: "POST", body: "four", headers });
    expect(slack.problems).toEqual([
      "upload: the token was sent to the upload host",
      "upload: 4 bytes came of the 5 announced for a.mp4",
    ]);
    const files = [{ id: ticket.file_id }];
    await expect(web.apiCall("files.completeUploadExternal", { files })).rejects.toEqual(
      refusal("file_update_failed"),
    );
  });

  it("goes to a direct message by the conversation's id, never by the person's", async () => {
    const { slack, web } = await start();
    const opened = await web.conversations.open({ users: ANNA });
    const direct = String(opened.channel?.id);
    await expect(upload(web, { channel_id: ANNA })).rejects.toEqual(refusal("channel_not_found"));
    const { fileId } = await upload(web, { channel_id: direct });
    const file = await slack.waitForFile("video/mp4", { channel: direct });
    expect(file.id).toBe(fileId);
    const info = await web.files.info({ file: fileId });
    expect(info.file?.shares?.private?.[direct]).toHaveLength(1);
    expect(slack.problems).toEqual([]);
  });

  it.each([
    ["error", 1],
    ["ok_no_share", 1],
    ["second_share", 2],
  ] as const)("completes a second time with %s as told", async (secondComplete, shares) => {
    const { slack, web } = await start({ secondComplete });
    const { fileId } = await upload(web, { channel_id: GENERAL });
    await slack.waitForFile("video/mp4");
    const again = web.apiCall("files.completeUploadExternal", {
      files: [{ id: fileId }],
      channel_id: GENERAL,
    });
    if (secondComplete === "error") await expect(again).rejects.toEqual(refusal("file_not_found"));
    else await again;
    // Shares come in the order of their calls: once this one is there, a second of the first would be too.
    await upload(web, { channel_id: GENERAL, initial_comment: "the next" });
    await slack.waitForMessage("the next");
    const first = slack.channel(GENERAL).messages.filter((message) => message.files[0]?.id === fileId);
    expect(first).toHaveLength(shares);
  });

  it.each([
    ["never", 0],
    ["late", 1],
    ["twice", 2],
  ] as const)("shares %s when told to", async (mode, shares) => {
    const { slack, web } = await start({ shareDelayMs: 1 });
    slack.misbehave("share", { kind: "share", mode, delayMs: 20 });
    await upload(web, { channel_id: GENERAL, initial_comment: "the one" });
    const { fileId } = await upload(web, { channel_id: GENERAL, initial_comment: "the next" });
    const seen = () => slack.channel(GENERAL).messages.filter((message) => message.text === "the one");
    await slack.waitUntil("the shares", () => seen().length === shares);
    expect(await slack.waitForMessage("the next")).toMatchObject({ files: [{ id: fileId }] });
    expect(seen()).toHaveLength(shares);
  });
});
