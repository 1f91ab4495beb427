import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ANNA, BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { expectOneVideo, isJobMessage, PHOTO, SPEECH, until } from "./asking.ts";
import { startWorld, useWorld, type World } from "./world.ts";

const asks = (words: RegExp) => (message: { text: string; byApp: boolean }) =>
  isJobMessage(message as Parameters<typeof isJobMessage>[0]) && words.test(message.text);

async function share(
  world: World,
  files: Parameters<World["slack"]["shareFiles"]>[0],
  options: Parameters<World["slack"]["shareFiles"]>[1] = {},
) {
  return world.slack.shareFiles(files, { channel: world.newChannel(), mention: true, ...options });
}

async function toldPrivately({ slack }: World, words: RegExp): Promise<void> {
  await until(`a private answer: ${words}`, () => words.test(slack.ephemerals.at(-1)?.text ?? ""));
}

async function small() {
  const bytes = await sharp(PHOTO).resize({ width: 120 }).jpeg().toBuffer();
  return { name: "small.jpg", bytes, mimetype: "image/jpeg" };
}

describe("before anything is paid the person is asked", () => {
  const world = useWorld();

  it("about a small photo, called once in the thread, and may go on anyway", async () => {
    const { akool, slack } = world();
    const before = akool.creates;
    const { thread } = await share(world(), [await small(), SPEECH]);
    const question = await thread.waitForMessage(asks(/The photo is small, 120 × \d+ pixels/));
    await thread.waitForMessage(
      (message) => message.byApp && message.text.startsWith(`<@${ANNA}> The photo is small`),
    );
    expect(akool.creates).toBe(before);
    const old = { ...question };
    await slack.pressButton(question, "Go on anyway", { user: BEN });
    await toldPrivately(world(), /Only the person who asked/);
    await slack.pressButton(question, "Go on anyway", { user: ANNA });
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(before + 1);
    // An old copy of the question is stale, and pays nothing.
    await slack.pressButton(old, "Go on anyway", { user: ANNA });
    await toldPrivately(world(), /decided already/);
    expect(akool.creates).toBe(before + 1);
  });

  it("about a photo that will not do, and may reply with another", async () => {
    const { thread, message } = await share(world(), [await small(), SPEECH]);
    await thread.waitForMessage(asks(/The photo is small/));
    await share(world(), [PHOTO], { channel: message.channel, threadTs: message.ts });
    await expectOneVideo(world(), thread);
  });

  it("and may cancel, with nothing spent", async () => {
    const { slack, akool } = world();
    const before = akool.creates;
    const { thread } = await share(world(), [await small(), SPEECH]);
    const question = await thread.waitForMessage(asks(/The photo is small/));
    await slack.pressButton(question, "Cancel", { user: ANNA });
    await thread.waitForMessage(asks(/cancelled\. Nothing was spent/));
    expect(akool.creates).toBe(before);
  });

  it("for the recording that a photo lacks, which a reply brings, in either order", async () => {
    for (const [first, second] of [
      [PHOTO, SPEECH],
      [SPEECH, PHOTO],
    ] as const) {
      const { thread, message } = await share(world(), [first]);
      await thread.waitForMessage(asks(first === PHOTO ? /Now a recording/ : /Now a photo/));
      await share(world(), [second], { channel: message.channel, threadTs: message.ts });
      await expectOneVideo(world(), thread);
    }
  });

  it("which of several photos it should be, or has one video made for each", async () => {
    const { slack, akool } = world();
    const other = {
      name: "b.jpg",
      bytes: await sharp(PHOTO).flop().jpeg().toBuffer(),
      mimetype: "image/jpeg",
    };
    const one = await share(world(), [PHOTO, other, SPEECH]);
    const question = await one.thread.waitForMessage(asks(/I see 2 photos/));
    await slack.pressButton(question, "Photo 2", { user: ANNA });
    await expectOneVideo(world(), one.thread);

    const before = akool.creates;
    const each = await share(world(), [PHOTO, other, SPEECH], { user: BEN });
    const again = await each.thread.waitForMessage(asks(/I see 2 photos/));
    const old = { ...again };
    await slack.pressButton(again, "One video for each (2 videos)", { user: BEN });
    await until(
      "two videos",
      () => each.thread.files.filter((file) => file.mimetype === "video/mp4").length === 2,
    );
    await slack.pressButton(old, "One video for each (2 videos)", { user: BEN });
    await toldPrivately(world(), /decided already/);
    expect(akool.creates).toBe(before + 2);
  });

  it("for nothing once a day is over: it ends, and says so", async () => {
    const quick = await startWorld({ env: { TIME_SCALE: "20000" } });
    const { thread } = await share(quick, [PHOTO]);
    await thread.waitForMessage(asks(/I waited a day/));
    expect(quick.akool.creates).toBe(0);
  });
});

describe("with AKOOL_FACE_CHECK the person is asked", () => {
  const world = useWorld({ env: { AKOOL_FACE_CHECK: "on" } });

  it("nothing when there is one good face, or the check itself fails", async () => {
    world().akool.faces = ({ width, height }) => [[width / 3, height / 3, width / 3, height / 3]];
    await expectOneVideo(world(), (await share(world(), [PHOTO, SPEECH])).thread);
    world().akool.misbehave("faces", { kind: "status", status: 500 });
    await expectOneVideo(world(), (await share(world(), [PHOTO, SPEECH], { user: BEN })).thread);
  });

  it("whether to go on without a face", async () => {
    world().akool.faces = [];
    const { thread } = await share(world(), [PHOTO, SPEECH]);
    const question = await thread.waitForMessage(asks(/I see no face/));
    await world().slack.pressButton(question, "Go on anyway", { user: ANNA });
    await expectOneVideo(world(), thread);
  });

  it("which of several faces should talk, and crops to it", async () => {
    const { akool, slack } = world();
    akool.faces = ({ width, height }) => [
      [width * 0.1, height * 0.3, width * 0.2, width * 0.2],
      [width * 0.6, height * 0.3, width * 0.2, width * 0.2],
    ];
    const { thread } = await share(world(), [PHOTO, SPEECH]);
    const question = await thread.waitForMessage(asks(/I see 2 faces/));
    const before = akool.creates;
    await slack.pressButton(question, "Right face", { user: ANNA });
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(before + 1);
  });
});
