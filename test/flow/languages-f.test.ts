import { describe, expect, it } from "vitest";
import { ANNA, addWorkspace, BEN, DORA, type View } from "../../src/sandbox/slack/slack-sandbox.ts";
import { until } from "./asking.ts";
import { allow, Browser, install } from "./installing.ts";
import { startWorld, useWorld, type World } from "./world.ts";

/** A person's Home, read as they see it. */
async function home(world: World, user: string, wanted: string): Promise<{ view: View; text: string }> {
  const { slack } = world;
  await slack.openHome(user);
  const view = await slack.waitForView(
    (each) => each.content.type === "home" && slack.describe(each).join("\n").includes(wanted),
    { user },
  );
  return { view, text: slack.describe(view).join("\n") };
}

/** Every value is filled in, and every sentence is there. */
function expectWhole(text: string): void {
  expect(text).not.toMatch(/[{}]|undefined|NaN/);
  expect(text.split("\n")).not.toContain("…");
}

describe("the Home tab", () => {
  const world = useWorld({ env: { ADMIN_USERS: `${DORA},${BEN}` } });

  it("is German for who uses Slack in German, and English for the others", async () => {
    const { slack } = world();
    const german = await home(world(), DORA, "Meine Voreinstellungen");
    for (const words of ["Sprechende Fotos", "Noch ist nichts fertig", "[Video machen]", "Für Admins"])
      expect(german.text).toContain(words);
    expect(german.text).not.toMatch(/My |Make a|For admins|AKOOL credit/);
    expectWhole(german.text);
    const english = await home(world(), ANNA, "My defaults");
    expect(english.text).toContain("Nothing has finished yet. *Make a video* starts your first one.");
    expectWhole(english.text);

    await slack.pressButton(german.view, "Video machen");
    await slack.closeView(await slack.waitForView(({ content }) => content.type === "modal", { user: DORA }));
  });

  it.each([
    ["ja-JP", "いつもの設定"],
    ["fr-FR", "Mes préférences"],
    ["es-LA", "Mis preferencias"],
    ["pt-BR", "Minhas preferências"],
    ["ko-KR", "My defaults"],
  ])("is read in %s by who uses Slack so", async (locale, defaults) => {
    const { slack } = world();
    const id = `U0${locale.slice(0, 2).toUpperCase()}`;
    slack.workspace.addUser({ id, name: id.toLowerCase(), isBot: false, locale });
    expectWhole((await home(world(), id, defaults)).text);
  });

  it("speaks English where Slack does not tell the language", async () => {
    const { slack } = world();
    slack.misbehave("users.info", { kind: "error", error: "missing_scope" });
    const id = "U0GREY";
    slack.workspace.addUser({ id, name: "grey", isBot: false, locale: "de-DE" });
    await home(world(), id, "My defaults");
  });
});

it("tells each reader of the same request in their own words, and calls nobody", async () => {
  const world = await startWorld({ env: { ADMIN_USERS: `${DORA},${BEN}` } });
  const { slack, files } = world;
  const channel = world.newChannel();
  slack.channel(channel).members.add(DORA);
  const words = "winkt <!channel> & `lacht`";
  await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")} ${words}`, {
    user: DORA,
    channel,
  });
  await until("a video", () =>
    slack.channel(channel).messages.some((each) => each.files.some((file) => file.mimetype === "video/mp4")),
  );
  const { view, text } = await home(world, DORA, "Ein Foto + eine Aufnahme · Gesten: winkt");
  expect(JSON.stringify(view.content.blocks)).toContain("winkt &lt;!channel&gt; &amp; `lacht`");
  expect(text).toContain("Thread öffnen");
  expect(text).toContain("@dora: 1 angefragt, ");
  expectWhole(text);
  expect((await home(world, BEN, "For admins")).text).toContain("@dora: 1 asked for, ");
});

describe("the hello", () => {
  const world = useWorld();

  it("is said in the language of whoever opens the app", async () => {
    const { slack } = world();
    await slack.openHome(DORA, { tab: "messages" });
    await slack.openHome(ANNA, { tab: "messages" });
    const hallo = await slack.waitForMessage("Hallo @dora, ich bringe Fotos zum Sprechen", {
      channel: slack.openDm(DORA).id,
    });
    expect(slack.describe(hallo).join("\n")).toContain("[Video machen]");
    // Also by those who are read the text alone.
    for (const words of [/Teile hier ein Foto/, /`\/invite`/, /KI-generiert/, /`\/talkingphoto help`/])
      expect(hallo.text).toMatch(words);
    expectWhole(hallo.text);
    await slack.waitForMessage("Hello @anna, I make a photo talk", { channel: slack.openDm(ANNA).id });
  });

  it("is English where nothing has been told yet", async () => {
    const { slack } = world();
    slack.misbehave("users.info", { kind: "hang" });
    const id = slack.workspace.addUser({ id: "U0SLOW", name: "slow", isBot: false, locale: "ja-JP" }).id;
    await slack.openHome(id, { tab: "messages" });
    await slack.waitForMessage("Hello @slow", { channel: slack.openDm(id).id });
  });
});

describe("the pages of an install", () => {
  const world = useWorld({ oauth: true });

  it.each([
    ["de-DE,de;q=0.9,en;q=0.8", "de", "Talking Photo ist in Acme &#38; Söhne installiert"],
    ["ja", "ja", "Talking PhotoをAcme &#38; Söhneにインストールしました"],
    ["pt-PT,pt;q=0.9", "pt", "O Talking Photo está instalado em Acme &#38; Söhne"],
    ["ko-KR,fr;q=0.5", "fr", "Talking Photo est installé dans Acme &#38; Söhne"],
    ["ko-KR", "en", "Talking Photo is installed in Acme &#38; Söhne"],
    ["*", "en", "Talking Photo is installed in Acme &#38; Söhne"],
    ["nonsense;;q=1,,", "en", "Talking Photo is installed in Acme &#38; Söhne"],
  ])("follow the browser: %s", async (languages, lang, title) => {
    const teamId = `T0${lang.toUpperCase()}${languages.length}`;
    const slack = addWorkspace(world().slack, { teamId, teamName: "Acme & Söhne" });
    const { text } = await install(world(), slack, new Browser(languages));
    expect(text).toContain(`<html lang="${lang}">`);
    expect(text).toContain(`<h1>${title}</h1>`);
    expect(text).not.toMatch(/<p>…|\{name/);
  });

  it("say what went wrong in it too", async () => {
    const browser = new Browser("de");
    const page = await browser.open(await allow(world(), world().slack, { browser, deny: true }));
    expect(page.text).toContain("Du hast dich gegen die Installation entschieden");
    expect(page.text).toContain("Noch einmal versuchen");
  });
});
