import { expect, it } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { isJobMessage, PHOTO, until } from "./asking.ts";
import { startWorld } from "./world.ts";

it("words that AKOOL speaks while the app is killed are gone on with, and paid once", async () => {
  const { akool, slack, app } = await startWorld({ akool: { autoSpeak: false } });
  const channel = slack.openDm(ANNA).id;
  const { thread } = await slack.shareFiles([PHOTO], { channel, text: "Killed while AKOOL speaks" });
  await akool.waitForSpeech();
  await until("the speech noted", async () => {
    const [row] = await app.query("SELECT job FROM jobs");
    return String(row?.job).includes('"stage":"called"');
  });
  await app.kill();
  await akool.finishSpeech();
  await app.start();
  await thread.waitForMessage((message) => isJobMessage(message) && message.text.includes("done"));
  expect(akool.speechCreates).toBe(1);
  expect(akool.creates).toBe(1);
});
