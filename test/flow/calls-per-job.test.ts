import { describe, expect, it } from "vitest";
import { ask, DOORS, expectOneVideo } from "./asking.ts";
import { useWorld } from "./world.ts";

/** Slack's limits are per method and workspace: what a job does not ask cannot be refused. */
const MOST_CALLS = 8;

describe("the Web API calls of one job", () => {
  // The waits at a tenth of their real length, a share that takes a second of them.
  const world = useWorld({
    env: { TIME_SCALE: "10" },
    akool: { renderSeconds: 0.5 },
    slack: { shareDelayMs: 100 },
  });

  it.each(DOORS)("are at most eight for a request by %s", async (door) => {
    const { slack } = world();
    const before = slack.calls.length;
    const thread = await ask(world(), door);
    await expectOneVideo(world(), thread);
    const methods = slack.calls
      .slice(before)
      // The form is opened before there is a job.
      .filter(({ method }) => method.includes(".") && !method.startsWith("views."))
      .map(({ method }) => method);
    expect(methods.length, methods.join(", ")).toBeLessThanOrEqual(MOST_CALLS);
    expect(methods.filter((method) => method === "chat.postMessage")).toHaveLength(1);
    expect(methods.filter((method) => method === "files.completeUploadExternal")).toHaveLength(1);
  });
});
