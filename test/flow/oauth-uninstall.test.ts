import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ask, askAndWait, expectLogged, expectOneVideo, until, videosIn } from "./asking.ts";
import { anotherWorkspace, install } from "./installing.ts";
import { startWorld, useWorld, type World } from "./world.ts";

const GONE = /the app was removed; its tokens and unfinished jobs there are gone/;

async function mediaOf({ app }: World): Promise<string[]> {
  if (app.settings.DATABASE_URL)
    return (await app.query("SELECT DISTINCT job_id FROM media_chunks")).map((row) => String(row.job_id));
  const folder = join(app.dataDir, "spool");
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function jobsOf({ app, slack }: World): Promise<unknown[]> {
  const rows = await app.query(
    `SELECT status FROM jobs WHERE workspace_id = '${slack.settings.teamId}' ORDER BY accepted_at`,
  );
  return rows.map(({ status }) => status);
}

describe("a workspace that removes the app", () => {
  const world = useWorld({ oauth: true, akool: { autoFinish: false }, env: { AKOOL_MAX_CONCURRENT: "20" } });

  it.each([
    ["T0FIRST", ["app_uninstalled", "tokens_revoked"]],
    ["T0SECOND", ["tokens_revoked", "app_uninstalled"]],
  ] as const)("%s: loses jobs, media and tokens, told in the order %s, each twice", async (teamId, order) => {
    const there = await anotherWorkspace(world(), teamId);
    const neighbour = await anotherWorkspace(world(), `${teamId}NEXT`);
    const { app, slack, akool } = there;
    const rendering = await askAndWait(there, "command", { words: "one" });
    const undisturbed = await askAndWait(neighbour);
    expect(await mediaOf(there)).toHaveLength(2);

    const told = await slack.uninstall({ order, repeats: 1 });
    const callsThen = slack.calls.length;
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await jobsOf(there)).toEqual(["failed"]);
    expect(await app.query(`SELECT id FROM installations WHERE id = '${teamId}'`)).toEqual([]);
    await until("the media to go", async () => (await mediaOf(there)).length === 1);

    // AKOOL finishes what it was at; nobody is there to get it.
    await akool.finish(rendering.render.id);
    await akool.finish(undisturbed.render.id);
    await expectOneVideo(neighbour, undisturbed.thread);
    expect((await slack.command("status")).body).toContain("not installed in this workspace any more");
    expect(slack.calls.length).toBe(callsThen);
    expect(videosIn(there, rendering.thread.channel)).toEqual([]);
    expect(await jobsOf(there)).toEqual(["failed"]);
    await expectLogged(there, GONE);
    await until("all media to go", async () => (await mediaOf(there)).length === 0);
  });

  it("can install it again, and an old goodbye that comes late does not take that away", async () => {
    const there = await anotherWorkspace(world(), "T0AGAIN");
    const { slack } = there;
    const before = Date.now() - 60_000;
    const order = ["app_uninstalled", "tokens_revoked"] as const;
    await slack.uninstall({ at: Date.now() });
    await install(there, slack);
    const { thread, render } = await askAndWait(there);
    await slack.tellOfUninstall({ order, at: before });
    await expectLogged(there, /an old goodbye: the app has been installed again since/);
    await there.akool.finish(render.id);
    await expectOneVideo(there, thread);
  });

  it("is not meant when only a person's own token was taken away", async () => {
    const there = await anotherWorkspace(world(), "T0PERSON");
    const { thread, render } = await askAndWait(there);
    await there.slack.deliver({ type: "tokens_revoked", tokens: { oauth: ["U0ANNA"], bot: [] } });
    await there.akool.finish(render.id);
    await expectOneVideo(there, thread);
  });

  it("takes an organisation's jobs in all its workspaces along", async () => {
    const enterprise = { id: "E0WHOLE", name: "Whole" };
    const there = await anotherWorkspace(world(), "T0PART", { enterprise });
    const { slack, app } = there;
    const members = [...slack.channel("C0GENERAL").members];
    for (const teamId of ["T0PART", "T0OTHERPART"]) {
      const channel = slack.workspace.addChannel({ name: `in-${teamId}`, members, teamId }).id;
      await askAndWait(there, "command", { channel, words: teamId });
    }
    await slack.uninstall();
    const rows = await app.query("SELECT status, workspace_id FROM jobs WHERE workspace_id LIKE 'T0%PART'");
    expect(rows.map(({ workspace_id }) => workspace_id).sort()).toEqual(["T0OTHERPART", "T0PART"]);
    expect(rows.map(({ status }) => status)).toEqual(["failed", "failed"]);
    await until("all media to go", async () => (await mediaOf(there)).length === 0);
  });
});

it("a goodbye changes nothing where the app runs with a bot token of its own", async () => {
  const world = await startWorld();
  const thread = await ask(world, "command");
  const told = await world.slack.tellOfUninstall({ order: ["app_uninstalled"], at: Date.now() });
  expect(told).toMatchObject([{ status: 200 }]);
  await expectOneVideo(world, thread);
  await expectLogged(world, /SLACK_BOT_TOKEN no longer works/);
});

describe("trouble in one workspace", () => {
  const METHODS = [
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "conversations.open",
    "files.getUploadURLExternal",
    "auth.test",
    "views.open",
  ];
  const world = useWorld({ oauth: true });

  it.each([
    ["429 for half a minute", { kind: "429", retryAfterSeconds: 30 }],
    ["no answer at all", { kind: "hang" }],
    ["an error for everything", { kind: "status", status: 500 }],
  ] as const)("(%s) keeps nobody waiting in another", async (_what, how) => {
    const troubled = await anotherWorkspace(world(), `T0TROUBLE${how.kind.toUpperCase()}`);
    const fine = await anotherWorkspace(world(), `T0FINE${how.kind.toUpperCase()}`);
    for (const method of METHODS)
      troubled.slack.misbehave(method, { ...how, times: Number.POSITIVE_INFINITY });
    const { files, slack } = troubled;
    for (let n = 0; n < 10; n++) {
      const command = `${files.url("portrait.jpg")} ${files.url("speech.mp3")} 720 number ${n}`;
      expect(await slack.command(command)).toMatchObject({ status: 200, body: "" });
    }
    await slack.command("", {});
    await until(
      "the trouble",
      () => slack.calls.filter(({ method }) => method === "chat.postMessage").length >= 10,
    );
    await expectOneVideo(fine, await ask(fine, "command"));
    await expectOneVideo(fine, await ask(fine, "share"));
    expect(troubled.slack.workspace.channels.get("C0GENERAL")?.messages).toEqual([]);
  });
});
