import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { expectFailure } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("a link in /talkingphoto", () => {
  const world = useWorld();

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
