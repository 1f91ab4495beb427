/** What a person does on the page, by what they see and by the names of things. */
import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { Locator, Page } from "playwright-core";

const MEDIA = join(import.meta.dirname, "../fixtures/media");
export const PHOTO = join(MEDIA, "portrait.jpg");
export const SPEECH = join(MEDIA, "speech.mp3");
/** Anything a person would still wait for on a machine that does much else. */
const PATIENCE_MS = 60_000;
const TYPES: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".mp3": "audio/mpeg",
  ".m4a": "audio/mp4",
};

/** A function for the browser, as text: these tests are compiled without the browser's types. */
export function inBrowser<Argument, Result = unknown>(
  argument: string,
  body: string,
): (argument: Argument) => Result {
  return new Function(argument, body) as (argument: Argument) => Result; // the text knows what it returns
}

export class Person {
  readonly page: Page;
  /** Errors in the browser's console, and what the page's own code threw. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    // From here on Chromium leaves files to the test: asked for with the first key press, that could come too late.
    page.on("filechooser", () => undefined);
    page.on("console", (line) => line.type() === "error" && this.complaints.push(line.text()));
  }

  /** The conversation, or the Home tab. */
  get main(): Locator {
    return this.page.locator("#talk");
  }

  get thread(): Locator {
    return this.page.getByRole("region", { name: "Thread" });
  }

  get stage(): Locator {
    return this.page.getByRole("region", { name: "Behind the scenes" });
  }

  /** The form on top. */
  get form(): Locator {
    return this.page.getByRole("dialog").last();
  }

  /** The last message that says so. */
  message(text: string | RegExp, where: Locator = this.main): Locator {
    return where.getByTestId("message").filter({ hasText: text }).last();
  }

  /** As above, once it is there. */
  async sees(text: string | RegExp, where: Locator = this.main): Promise<Locator> {
    const message = this.message(text, where);
    await message.waitFor();
    return message;
  }

  async goTo(name: string): Promise<void> {
    const list = this.page.getByRole("navigation", { name: "Conversations" });
    // A reader of the screen also hears ", private" and ", unread".
    await list.getByRole("button", { name: new RegExp(`^${name}( ?,.*)?$`) }).click();
  }

  /** Types it into the composer and sends it off, once all files are up. */
  async say(text: string, where: Locator = this.main): Promise<void> {
    const box = where.getByRole("textbox");
    await box.fill(text);
    await where.getByRole("button", { name: "Send", disabled: false }).waitFor();
    await box.press("Enter");
  }

  /** Drags files from the desktop over the conversation, or the thread, and drops them. */
  async drop(
    paths: readonly string[],
    where: Locator = this.main.getByRole("region").first(),
  ): Promise<void> {
    const files = await Promise.all(
      paths.map(async (path) => ({
        name: basename(path),
        type: TYPES[extname(path)] ?? "",
        base64: (await readFile(path)).toString("base64"),
      })),
    );
    const dataTransfer = await this.page.evaluateHandle(
      inBrowser(
        "files",
        `const transfer = new DataTransfer();
        for (const { name, type, base64 } of files) {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          transfer.items.add(new File([bytes], name, { type }));
        }
        return transfer;`,
      ),
      files,
    );
    for (const event of ["dragenter", "dragover", "drop"]) await where.dispatchEvent(event, { dataTransfer });
  }

  press(button: string | RegExp, where: Locator): Promise<void> {
    return where.getByRole("button", { name: button, exact: true }).first().click();
  }

  /** Opens the thread under the last message that says so. */
  async openThread(text: string | RegExp): Promise<Locator> {
    // The thread may be open by now, and shows the same message.
    const root = await this.sees(text, this.main.getByRole("region").first());
    await root.getByRole("button", { name: /^\d+ repl/ }).click();
    await this.thread.waitFor();
    return this.thread;
  }

  /** Asks for a video by a dropped photo and a text for it, and opens the thread in which all of it happens. */
  async ask(words: string): Promise<Locator> {
    await this.drop([PHOTO]);
    await this.say(`@Talking Photo ${words}`);
    return this.openThread(words);
  }

  /** The post with the finished video, once it has its buttons. */
  async seesVideo(where: Locator): Promise<Locator> {
    const post = await this.sees("Here is your talking photo", where);
    await post.locator("video").waitFor();
    await post.getByRole("button", { name: "Details" }).waitFor();
    return post;
  }

  videosIn(where: Locator): Locator {
    return where.getByTestId("message").locator("video");
  }

  /** A field of the form on top, by the beginning of its label; Slack adds "(optional)" to some. */
  field(label: string): Locator {
    return this.form.getByLabel(new RegExp(`^${label}`));
  }

  /** "Make it talk" in the menu of a message. */
  async chooseShortcut(message: Locator): Promise<void> {
    await message.hover();
    await message.getByRole("button", { name: /^More actions/ }).click();
    await this.page.getByRole("menuitem", { name: "Make it talk" }).click();
  }

  /** A switch behind the scenes: a list by the text of its option, a number, or a box. */
  async makeTrouble(label: string, setting: string | number | boolean): Promise<void> {
    const control = this.stage.getByLabel(label);
    if (typeof setting === "string") await control.selectOption({ label: setting });
    else if (typeof setting === "boolean") await control.setChecked(setting);
    else {
      await control.fill(String(setting));
      await control.press("Enter");
    }
  }
}
