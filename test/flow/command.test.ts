import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { ANNA, BEN, GENERAL } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, expectFailure, expectOneVideo, jobMessageOf, sha256OfResult, videosIn } from "./asking.ts";
import { shareWorld } from "./world.ts";

describe("/talkingphoto <photo URL> <audio URL>", () => {
  const world = shareWorld();

  it("posts one job message in the channel, and everything else in its thread", async () => {
    const { slack, akool, files } = world();
    const answer = await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, {
      user: ANNA,
      channel: GENERAL,
    });
    expect(answer).toMatchObject({ status: 200, body: "" });
    const job = await slack.waitForMessage("Talking photo for @anna", { channel: GENERAL });
    await expectOneVideo(world(), slack.thread(GENERAL, job.ts));
    expect(akool.creates).toBe(1);
    const { messages } = slack.channel(GENERAL);
    expect(messages.filter((message) => message.threadTs === undefined)).toEqual([job]);
  });

  it("finishes with a post that calls the requester and says that the video is AI-generated", async () => {
    const thread = await ask(world(), "command", { user: BEN, words: "finishes" });
    const video = await expectOneVideo(world(), thread);
    const finish = thread.messages.find((message) => message.files.includes(video));
    expect(finish?.text).toContain(`<@${BEN}>`);
    expect(finish?.text).toMatch(/AI-generated/i);
    expect(jobMessageOf(thread).edits).not.toHaveLength(0);
  });

  it("brings the very bytes that AKOOL rendered", async () => {
    const { akool } = world();
    const video = await expectOneVideo(world(), await ask(world(), "command", { words: "very bytes" }));
    const render = akool.renders.at(-1);
    expect(video.content.sha256).toBe(await sha256OfResult(render?.videoUrl ?? ""));
  });

  it("asks for 720 when no resolution is named", async () => {
    const { akool } = world();
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(akool.renders.at(-1)?.order).toMatchObject({ resolution: "720" });
    expect(akool.renders.at(-1)?.order).not.toHaveProperty("prompt");
  });

  it("hands 1080 and the gesture prompt to AKOOL as they were typed", async () => {
    const { akool } = world();
    // Slack escapes these three characters in what it hands over.
    const words = "1080 raises 2 hands &amp; nods, 720 times &lt;3";
    await expectOneVideo(world(), await ask(world(), "command", { words }));
    const order = akool.renders.at(-1)?.order;
    expect(order).toMatchObject({ resolution: "1080", prompt: "raises 2 hands & nods, 720 times <3" });
  });

  it("takes links as Slack hands them over once it has recognised them", async () => {
    const { slack, files } = world();
    const channel = world().newChannel();
    await slack.command(`<${files.url("portrait.jpg")}|portrait> <${files.url("speech.mp3")}>`, { channel });
    await slack.waitForFile("video/mp4", { channel });
  });

  it("takes the same signed command twice as one job, also after it has ended", async () => {
    const { slack, akool, files } = world();
    const channel = world().newChannel();
    const text = `${files.url("portrait.jpg")} ${files.url("speech.mp3")} replayed`;
    const creates = akool.creates;
    const send = () => slack.command(text, { channel, triggerId: "1.2.replayed" });
    const answers = await Promise.all([send(), send()]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    const job = await slack.waitForMessage("done", { channel });
    await send();
    // A command that came later has gone all the way: what the replay would have started has begun, too.
    await expectOneVideo(world(), await ask(world(), "command", { words: "after the replay" }));
    expect(akool.creates).toBe(creates + 2);
    await expectOneVideo(world(), slack.thread(channel, job.ts));
  });
});

