import { describe, expect, it } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, askAndWait, expectLogged, expectOneVideo } from "./asking.ts";
import { install, refreshes } from "./installing.ts";
import { clockAhead, startWorld, type World } from "./world.ts";

const HOUR_SECONDS = 3600;
const HOUR_MS = HOUR_SECONDS * 1000;

/** An install whose tokens rotate; the first one lives as long as said. */
async function installRotating(world: World, firstLifeSeconds: number): Promise<void> {
  const { oauth } = world.slack;
  oauth.rotation = true;
  const usual = oauth.tokenLifeSeconds;
  oauth.tokenLifeSeconds = firstLifeSeconds;
  await install(world, world.slack);
  oauth.tokenLifeSeconds = usual;
}

function refusedTokens({ slack }: World): string[] {
  return slack.calls.filter(({ outcome }) => /auth|token|login/.test(outcome)).map(({ outcome }) => outcome);
}

function expectNoSecretIn({ app, slack }: World): void {
  for (const secret of [...slack.oauth.secrets, slack.oauth.clientSecret])
    expect(app.output.includes(secret), "a secret is in the log").toBe(false);
}

describe("tokens that rotate", () => {
  it("are refreshed once, however many jobs ask at once", async () => {
    const world = await startWorld({ oauth: true, env: { AKOOL_MAX_CONCURRENT: "20" } });
    await installRotating(world, HOUR_SECONDS);
    const threads = await Promise.all(
      Array.from({ length: 20 }, (_, n) => ask(world, "command", { words: `number ${n}` })),
    );
    for (const thread of threads) await expectOneVideo(world, thread);
    expect(refreshes(world)).toBe(1);
    expect(refusedTokens(world)).toEqual([]);
    expectNoSecretIn(world);
  });

  it("are refreshed for a video that was waited for so long that its first token has run out", async () => {
    // With a database the app would follow that one's clock, which nobody can put forward.
    const store = "sqlite" as const;
    const world = await startWorld({
      oauth: true,
      store,
      akool: { autoFinish: false },
      env: { TIME_SCALE: "10" },
    });
    const { app, slack, akool } = world;
    await installRotating(world, 12 * HOUR_SECONDS);
    const { thread, render } = await askAndWait(world);
    const [before] = slack.liveTokens();
    await app.stop();
    slack.oauth.advance(13 * HOUR_MS);
    expect(slack.liveTokens()).toEqual([]);
    await app.start(clockAhead(13 * HOUR_MS));
    await akool.finish(render.id);
    await expectOneVideo(world, thread);
    expect(refreshes(world)).toBe(1);
    expect(slack.liveTokens()).toHaveLength(1);
    expect(slack.liveTokens()).not.toContain(before);
    expect(refusedTokens(world)).toEqual([]);
    expectNoSecretIn(world);
  });

  it("are used on when Slack cannot refresh them, and refreshed when it can again", async () => {
    const world = await startWorld({ oauth: true });
    const { app, slack } = world;
    await installRotating(world, HOUR_SECONDS);
    slack.misbehave("oauth.v2.access", { kind: "status", status: 503 });
    await expectOneVideo(world, await ask(world, "command", { words: "first" }));
    await expectLogged(world, /a token could not be refreshed; it still works for a while/);
    // The next try is a minute later, or with the next process.
    await app.stop();
    await app.start();
    await expectOneVideo(world, await ask(world, "command", { words: "second" }));
    expect(refreshes(world)).toBe(2);
    expect(slack.liveTokens()).toHaveLength(2);
  });

  it("that were taken away without a word end the request with a sentence for the person", async () => {
    const world = await startWorld({ oauth: true });
    const { slack, files } = world;
    await installRotating(world, HOUR_SECONDS);
    const [{ oauth }] = slack.town.worlds as [(typeof slack.town.worlds)[number]];
    for (const each of slack.town.worlds) oauth.revoke(each);
    await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`);
    await slack.waitForEphemeral("This app is no longer connected to the workspace", { user: ANNA });
    expect(world.akool.creates).toBe(0);
  });
});
