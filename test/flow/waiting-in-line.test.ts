import { describe, expect, it } from "vitest";
import { ask, expectOneVideo } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("with AKOOL_MAX_CONCURRENT", () => {
  const world = useWorld({ akool: { autoFinish: false }, env: { AKOOL_MAX_CONCURRENT: "2" } });

  it("no more renders are in flight than that, and the others say their place in line", async () => {
    const { slack, akool } = world();
    let most = 0;
    akool.onCall = (call) => {
      if (call.endpoint !== "create") return;
      most = Math.max(most, akool.renders.filter((render) => render.status < 3).length);
    };
    const threads = [];
    for (const [index, words] of ["one", "two", "three", "four", "five"].entries()) {
      const thread = await ask(world(), "command", { words });
      threads.push(thread);
      if (index < 2) await akool.waitForCreate(index + 1);
      else await thread.waitForMessage(`waiting in line, number ${index - 1} of ${index - 1}.`);
    }
    const [, second, , , fifth] = threads;
    if (!second || !fifth) throw new Error("five were asked for");
    expect(akool.creates).toBe(2);

    await akool.finish(akool.renders[1]?.id);
    await expectOneVideo(world(), second);
    await akool.waitForCreate(3);
    await fifth.waitForMessage("waiting in line, number 2 of 2.");
    await slack.command("status", { channel: fifth.channel });
    await slack.waitForEphemeral(/waiting in line, number 2 of 2/, { channel: fifth.channel });
    // One slot after the other: two that are free at once are taken side by side, in any order.
    await akool.finish(akool.renders[0]?.id);
    await akool.waitForCreate(4);
    await akool.finish(akool.renders[2]?.id);
    await akool.waitForCreate(5);
    await akool.finish(akool.renders[3]?.id);
    await akool.finish(akool.renders[4]?.id);
    for (const thread of threads) await expectOneVideo(world(), thread);
    expect(most).toBe(2);
    // In the order in which they were asked for.
    const asked = akool.renders.map((render) => render.order.prompt);
    expect(asked).toEqual(["one", "two", "three", "four", "five"]);
  });
});
