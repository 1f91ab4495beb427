import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, expectOneVideo, until } from "./asking.ts";
import { useWorld, type World } from "./world.ts";

describe("while the store is locked by somebody", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  /** What a careless backup does. */
  function lockStore({ app }: World): () => void {
    const db = new DatabaseSync(join(app.dataDir, "talkingphoto.sqlite"), { timeout: 2000 });
    db.exec("BEGIN IMMEDIATE");
    return () => {
      db.exec("ROLLBACK");
      db.close();
    };
  }

  it("a new request is refused with a sentence, and the next one is taken", async () => {
    const { slack, akool, files } = world();
    const channel = world().newChannel();
    const creates = akool.creates;
    const unlock = lockStore(world());
    const words = `${files.url("portrait.jpg")} ${files.url("speech.mp3")}`;
    const answer = await slack.command(words, { user: ANNA, channel });
    unlock();
    expect(answer.status).toBe(200);
    await slack.waitForEphemeral("nothing was started and nothing was spent", { user: ANNA, channel });
    expect(slack.channel(channel).messages).toEqual([]);

    const taken = await ask(world(), "command");
    await akool.finish((await akool.waitForCreate(creates + 1)).id);
    await expectOneVideo(world(), taken);
    expect(akool.creates).toBe(creates + 1);
  });

  it("what a call has answered is not forgotten: it is saved when the store is free again", async () => {
    const { akool } = world();
    const creates = akool.creates;
    let unlock: (() => void) | undefined;
    akool.onCall = ({ endpoint, phase }) => {
      if (endpoint === "create" && phase === "effect") unlock = lockStore(world());
      return undefined;
    };
    const thread = await ask(world(), "command");
    const render = await akool.waitForCreate(creates + 1);
    // The first tries to save AKOOL's answer fail; it must be the render's own answer that moves the job on.
    await until("the store is locked", () => unlock !== undefined);
    akool.onCall = undefined;
    setTimeout(() => unlock?.(), 700);
    await thread.waitForMessage("AKOOL is making the video");
    await akool.finish(render.id, { webhook: "never" });
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });
});
