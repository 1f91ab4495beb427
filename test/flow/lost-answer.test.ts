import { describe, expect, it } from "vitest";
import { BEN, type Thread } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, DOORS, expectFailure, expectOneVideo, jobMessageOf } from "./asking.ts";
import { useWorld } from "./world.ts";

/** Settling takes 0.6 s at the tests' pace. */
const env = { SETTLE_MINUTES: "1" };
const ASKED = /can't tell whether AKOOL started this one.*Try again\?/;

const LOST_AFTER = [
  ["the connection is cut", { kind: "drop", when: "after" }],
  ["500 is answered", { kind: "status", status: 500, when: "after" }],
  ["a web page is answered", { kind: "html", when: "after" }],
  ["the answer breaks off", { kind: "cut_body" }],
] as const;

const LOST_BEFORE = [
  ["the connection is cut", { kind: "drop" }],
  ["502 is answered", { kind: "status", status: 502 }],
] as const;

/** The question, as a post that calls the person. */
function waitForQuestion(thread: Thread) {
  return thread.waitForMessage((message) => message.text.startsWith("<@") && ASKED.test(message.text));
}

describe("a create whose answer was lost, although AKOOL took it", () => {
  const world = useWorld({ env });

  it.each(LOST_AFTER)("is found by its webhook and paid once when %s", async (_what, how) => {
    const { akool } = world();
    const creates = akool.creates;
    akool.misbehave("create", how);
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(akool.creates).toBe(creates + 1);
  });
});

describe("a create whose answer was lost, with nothing to settle it", () => {
  const world = useWorld({ env, polling: true });

  it.each(LOST_AFTER)("asks the person instead of paying again when %s", async (_what, how) => {
    const { slack, akool } = world();
    const creates = akool.creates;
    akool.misbehave("create", how);
    const thread = await ask(world(), "command");
    const question = await waitForQuestion(thread);
    await thread.waitForMessage((message) => message === jobMessageOf(thread) && ASKED.test(message.text));
    expect(akool.creates).toBe(creates + 1);
    await slack.pressButton(question, "Leave it");
    await thread.waitForMessage(/Left alone, as you asked/);
    expect(akool.creates).toBe(creates + 1);
  });

  it.each(LOST_BEFORE)("pays once when %s and the person says to try again", async (_what, how) => {
    const { slack, akool } = world();
    const creates = akool.creates;
    akool.misbehave("create", how);
    const thread = await ask(world(), "command");
    const question = await waitForQuestion(thread);
    expect(akool.creates).toBe(creates);

    await slack.pressButton(question, "Try again", { user: BEN });
    await slack.waitForEphemeral("Only the person who asked", { user: BEN, channel: thread.channel });
    await Promise.all([slack.pressButton(question, "Try again"), slack.pressButton(question, "Try again")]);
    await expectOneVideo(world(), thread);
    await slack.pressButton(question, "Try again");
    await slack.waitForEphemeral(/decided already/, { channel: thread.channel });
    expect(akool.creates).toBe(creates + 1);
  });

  it.each(DOORS)("asks in the thread whoever came by %s", async (door) => {
    const { slack, akool } = world();
    akool.misbehave("create", { kind: "drop" });
    const thread = await ask(world(), door);
    const question = await waitForQuestion(thread);
    await slack.pressButton(question, "Leave it");
    await thread.waitForMessage(/Left alone, as you asked/);
  });
});

describe("an AKOOL that cannot be reached", () => {
  const world = useWorld({ env: { AKOOL_API_URL: "http://127.0.0.1:9", TIME_SCALE: "2000" } });

  it("ends in a sentence, and nothing was paid", async () => {
    const thread = await ask(world(), "command");
    await expectFailure(thread, /took no orders/);
  });
});