describe("a link in /talkingphoto", () => {
  const world = shareWorld();

  it.each([
    "https://127.0.0.1/a.jpg",
    "https://127.1/a.jpg",
    "https://2130706433/a.jpg",
    "https://0x7f000001/a.jpg",
    "https://017700000001/a.jpg",
    "https://0/a.jpg",
    "https://[::1]/a.jpg",
    "https://[::ffff:127.0.0.1]/a.jpg",
    "https://[::7f00:1]/a.jpg",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.7/a.jpg",
    "https://192.168.1.1/a.jpg",
    "https://[fd00::1]/a.jpg",
    "https://[fe80::1]/a.jpg",
    "https://100.64.0.1/a.jpg",
    "https://example.com:8443/a.jpg",
    "https://user:password@example.com/a.jpg",
    "http://example.com/a.jpg",
  ])("is refused with a private sentence when it is %s", async (url) => {
    const { slack, akool, files } = world();
    const channel = world().newChannel();
    await slack.command(`${url} ${files.url("speech.mp3")}`, { channel });
    await slack.waitForEphemeral(/link to the photo.*public https:\/\//, { channel, user: ANNA });
    await slack.command(`${files.url("portrait.jpg")} ${url}`, { channel });
    await slack.waitForEphemeral(/link to the recording.*public https:\/\//, { channel, user: ANNA });
    expect(slack.channel(channel).messages).toEqual([]);
    expect(akool.creates).toBe(0);
  });

  it("is refused in the thread when its name leads inside", async () => {
    const { slack, akool, files } = world();
    const channel = world().newChannel();
    await slack.command(`https://localhost/a.jpg ${files.url("speech.mp3")}`, { channel });
    const job = await slack.waitForMessage("Talking photo for", { channel });
    await expectFailure(slack.thread(channel, job.ts), /link to the photo.*public https:\/\//);
    expect(akool.creates).toBe(0);
  });

  it("is refused in the thread when it redirects inside, and the inside is never asked", async () => {
    const { slack, akool, files } = world();
    let asked = 0;
    const inside = createServer((_request, response) => {
      asked += 1;
      response.end("secret");
    });
    await new Promise<void>((listening) => inside.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void inside.close());
    const address = inside.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    for (const [index, target] of [`http://127.0.0.1:${port}/`, "https://127.0.0.1/"].entries()) {
      const link = files.serve(`/away-${index}`, (_request, response) =>
        response.writeHead(302, { location: target }).end(),
      );
      const channel = world().newChannel();
      await slack.command(`${link} ${files.url("speech.mp3")}`, { channel });
      const job = await slack.waitForMessage("Talking photo for", { channel });
      await expectFailure(slack.thread(channel, job.ts), /link to the photo.*public https:\/\//);
    }
    expect(asked).toBe(0);
    expect(akool.creates).toBe(0);
  });

  it.each([
    ["a web page", (url: (name: string) => string) => url("page"), /web page/],
    ["nothing", (url: (name: string) => string) => url("nowhere.jpg"), /nothing at the link/],
    ["a recording instead of a photo", (url: (name: string) => string) => url("speech.mp3"), /photo/],
  ])("that leads to %s is refused in the thread, and nothing is paid", async (_what, linkFrom, sentence) => {
    const { slack, akool, files } = world();
    files.serve("/page", (_request, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html><html></html>"),
    );
    const channel = world().newChannel();
    await slack.command(`${linkFrom(files.url)} ${files.url("speech.mp3")}`, { channel });
    const job = await slack.waitForMessage("Talking photo for", { channel });
    await expectFailure(slack.thread(channel, job.ts), sentence);
    expect(akool.creates).toBe(0);
  });

  it("is opened again when its server was only busy", async () => {
    const { slack, files } = world();
    let refusals = 0;
    const photo = await fetch(files.url("portrait.jpg")).then((response) => response.arrayBuffer());
    const link = files.serve("/busy.jpg", (_request, response) => {
      refusals += 1;
      if (refusals <= 2) response.writeHead(503).end();
      else response.end(Buffer.from(photo));
    });
    const channel = world().newChannel();
    await slack.command(`${link} ${files.url("speech.mp3")}`, { channel });
    await slack.waitForFile("video/mp4", { channel });
  });
});

describe("/talkingphoto in words", () => {
  const world = shareWorld();

  it.each([
    ["help", /\/talkingphoto <photo URL> <audio URL>/],
    ["HELP", /\/talkingphoto <photo URL> <audio URL>/],
    ["status", /nothing running/],
    ["history", /Nothing has finished/],
    ["cancel", /nothing running that could be cancelled/],
    ["cancel abcdefghjk", /no job with that id/],
    ["watch", /needs `?on`? or `?off/],
    ["watch on", /Switched on/],
    ["watch off", /Switched off/],
    ["make me a video", /link to a photo first.*Example/s],
    ["https://example.com/face.jpg", /need the link to a recording.*Example/s],
    ["https://example.com/face.jpg speak!", /need the link to a recording.*Example/s],
  ])("%s is answered privately", async (text, sentence) => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    const answer = await slack.command(text, { user: BEN, channel });
    expect(answer.status).toBe(200);
    await slack.waitForEphemeral(sentence, { channel, user: BEN });
    expect(slack.channel(channel).messages).toEqual([]);
    expect(akool.creates).toBe(0);
  });

  it("answers a command it was never registered for", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    await slack.command("/talkingpicture help", { channel });
    await slack.waitForEphemeral("/talkingphoto help", { channel });
  });
});

describe("status, history and cancel", () => {
  const world = shareWorld({ akool: { autoFinish: false }, env: { AKOOL_MAX_CONCURRENT: "1" } });

  it("status tells where a running job stands, and history how it ended", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command", { words: "listed" });
    await thread.waitForMessage("AKOOL is making the video");
    const { channel } = thread;
    await slack.command("status", { channel });
    const status = await slack.waitForEphemeral(/AKOOL is making the video/, { channel });
    const id = /`(\w+)`/.exec(status.text)?.[1] ?? "no id";
    await akool.finish();
    await expectOneVideo(world(), thread);
    await slack.command("history", { channel });
    await slack.waitForEphemeral(new RegExp(`${id}.*delivered`), { channel });
    await slack.command("status", { channel });
    await slack.waitForEphemeral(/nothing running/, { channel });
  });

  it("shows nobody's jobs to somebody else", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command", { words: "Anna's own" });
    await akool.waitForCreate(akool.creates + 1);
    const id = String(world().app.query("SELECT id FROM jobs ORDER BY accepted_at DESC LIMIT 1")[0]?.id);
    await slack.command("status", { user: BEN, channel: thread.channel });
    await slack.waitForEphemeral(/nothing running/, { user: BEN, channel: thread.channel });
    await slack.command(`cancel ${id}`, { user: BEN, channel: thread.channel });
    await slack.waitForEphemeral(/Only the person who asked/, { user: BEN, channel: thread.channel });
    await akool.finish();
    await expectOneVideo(world(), thread);
  });

  it("cancel in line spends nothing, and the line moves on without it", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const first = await ask(world(), "command", { words: "first in line" });
    await akool.waitForCreate(creates + 1);
    const second = await ask(world(), "command", { words: "second in line", user: BEN });
    await second.waitForMessage("waiting in line, number 1");
    await slack.command("cancel", { user: BEN, channel: second.channel });
    await slack.waitForEphemeral("Cancelled. Nothing was spent.", { user: BEN, channel: second.channel });
    await second.waitForMessage("cancelled. Nothing was spent.");
    const third = await ask(world(), "command", { words: "third in line" });
    await third.waitForMessage("waiting in line, number 1");
    await akool.finish();
    await expectOneVideo(world(), first);
    await akool.finish();
    await expectOneVideo(world(), third);
    expect(akool.creates).toBe(creates + 2);
    expect(akool.renders.map((render) => render.order.prompt)).not.toContain("second in line");
  });

  it("cancel during the render says that credit may be used, and no video is posted", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const thread = await ask(world(), "command", { words: "cancelled midway" });
    const render = await akool.waitForCreate(creates + 1);
    await thread.waitForMessage("AKOOL is making the video");
    await slack.command("cancel", { channel: thread.channel });
    await slack.waitForEphemeral(/won't post the video.*credit may be used/, { channel: thread.channel });
    await thread.waitForMessage(/cancelled.*credit may be used/);
    await akool.finish(render.id);
    const next = await ask(world(), "command", { words: "after the cancelled one" });
    await akool.finish((await akool.waitForCreate(creates + 2)).id);
    await expectOneVideo(world(), next);
    expect(videosIn(world(), thread.channel)).toEqual([]);
    expect(jobMessageOf(thread).text).toMatch(/cancelled/);
  });

  it("the Cancel button does the same, for the requester alone", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const thread = await ask(world(), "command", { words: "cancelled by button" });
    const render = await akool.waitForCreate(creates + 1);
    await thread.waitForMessage("AKOOL is making the video");
    await slack.pressButton(jobMessageOf(thread), "Cancel", { user: BEN });
    await slack.waitForEphemeral("Only the person who asked", { user: BEN, channel: thread.channel });
    expect(jobMessageOf(thread).text).not.toContain("cancelled");
    await slack.pressButton(jobMessageOf(thread), "Cancel");
    await thread.waitForMessage(/cancelled.*credit may be used/);
    await akool.finish(render.id);
  });

  it("cancel of what has ended says so", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const thread = await ask(world(), "command", { words: "ended already" });
    await thread.waitForMessage("AKOOL is making the video");
    const before = { ...jobMessageOf(thread) };
    await akool.finish((await akool.waitForCreate(creates + 1)).id);
    await expectOneVideo(world(), thread);
    // The button as somebody still sees it who has not looked since.
    await slack.pressButton(before, "Cancel");
    await slack.waitForEphemeral("ended already", { channel: thread.channel });
    expect(jobMessageOf(thread).text).toContain("done");
  });
});
