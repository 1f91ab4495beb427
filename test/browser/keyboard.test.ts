import { expect, it } from "vitest";
import { inBrowser, type Person, PHOTO } from "./person.ts";
import { useStage } from "./stage.ts";

const MOST_TABS = 80;
/** The name of what has the focus, as far as these tests need it. */
const focused = inBrowser<void, string>(
  "_",
  `const at = document.activeElement;
  const label = at.labels?.[0]?.textContent ?? at.getAttribute("aria-label") ?? at.textContent;
  return at.tagName.toLowerCase() + ": " + label.trim();`,
);

/** Tab, until what has the focus is called so. */
async function tabTo({ page }: Person, name: RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < MOST_TABS) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(focused);
    if (name.test(at)) return;
    passed.push(at);
  }
  throw new Error(`Tab does not lead to ${name}, but to ${passed.join(" | ")}`);
}

const stage = useStage({ renderer: "real" });

it("a whole request is made without the mouse, up to the playing video", async () => {
  const anna = await stage().open({ room: stage().newRoom() });
  const { keyboard } = anna.page;
  await tabTo(anna, /^a: Skip to the conversation/);
  await keyboard.press("Enter");
  await tabTo(anna, /^textarea: Message to/);
  await keyboard.type("/talkingphoto");
  await keyboard.press("Enter");
  await anna.field("Photo").waitFor();

  await tabTo(anna, /^input: Photo/);
  const chooser = anna.page.waitForEvent("filechooser");
  await keyboard.press("Enter");
  await (await chooser).setFiles(PHOTO);
  await anna.form.getByText("portrait.jpg").first().waitFor();
  await tabTo(anna, /^textarea: Or type what it should say/);
  await keyboard.type("Hello from the keyboard");
  await tabTo(anna, /^input: Voice for the words/);
  await keyboard.type("adam");
  await anna.page.getByRole("option", { name: /Adam/ }).waitFor();
  await keyboard.press("Enter");
  await tabTo(anna, /^button: Make it talk/);
  await keyboard.press("Enter");

  const job = await anna.sees("done. The video is in this thread.");
  await job.getByRole("button", { name: /repl/ }).waitFor();
  await tabTo(anna, /^button: .*\d+ repl/);
  await keyboard.press("Enter");
  const post = await anna.seesVideo(anna.thread);
  expect(await anna.page.evaluate(focused)).toMatch(/^h2: Thread/);
  await tabTo(anna, /^video: Video talking-photo\.mp4/);
  await keyboard.press("Space");
  const played = inBrowser<unknown, number>("video", "return video.currentTime;");
  await expect.poll(() => post.locator("video").evaluate(played), { timeout: 30_000 }).toBeGreaterThan(0);

  await tabTo(anna, /^button: Details/);
  await keyboard.press("Enter");
  await anna.page.getByText("AKOOL's render").first().waitFor();
  expect(stage().world.akool.speeches.at(-1)?.order.input_text).toBe("Hello from the keyboard");
});

it("Escape closes the form, and the focus is where it was", async () => {
  const anna = await stage().open({ room: stage().newRoom() });
  await tabTo(anna, /^textarea: Message to/);
  await anna.page.keyboard.type("/talkingphoto");
  await anna.page.keyboard.press("Enter");
  await anna.field("Photo").waitFor();
  await anna.page.keyboard.press("Escape");
  await anna.page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await anna.page.evaluate(focused)).toMatch(/^textarea: Message to/);
});
