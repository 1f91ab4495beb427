import { beforeAll, describe, expect, it } from "vitest";
import { ANNA, BEN, DORA, GENERAL, type View } from "../../src/sandbox/slack/slack-sandbox.ts";
import { PHOTO, SPEECH, until } from "./asking.ts";
import { useWorld, type World } from "./world.ts";

const KENJI = "U0KENJI";

/** Every value is filled in, and every sentence is there. */
function expectWhole(text: string): void {
  // Slack's own tokens for dates have braces.
  expect(text.replaceAll(/<!date.*?>/g, "")).not.toMatch(/[{}]|undefined|null|NaN|\[object/);
  expect(text.split("\n")).not.toContain("…");
}

/** The words of a private answer to a command. */
async function answerTo({ slack }: World, text: string, user: string, channel = GENERAL): Promise<string> {
  const { body } = await slack.command(text, { user, channel });
  const answer = JSON.parse(body).text;
  expectWhole(answer);
  return answer;
}

/** A channel where everybody is who reads in these tests. */
function sharedChannel(world: World): string {
  const channel = world.newChannel();
  for (const user of [DORA, KENJI]) world.slack.channel(channel).members.add(user);
  return channel;
}

describe("whoever uses Slack in another language", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  beforeAll(() => {
    world().slack.workspace.addUser({ id: KENJI, name: "kenji", isBot: false, locale: "ja-JP" });
  });

  it.each([
    ["help", "*Ich bringe ein Foto zum Sprechen.*", "*写真に話をさせます。*", "*I make a photo talk.*"],
    ["status", "Bei dir läuft gerade nichts.", "実行中のものはありません。", "You have nothing running."],
    ["cancel", "Bei dir läuft nichts, was", "キャンセルできる", "You have nothing running that could"],
    ["cancel zzz", "Einen Auftrag mit dieser ID", "そのIDの", "I know no job with that id."],
    ["watch", "danach fehlt `on` oder `off`", "`on` か `off` が必要", "it needs `on` or `off` after it"],
    ["watch off", "Ausgeschaltet:", "オフにしました", "Switched off:"],
    [
      "/other<!channel> x",
      "Den Befehl `/other&lt;!channel&gt;` kenne",
      "というコマンドは",
      "the command `/other&lt;",
    ],
  ])("is answered in it, and others in theirs: %s", async (typed, german, japanese, english) => {
    expect(await answerTo(world(), typed, DORA)).toContain(german);
    expect(await answerTo(world(), typed, KENJI)).toContain(japanese);
    expect(await answerTo(world(), typed, ANNA)).toContain(english);
  });

  it("is told in it the limit of what was typed", async () => {
    const typed = `https://example.com/a.jpg "Hi" ${"x".repeat(1001)}`;
    expect(await answerTo(world(), typed, DORA)).toContain("Den Link und den Text habe ich verstanden");
    expect(await answerTo(world(), typed, KENJI)).toContain("リンクと言葉はわかりましたが、");
    expect(await answerTo(world(), typed, ANNA)).toContain("I understood the link and the words, but");
  });

  it("reads in it what runs and what has ended", async () => {
    const { akool } = world();
    const channel = sharedChannel(world());
    const { id } = await order(world(), DORA, channel);
    const line = `• \`\\w{10}\` in <#${channel}>: AKOOL macht das Video, bisher weniger als eine Minute`;
    expect(await answerTo(world(), "status", DORA)).toMatch(
      new RegExp(`^\\*Läuft gerade für dich:\\*\n${line}$`),
    );
    await akool.finish(id);
    const end = new RegExp(
      `^\\*Deine letzten:\\*\n• \`\\w{10}\` in <#${channel}> \\(<!date.*>\\): geliefert$`,
    );
    await until("the end of it", async () => end.test(await answerTo(world(), "history", DORA)));
  });

  it("is told in it what a press comes to", async () => {
    const { slack } = world();
    const channel = sharedChannel(world());
    const { message } = await order(world(), ANNA, channel);
    const press = (user: string) => slack.pressButton(message(), "talkingphoto.cancel", { user });
    await press(DORA);
    await slack.waitForEphemeral(/Über dieses Video kann nur entscheiden/, { user: DORA, channel });
    await press(BEN);
    await slack.waitForEphemeral(/Only the person who asked/, { user: BEN, channel });
    const old = message();
    await press(ANNA);
    await slack.pressButton(old, "talkingphoto.cancel", { user: ANNA });
    await slack.waitForEphemeral(/That one has ended already/, { user: ANNA, channel });
  });

  it("fills in a form in it, is told in it what is wrong, and chooses among voices in it", async () => {
    const { slack } = world();
    const channel = sharedChannel(world());
    const form = await openForm(world(), DORA, channel, "Aufnahme");
    const shown = slack.describe(form).join("\n");
    for (const words of ["Sprechendes Foto", "Stimme für den Text", "[Zum Sprechen bringen]", "Natürlich ("])
      expect(shown).toContain(words);
    expect(shown).not.toMatch(/Recording|Gestures|Resolution|Voice|Make it/);
    expectWhole(shown);

    const { body } = await slack.submitView(form, {});
    expect(JSON.parse(body).errors).toEqual({
      "talkingphoto.photo": expect.stringMatching(/^Füge ein Foto hinzu/),
      "talkingphoto.speech": expect.stringMatching(/^Füge eine Aufnahme hinzu/),
    });

    const found = await slack.searchOptions(form, "talkingphoto.voice", "deutsch weiblich");
    expect(found.length).toBeGreaterThan(0);
    for (const { text } of found) expect(text.text).toMatch(/ · Deutsch · weiblich$/);
    await slack.chooseOption(form, "talkingphoto.voice", found[0]?.text.text ?? "");
    const heard = await slack.waitForView((view) => slack.describe(view).join("\n").includes("anhören"), {
      user: DORA,
    });
    await slack.closeView(heard);

    const english = await openForm(world(), ANNA, channel, "Recording");
    expect((await slack.searchOptions(english, "talkingphoto.voice", "german female"))[0]?.text.text).toMatch(
      / · German · female$/,
    );
    await slack.closeView(english);
    await slack.closeView(await openForm(world(), KENJI, channel, "録音"));
  });

  it("gives AKOOL the prompt of a ready-made gesture in English", async () => {
    const { slack, akool } = world();
    const channel = sharedChannel(world());
    const form = await openForm(world(), DORA, channel, "Aufnahme");
    const before = akool.creates;
    await slack.submitView(form, {
      "talkingphoto.photo": [PHOTO],
      "talkingphoto.speech": [SPEECH],
      "talkingphoto.gesture": "calm",
    });
    const { id } = await akool.waitForCreate(before + 1);
    expect(JSON.stringify(akool.renders.at(-1)?.order)).toContain("The person speaks calmly");
    await akool.finish(id);
    await slack.waitForFile("video/mp4", { channel });
  });

  it("is answered in it by a form or a button of another version", async () => {
    const { slack } = world();
    const team = { id: slack.settings.teamId };
    const send = (payload: object) =>
      slack.raw(
        new URLSearchParams({
          payload: JSON.stringify({
            team,
            user: { id: DORA, team_id: team.id },
            trigger_id: "1.2.3",
            ...payload,
          }),
        }).toString(),
        { "content-type": "application/x-www-form-urlencoded" },
      );
    const view = { id: "V1", type: "modal", callback_id: "old", private_metadata: "", state: { values: {} } };
    const form = JSON.parse((await send({ type: "view_submission", view })).body).view;
    expect(form.title.text).toBe("Sprechendes Foto");
    expect(form.blocks[0].text.text).toMatch(/^Dieses Formular kenne ich nicht mehr/);

    await send({
      type: "block_actions",
      actions: [{ action_id: "old", block_id: "b", type: "button", value: "x", action_ts: "1.2" }],
      response_url: slack.workspace.newResponseUrl(GENERAL, DORA),
      container: { type: "message", message_ts: "1.2", channel_id: GENERAL },
      channel: { id: GENERAL, name: "general" },
    });
    await slack.waitForEphemeral(/Diesen Button kenne ich nicht mehr/, { user: DORA });
  });
});

describe("whoever may not use the app", () => {
  const world = useWorld({ env: { ALLOWED_USERS: "U0SOMEBODY", ADMIN_USERS: `${ANNA},${BEN}` } });
  const german = /Sprechende Fotos sind hier nur .* Bitte @anna oder @ben um Zugang\./;

  it("is told so in their language", async () => {
    const { slack, files } = world();
    const channel = sharedChannel(world());
    await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, { user: DORA, channel });
    await slack.waitForEphemeral(german, { user: DORA, channel });
  });
});

/** Resolves once AKOOL has the order, with the app's message about it as it stands then. */
async function order(world: World, user: string, channel: string) {
  const { slack, akool, files } = world;
  const before = akool.creates;
  await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")} for ${user}`, {
    user,
    channel,
  });
  const { id } = await akool.waitForCreate(before + 1);
  const message = () => {
    const first = slack.channel(channel).messages.find((each) => each.byApp);
    if (!first) throw new Error("no job message");
    return first;
  };
  return { id, message };
}

async function openForm({ slack }: World, user: string, channel: string, wanted: string): Promise<View> {
  await slack.command("", { user, channel });
  return slack.waitForView(wanted, { user });
}
