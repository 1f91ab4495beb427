import { describe, expect, it } from "vitest";
import { inBrowser, PHOTO, SPEECH } from "./person.ts";
import { useStage } from "./stage.ts";

/** Encoding it keeps both cores busy. */
const TIMEOUT_MS = 240_000;
const PATIENCE_MS = 90_000;

/** What a video element can be asked, as the browser names it. */
interface Video {
  readonly currentTime: number;
  readonly videoWidth: number;
  readonly paused: boolean;
}

const look = inBrowser<unknown, Video>(
  "video",
  "return { currentTime: video.currentTime, videoWidth: video.videoWidth, paused: video.paused };",
);

describe("a finished video on the page", { timeout: TIMEOUT_MS }, () => {
  const stage = useStage({ renderer: "real" });

  it("plays where it is, and goes on while messages around it are edited", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    anna.page.setDefaultTimeout(PATIENCE_MS);
    await anna.drop([PHOTO, SPEECH]);
    await anna.say("@Talking Photo make her talk");
    const thread = await anna.openThread("make her talk");
    const post = await anna.seesVideo(thread);
    const video = await post.locator("video").elementHandle();
    if (!video) throw new Error("no video");

    // Over and over, so that it is not at its end whatever takes how long; marked, so that another is noticed.
    const start = "video.loop = true; video.muted = true; video.dataset.seen = 'yes'; return video.play();";
    await video.evaluate(inBrowser("video", start));
    await expect
      .poll(async () => (await video.evaluate(look)).currentTime, { timeout: PATIENCE_MS })
      .toBeGreaterThan(0);
    expect((await video.evaluate(look)).videoWidth).toBeGreaterThan(0);
    await video.evaluate(
      inBrowser(
        "video",
        "for (const name of ['emptied', 'pause']) video.addEventListener(name, () => { video.dataset.seen = name; });",
      ),
    );

    await anna.press("Again", post);
    await anna.videosIn(thread).nth(1).waitFor();
    expect(await thread.getByText("(edited)").count()).toBeGreaterThan(1);
    expect(await anna.videosIn(thread).first().getAttribute("data-seen")).toBe("yes");
    expect((await video.evaluate(look)).paused).toBe(false);
  });
});
