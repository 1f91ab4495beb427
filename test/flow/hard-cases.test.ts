import { describe, expect, it } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, expectOneVideo, isJobMessage, media, PHOTO, SPEECH } from "./asking.ts";
import { useWorld } from "./world.ts";

/** Each of these once went wrong, or would with one line less. */
const env = { SETTLE_MINUTES: "1" };

async function browserRecording() {
  return { name: "recording.webm", bytes: await media("clip.webm"), mimetype: "video/webm" };
}

describe("a hard case on the way to the video", () => {
  const world = useWorld({ env });

  it("a file that Slack does not know yet is looked for again, not uploaded anew", async () => {
    const { slack } = world();
    slack.misbehave("files.info", { kind: "error", error: "file_not_found", times: 3 });
    const from = slack.calls.length;
    await expectOneVideo(world(), await ask(world(), "command"));
    const uploads = slack.calls.slice(from).filter(({ method }) => method === "upload");
    expect(uploads).toHaveLength(1);
  });

  it("a create answered 500 with a code that is not AKOOL's own may have been taken", async () => {
    const { akool } = world();
    const creates = akool.creates;
    let cut = false;
    // The render is made; on its way back a gateway puts its own page in place of the answer.
    akool.onCall = ({ endpoint, phase }) => {
      if (endpoint === "create" && phase === "effect") cut = true;
      return undefined;
    };
    akool.misbehave("create", { kind: "status", status: 500, when: "after" });
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(cut).toBe(true);
    expect(akool.creates).toBe(creates + 1);
  });
});

describe("a hard case while AKOOL has not finished", () => {
  const world = useWorld({ env, akool: { autoFinish: false } });

  it("a webhook that only says under way settles a create whose answer was lost", async () => {
    const { akool } = world();
    const creates = akool.creates;
    akool.misbehave("create", { kind: "drop", when: "after" });
    const thread = await ask(world(), "command");
    const render = await akool.waitForCreate(creates + 1);
    await akool.sendWebhook(render.id, { payload: { status: 2, url: undefined } });
    await thread.waitForMessage("AKOOL is making the video");
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it("a replayed cancel cancels nothing else", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const older = await ask(world(), "command", { words: "older" });
    const olderRender = await akool.waitForCreate(creates + 1);
    const newer = await ask(world(), "command", { words: "newer" });
    await akool.waitForCreate(creates + 2);
    const { channel } = newer;
    await slack.command("cancel", { channel, triggerId: "1.2.replayed" });
    await newer.waitForMessage((message) => isJobMessage(message) && message.text.includes("cancelled"));
    await slack.command("cancel", { channel, triggerId: "1.2.replayed" });
    await slack.waitForEphemeral("this very command already", { channel });
    await akool.finish(olderRender.id);
    await expectOneVideo(world(), older);
  });
});

describe("a hard case at the door", () => {
  const world = useWorld();

  it("a mention that comes without its files first does not use up the message that has them", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    // Not mentioned and not watched: the app hears nothing of it yet.
    const { message, files, thread } = await slack.shareFiles([PHOTO, SPEECH], { channel });
    const mention = {
      type: "app_mention",
      channel,
      user: ANNA,
      text: `<@${slack.settings.botUserId}>`,
      ts: message.ts,
    };
    await slack.deliver(mention);
    await thread.waitForMessage(/I make a photo talk/);
    const described = files.map(({ id, name, mimetype, filetype }) => {
      const url = `${slack.url}/files-pri/${slack.settings.teamId}-${id}/download/${name}`;
      return { id, name, mimetype, filetype, mode: "hosted", url_private_download: url };
    });
    await slack.deliver({ ...mention, files: described });
    await expectOneVideo(world(), thread);
  });

  it("one who may not be told in the channel is told by direct message when the private answer is cut", async () => {
    const { slack, files } = world();
    const channel = slack.workspace.addChannel({ name: "closed", members: [ANNA] }).id;
    slack.misbehave("response_url", { kind: "drop" });
    await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, { channel });
    await slack.waitForMessage(/not a member of this conversation/, { channel: slack.openDm(ANNA).id });
    expect(slack.channel(channel).messages).toEqual([]);
  });

  it("a recording made in a browser, which Slack calls a video, is taken beside one photo", async () => {
    const { slack } = world();
    const shared = await slack.shareFiles([PHOTO, await browserRecording()], {
      channel: slack.openDm(ANNA).id,
    });
    await expectOneVideo(world(), shared.thread);
  });
});

describe("a process that is told to stop", () => {
  const world = useWorld();

  it("takes a second SIGTERM for the first", async () => {
    const { app } = world();
    const code = app.stop("SIGTERM");
    void app.stop("SIGTERM");
    expect(await code).toBe(0);
    expect(app.output).toContain('"msg":"stopped"');
  });
});
