import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ANNA, BEN, DORA, type Message, type Thread } from "../../src/sandbox/slack/slack-sandbox.ts";
import { expectOneVideo, PHOTO, SPEECH } from "./asking.ts";
import { useWorld } from "./world.ts";

const YUKI = "U0YUKI";

describe("a job speaks to the person who asked for it in the language of their Slack", () => {
  const world = useWorld();

  /** Where each of them is a member. */
  function commonRoom(): string {
    const { workspace, settings } = world().slack;
    workspace.addUser({ id: YUKI, name: "yuki", isBot: false, locale: "ja-JP" });
    const members = [ANNA, BEN, DORA, YUKI, settings.botUserId];
    return workspace.addChannel({ name: `room-${workspace.channels.size}`, members }).id;
  }

  const share = (
    files: Parameters<ReturnType<typeof world>["slack"]["shareFiles"]>[0],
    user: string,
    more = {},
  ) => world().slack.shareFiles(files, { user, channel: commonRoom(), mention: true, ...more });

  const said = (words: string) => (message: Message) => message.byApp && message.text.includes(words);

  const small = async () => ({
    name: "klein.jpg",
    bytes: await sharp(PHOTO).resize({ width: 120 }).jpeg().toBuffer(),
    mimetype: "image/jpeg",
  });

  const labelsOf = ({ blocks }: Message) =>
    JSON.stringify(blocks).match(/"type":"plain_text","text":"[^"]*"/g) ?? [];

  function expectNoGaps({ messages }: Thread): void {
    const texts = messages.filter(({ byApp }) => byApp).map(({ text }) => text);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) {
      expect(text.replaceAll(/<!date[^>]*>/g, "")).not.toMatch(/[{}]|^…|: …$|undefined/);
      expect(text).not.toMatch(/&amp;(lt|gt|amp);/);
    }
  }

  it("German to one and English to another in the same channel, from the question to the video", async () => {
    const { slack } = world();
    const dora = await share([await small(), SPEECH], DORA);
    const { channel } = dora.message;
    const anna = await share([PHOTO, SPEECH], ANNA, { channel });

    const question = await dora.thread.waitForMessage(
      said(`Sprechendes Foto für <@${DORA}>: Das Foto ist klein, 120 ×`),
    );
    expect(question.text).toContain("Es wurde noch nichts ausgegeben.");
    await dora.thread.waitForMessage(said(`<@${DORA}> Das Foto ist klein`));
    expect(labelsOf(question).join()).toMatch(/Trotzdem weiter.*Anderes Foto wählen.*Abbrechen/);
    await slack.pressButton(question, "Trotzdem weiter", { user: DORA });
    await dora.thread.waitForMessage(said("Fertig. Das Video ist in diesem Thread."));
    const [video] = dora.thread.files.filter(({ mimetype }) => mimetype === "video/mp4");
    expect(video?.title).toBe("Sprechendes Foto (KI-generiert)");
    const post = await dora.thread.waitForMessage(
      (message) => message.files.length > 0 && labelsOf(message).length > 0 && message.byApp,
    );
    expect(post.text).toMatch(
      /Hier ist dein sprechendes Foto.*KI-generiert.*\n\d+ s lang · fertig nach \d+ s/,
    );
    expect(labelsOf(post).join()).toMatch(/Noch einmal.*Ändern….*Löschen.*Dieses Video löschen\?.*Details/);

    await expectOneVideo(world(), anna.thread);
    const english = anna.thread.messages.filter(({ byApp }) => byApp).map(({ text }) => text);
    expect(english.join()).toContain(`Talking photo for <@${ANNA}>: done. The video is in this thread.`);
    expect(english.join()).toContain("Here is your talking photo.");
    expect(english.join()).not.toContain("Foto");
    for (const { thread } of [dora, anna]) expectNoGaps(thread);
  });

  it("Japanese, with what was asked for and alt text at the photo", async () => {
    const { thread } = await share([PHOTO], YUKI, { text: "&lt;!channel&gt; ようこそ &amp; hello" });
    const done = await thread.waitForMessage(said("完了しました。動画はこのスレッドにあります。"));
    // What was typed as words (Slack sends it escaped) calls nobody.
    expect(done.text).toContain("言葉：「&lt;!channel&gt; ようこそ &amp; hello」");
    expect(JSON.stringify(done.blocks)).toContain('"alt_text":"写真。言葉：「<!channel> ようこそ & hello」');
    expect(
      thread.messages
        .filter(({ byApp }) => byApp)
        .map(({ text }) => text)
        .join(),
    ).not.toContain("<!channel>");
    expectNoGaps(thread);
  });

  it("why it failed, with what was seen said in German", async () => {
    const pdf = { name: "<!channel> face.jpg", bytes: Buffer.from("%PDF-1.7\n"), mimetype: "image/jpeg" };
    const { thread } = await share([pdf, SPEECH], DORA);
    const failed = await thread.waitForMessage(said(":x: Sprechendes Foto für"));
    expect(failed.text).toContain("Ich kann ein PDF nicht als Foto lesen.");
    expect(failed.text).toContain("Es wurde nichts ausgegeben.");
    await thread.waitForMessage(said(`<@${DORA}> Ich kann ein PDF`));
    expectNoGaps(thread);
    expect(thread.transcript.join()).not.toMatch(/calls everybody/);
  });
});
