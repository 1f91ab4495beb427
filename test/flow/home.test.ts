import { describe, expect, it } from "vitest";
import type { ChannelId, JobId, MessageTs, UserId, WorkspaceId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import { wakeAt } from "../../src/job/next-step.ts";
import { ANNA, BEN, GENERAL, RANDOM, type View } from "../../src/sandbox/slack/slack-sandbox.ts";
import { openStore } from "../../src/store/open-store.ts";
import { STATES, sampleJob, WAITS } from "../job/sample-jobs.ts";
import { ask, askAndWait, expectLogged, expectOneVideo, PHOTO, until } from "./asking.ts";
import { startWorld, useWorld, type World } from "./world.ts";

/** What a person's Home says once it says `wanted`. */
async function home({ slack }: World, wanted: string | RegExp, user: string = ANNA): Promise<View> {
  const fits = (view: View) => {
    const text = slack.describe(view).join("\n");
    return (
      view.content.type === "home" && (typeof wanted === "string" ? text.includes(wanted) : wanted.test(text))
    );
  };
  return slack.waitForView(fits, { user, timeoutMs: 15_000 });
}

const textOf = ({ slack }: World, user: string = ANNA) => {
  const view = slack.homeOf(user);
  return view ? slack.describe(view).join("\n") : "";
};

/** Requests of the past, put into the store while the app is down. */
async function addPast({ app, slack }: World, jobs: readonly Partial<Job>[]): Promise<void> {
  await app.stop();
  const { store } = await openStore({
    dataDir: app.dataDir,
    databaseUrl: app.settings.DATABASE_URL,
    onError: (error) => {
      throw error;
    },
    onClock: () => {},
    now: Date.now,
    wakeAt: (job) => wakeAt(job, WAITS),
    responseUrlLife: 1000,
  });
  for (const [index, over] of jobs.entries()) {
    const { dueAt: _atRest, ...job } = sampleJob(STATES.delivered, {
      id: `past${String(index).padStart(6, "z")}` as JobId,
      workspaceId: slack.settings.teamId as WorkspaceId,
      requesterId: ANNA as UserId,
      place: { channelId: GENERAL as ChannelId, threadTs: `16000000${10 + index}.000100` as MessageTs },
      acceptedAt: Date.now() - 60_000 * (index + 1),
      message: {
        status: "posted",
        ts: `16000000${10 + index}.000200` as MessageTs,
        shown: over.state?.status ?? "delivered",
        editedAt: 0,
        tries: 0,
      },
      cleanedUp: true,
      ...over,
    });
    await store.accept({ keys: [`past:${job.id}`], job });
  }
  await store.close();
  await app.start();
}

function said(text: string): Pick<Job, "request"> {
  const photo = { type: "url", url: "https://example.com/face.jpg" } as const;
  return { request: { photo, speech: { type: "words", text }, resolution: "720" } };
}

describe("the Home tab of somebody new", () => {
  const world = useWorld();

  it("says how to begin, and its button opens the form", async () => {
    const { slack } = world();
    const [opened] = await slack.openHome(BEN);
    expect(opened?.status).toBe(200);
    const view = await home(world(), "Nothing has finished yet", BEN);
    expect(textOf(world(), BEN)).not.toMatch(/Running|For admins|Previous|Next/);
    await slack.pressButton(view, "Make a video");
    await slack.closeView(await slack.waitForView("Recording", { user: BEN }));
  });

  it("is one line in the log where Slack does not take it, and the next look is another chance", async () => {
    const { slack } = world();
    slack.misbehave("views.publish", { kind: "error", error: "not_enabled" });
    const [opened] = await slack.openHome(ANNA);
    expect(opened?.status).toBe(200);
    await expectLogged(world(), /not_enabled.*a Home tab could not be shown/);
    slack.behave();
    await slack.openHome(ANNA);
    await home(world(), "Nothing has finished yet");
  });
});

it("what runs is in the Home tab with its phase and its thread, and can be cancelled there", async () => {
  const world = await startWorld({ akool: { autoFinish: false } });
  const { slack } = world;
  const { thread } = await askAndWait(world, "command", { words: "waves <!channel> & nods" });
  await slack.openHome();
  const view = await home(world, /Running\n.*A photo \+ a recording · gestures: waves <!channel> & nods/);
  expect(textOf(world)).toContain("AKOOL is making the video, less than a minute so far");
  expect(textOf(world)).toContain(`${slack.url}/archives/${thread.channel}/p${thread.ts.replace(".", "")}`);
  expect(JSON.stringify(view.content.blocks)).toContain("waves &lt;!channel&gt; &amp; nods");

  await slack.pressButton(view, "Cancel");
  await thread.waitForMessage(/cancelled/);
  await home(world, /My finished ones.*A photo.*cancelled/s);
  expect(textOf(world)).not.toMatch(/Running|\[Cancel\]/);
});

describe("a Home tab that somebody looks at", () => {
  const world = useWorld();
  const published = () => world().slack.calls.filter(({ method }) => method === "views.publish").length;

  it("shows by itself that a request has begun and ended, merged into few refreshes", async () => {
    const { slack } = world();
    await slack.openHome();
    await home(world(), "Nothing has finished yet");
    const before = published();
    await expectOneVideo(world(), await ask(world(), "command"));
    await home(world(), /My finished ones.*A photo \+ a recording.*delivered.*\[Again\]/s);
    expect(published() - before).toBeLessThanOrEqual(2);
  });

  it("is left as it is for who searches, for who has left it, and for who never looked", async () => {
    const { slack } = world();
    const seen = { searched: slack.homeOf(ANNA)?.hash, other: slack.homeOf(BEN)?.hash };
    await slack.useControl(await home(world(), "delivered"), "talkingphoto.home_search", "delivered");
    await until("the search", () => slack.homeOf(ANNA)?.hash !== seen.searched);
    const before = published();
    await expectOneVideo(world(), await ask(world(), "command"));
    await expectOneVideo(world(), await ask(world(), "command", { user: BEN }));
    await slack.openHome(ANNA, { tab: "messages" });
    await slack.openHome(BEN, { tab: "home" });
    await home(world(), "My finished ones", BEN);
    expect(published()).toBe(before + 1);
    expect(seen.other).toBeUndefined();
  });

  it("hinders no video where Slack does not take it, which is one line in the log", async () => {
    const { slack } = world();
    await slack.openHome();
    await until("an open Home", () => textOf(world()).includes("[Again]"));
    slack.misbehave("views.publish", { kind: "error", error: "internal_error", times: 99 });
    await expectOneVideo(world(), await ask(world(), "command"));
    await expectLogged(world(), /internal_error.*a Home tab could not be shown/);
  });
});

describe("what has finished", () => {
  const world = useWorld();

  it("is shown in pages of ten, back and forth, and found again by words, place and outcome", async () => {
    const { slack } = world();
    const failure = { reason: "akool_out_of_credit" } as const;
    await addPast(world(), [
      ...Array.from({ length: 23 }, (_, index) => said(`Video number ${index + 1}.`)),
      { ...said("Zoë says <@U0BEN> & <!here> hello"), place: { channelId: RANDOM as ChannelId } },
      { ...said("x".repeat(5000)), state: { ...STATES.failed, failure } },
      { ...said("Somebody else's"), requesterId: BEN as UserId },
      { ...said("Refused outright"), message: { status: "none" } },
    ]);
    await slack.openHome();
    const first = await home(world(), "Video number 1.");
    const numbers = () => [...textOf(world()).matchAll(/Video number (\d+)\./g)].map(([, n]) => Number(n));
    const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
    expect(numbers()).toEqual(upTo(1, 10));
    expect(textOf(world())).not.toContain("[Previous]");

    await slack.pressButton(first, "Next");
    const second = await home(world(), "Video number 11.");
    expect(numbers()).toEqual(upTo(11, 20));
    // The tab is left and opened again: the page is still the same.
    await slack.openHome();
    await slack.pressButton(second, "Next");
    const third = await home(world(), "Video number 21.");
    expect(numbers()).toEqual(upTo(21, 23));
    expect(textOf(world())).toMatch(/x{100,}…/);
    expect(textOf(world())).not.toMatch(/\[Next\]|Somebody else|Refused outright/);
    expect(JSON.stringify(third.content.blocks)).toContain("says &lt;@U0BEN&gt; &amp; &lt;!here&gt; hello");
    await slack.pressButton(third, "Previous");
    const again = await home(world(), "Video number 11.");
    expect(numbers()).toEqual(upTo(11, 20));
    await slack.pressButton(again, "Previous");
    const top = await home(world(), "Video number 1.");
    expect(numbers()).toEqual(upTo(1, 10));

    await slack.useControl(top, "talkingphoto.home_search", "zoe HELLO");
    const searched = await home(world(), "Zoë says");
    expect(numbers()).toEqual([]);
    await slack.useControl(searched, "talkingphoto.home_search", "number 2 delivered");
    await home(world(), "Video number 2.");
    expect(numbers()).toEqual([2, 20, 21, 22, 23]);
    await slack.useControl(top, "talkingphoto.home_search", "no credit left");
    const failed = await home(world(), /xxxx/);
    expect(numbers()).toEqual([]);
    await slack.useControl(failed, "talkingphoto.home_search", "");
    const everywhere = await home(world(), "Video number 1.");
    await slack.useControl(everywhere, "talkingphoto.home_channel", RANDOM);
    const there = await home(world(), "Zoë says");
    expect(numbers()).toEqual([]);
    await slack.useControl(there, "talkingphoto.home_search", "nothing like it");
    const none = await home(world(), "Nothing of yours fits that");
    await slack.pressButton(none, "Show the newest of all");
    await home(world(), "Video number 1.");
    expect(numbers()).toEqual(upTo(1, 10));
  });
});

describe("Details in the Home tab", () => {
  const world = useWorld();

  it("open over it, for a video and for a failure", async () => {
    const { slack, akool } = world();
    await expectOneVideo(world(), await ask(world(), "command", { words: "waves <!channel>" }));
    akool.misbehave("create", { kind: "code", code: 1104 });
    const failed = await ask(world(), "command");
    await failed.waitForMessage(/:x:/);
    await slack.openHome();
    const view = await home(world(), /waves <!channel>.*\[Details\]/s);
    expect(textOf(world()).match(/\[Details\]/g)).toHaveLength(2);
    await slack.pressButton(view, "Details", { nth: 0 });
    const failure = await slack.waitForView(/Failed: `akool_out_of_credit`, code `1104`/);
    await slack.closeView(failure);
    await slack.pressButton(view, "Details", { nth: 1 });
    const details = await slack.waitForView("Gestures: “waves <!channel>”");
    expect(slack.describe(details).join("\n")).toMatch(/AKOOL's render `[^`]+` · attempt 1 · \d+ credits/);
    expect(JSON.stringify(details.content.blocks)).toContain("waves &lt;!channel&gt;");
    await slack.closeView(details);
  });

  it("come in the direct message where Slack opens nothing over it", async () => {
    const { slack } = world();
    await slack.openHome();
    const view = await home(world(), "[Details]");
    slack.misbehave("views.open", { kind: "error", error: "expired_trigger_id" });
    await slack.pressButton(view, "Details");
    await slack.waitForMessage("Details", { channel: slack.openDm(ANNA).id });
  });
});

describe("my defaults", () => {
  const world = useWorld();

  it("are kept in the Home tab, told by a command, and used by each way of asking", async () => {
    const { slack, akool } = world();
    await slack.openHome();
    const view = await home(world(), "My defaults");
    const changed = async (control: string, value: string) => {
      const before = slack.homeOf(ANNA)?.hash;
      await slack.useControl(view, control, value);
      await until("a changed Home", () => slack.homeOf(ANNA)?.hash !== before);
    };
    await changed("talkingphoto.my_resolution", "1080");
    await changed("talkingphoto.my_gesture", "tips a *hat*");
    const before = view.hash;
    const [voice] = await slack.searchOptions(view, "talkingphoto.my_voice", "");
    await slack.chooseOption(view, "talkingphoto.my_voice", voice?.value ?? "");
    await until("a changed Home", () => view.hash !== before);
    expect(textOf(world())).toMatch(/1080p ▾/);
    expect(textOf(world())).toContain('"tips a *hat*"');

    const { body } = await slack.command("settings");
    expect(body).toMatch(/Resolution: 1080p/);
    expect(body).toContain("“tips a *hat*”");
    expect(body).toContain(voice?.text.text.split(" · ")[0] ?? "no voice");

    const order = () => akool.renders.at(-1)?.order;
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(order()).toMatchObject({ resolution: "1080", prompt: "tips a *hat*" });
    await expectOneVideo(world(), await ask(world(), "share"));
    expect(order()).toMatchObject({ resolution: "1080", prompt: "tips a *hat*" });

    const channel = world().newChannel();
    await slack.command("", { channel });
    const form = await slack.waitForView("Recording");
    expect(slack.describe(form).join("\n")).toMatch(/1080p ▾.*My usual ones ▾/s);
    await slack.submitView(form, { "talkingphoto.photo": [PHOTO], "talkingphoto.words": "Hello again" });
    const job = await slack.waitForMessage("Talking photo for", { channel });
    await expectOneVideo(world(), slack.thread(channel, job.ts));
    expect(order()).toMatchObject({ resolution: "1080", prompt: "tips a *hat*" });

    // What a request says itself comes first.
    await slack.command("", { channel });
    const other = await slack.waitForView("Recording");
    await slack.submitView(other, {
      "talkingphoto.photo": [PHOTO],
      "talkingphoto.words": "Hello once more",
      "talkingphoto.resolution": "720",
      "talkingphoto.gesture": "natural",
    });
    await slack.waitUntil("another order", () => akool.creates === 4, { timeoutMs: 20_000 });
    expect(order()).toMatchObject({ resolution: "720" });
    expect(order()?.prompt).toBeUndefined();

    await slack.pressButton(view, "Forget this voice");
    await changed("talkingphoto.my_gesture", "");
    await changed("talkingphoto.my_resolution", "720");
    expect((await slack.command("settings")).body).toMatch(
      /speaks the language of the words.*Resolution: 720p.*natural/s,
    );
  });
});

describe("an admin's Home tab", () => {
  const world = useWorld({ env: { ADMIN_USERS: BEN, ALLOWED_USERS: ANNA } });

  it("shows credit, who asked for how many, and the watched channels, which can be switched off", async () => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    await expectOneVideo(world(), await ask(world(), "command"));
    await slack.command("watch on", { channel });
    await slack.openHome(BEN);
    const view = await home(world(), "For admins", BEN);
    const text = textOf(world(), BEN);
    expect(text).toMatch(/AKOOL credit left: \d/);
    expect(text).toMatch(/@anna: 1 asked for, 1 delivered, \d+ credits$/m);
    expect(text).toMatch(/In all: \d+ credits/);
    expect(text).toMatch(/Who may use it:\*? @anna/);
    expect(text).toMatch(/Where:\*? in every channel/);
    expect(text).toMatch(/Admins of this app:\*? @ben/);
    await slack.openHome(BEN);
    await slack.pressButton(view, "Switch off");
    await home(world(), "Watched channels:* none", BEN);
    expect(akool.calls.filter(({ endpoint }) => endpoint === "quota")).toHaveLength(1);
  });

  it("is not for others: whoever is no admin sees none of it, and whoever may not use the app is told so", async () => {
    const { slack } = world();
    await slack.openHome(ANNA);
    await home(world(), "My defaults");
    expect(textOf(world())).toMatch(/Used by you this month: \d+ credits\n.*AKOOL credit left: \d/);
    expect(textOf(world())).not.toMatch(/For admins|Who may use it/);
    const stranger = slack.workspace.addUser({ id: "U0STRANGER", name: "stranger", isBot: false }).id;
    await slack.openHome(stranger);
    await home(world(), "only open to some people", stranger);
    expect(textOf(world(), stranger)).not.toContain("Make a video");
  });
});
