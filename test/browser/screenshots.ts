/** `npm run screenshots`: makes docs/screenshots/ anew, of the page as it is, with the real app behind it. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { openStage, type Stage } from "./open-stage.ts";
import { inBrowser, type Person, PHOTO, SPEECH } from "./person.ts";

const FOLDER = join(import.meta.dirname, "../../docs/screenshots");
const GENERAL = { id: "C0GENERAL", name: "#general" };
/** In the sample: a moment at which the mouth is open. */
const MOMENT_SECONDS = 0.9;
const PATIENCE_MS = 120_000;
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const stage = await openStage({ renderer: "real", timeScale: 3, switches: { renderSeconds: 2 } });
try {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await takeAll(stage);
} finally {
  await stage.close();
}

async function takeAll({ open }: Stage): Promise<void> {
  const anna = await look(open, { viewport: WIDE });
  await toggleStage(anna);
  await anna.drop([PHOTO, SPEECH]);
  await anna.say("@Talking Photo make her talk, please");
  await anna.openThread("make her talk");
  await showMoment(anna);
  await take(anna, "thread");
  await anna.press("Close the thread", anna.thread);
  await anna.say("/talkingphoto");
  await anna.field("Photo").setInputFiles(PHOTO);
  await anna.field("Or type what it should say").fill("Welcome to the team!");
  await take(anna, "form");
  await anna.press("Close the form", anna.form);
  await anna.page.getByRole("dialog").waitFor({ state: "detached" });
  await anna.goTo("Home");
  await anna.main.getByText("My finished ones").waitFor();
  await take(anna, "home");

  const behind = await look(open, { viewport: { width: 1440, height: 900 } });
  await behind.sees("make her talk");
  await behind.stage.getByTestId("call").last().scrollIntoViewIfNeeded();
  await take(behind, "behind-the-scenes");

  const dark = await look(open, { viewport: WIDE, colorScheme: "dark" });
  await toggleStage(dark);
  await dark.openThread("make her talk");
  await showMoment(dark);
  await take(dark, "dark");

  const phone = await look(open, { viewport: PHONE, deviceScaleFactor: 2 });
  await phone.openThread("make her talk");
  await showMoment(phone);
  await take(phone, "phone");
}

async function look(open: Stage["open"], how: Parameters<Stage["open"]>[0]): Promise<Person> {
  const person = await open({ room: GENERAL, reducedMotion: "reduce", locale: "en-US", ...how });
  person.page.setDefaultTimeout(PATIENCE_MS);
  return person;
}

/** The finished video in the thread, not where it begins but where somebody speaks. */
async function showMoment(person: Person): Promise<void> {
  const post = await person.seesVideo(person.thread);
  await post.locator("video").evaluate(
    inBrowser(
      "video",
      `return new Promise((shown) => {
        video.addEventListener("seeked", shown, { once: true });
        video.currentTime = ${MOMENT_SECONDS};
      });`,
    ),
  );
  await post.scrollIntoViewIfNeeded();
}

/** Behind the scenes, which is open on a wide screen, is closed, or the other way. */
async function toggleStage({ page }: Person): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "Behind the scenes" }).click();
}

async function take({ page }: Person, name: string): Promise<void> {
  const picture = await page.screenshot({ animations: "disabled", caret: "hide" });
  const small = await sharp(picture).png({ palette: true, quality: 90, effort: 10 }).toBuffer();
  await writeFile(join(FOLDER, `${name}.png`), small);
  console.log(`docs/screenshots/${name}.png, ${Math.round(small.length / 1000)} kB`);
}
