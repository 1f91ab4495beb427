import { describe, expect, it } from "vitest";
import { ask, askAndWait, DOORS, expectFailure, expectOneVideo, isJobMessage } from "./asking.ts";
import { readMetrics } from "./read-metrics.ts";
import { startWorld } from "./world.ts";

const P = "talkingphoto_";
/** Units and kinds that a name may end in, by the type of its family. */
const ENDINGS: Record<string, RegExp> = {
  counter: /_total$/,
  histogram: /_seconds$/,
  gauge: /^talkingphoto_(ready|jobs|webhook_healthy)$|_(seconds|bytes)$/,
};

const SETTLE_MS = 10_000;

/** Figures move for a moment after what a person sees; waits until `reading` says what it should. */
async function settled(reading: () => Promise<unknown>, expected: () => unknown): Promise<void> {
  for (const giveUpAt = Date.now() + SETTLE_MS; ; ) {
    const figures = await reading();
    if (JSON.stringify(figures) === JSON.stringify(expected())) return;
    if (Date.now() > giveUpAt) return expect(figures).toEqual(expected());
  }
}

describe("the metrics", () => {
  it("agree with what Slack and AKOOL have seen", async () => {
    const world = await startWorld();
    const { slack, akool, app } = world;
    const startCredit = akool.credit;
    for (const door of DOORS) await expectOneVideo(world, await ask(world, door));
    akool.misbehave("create", { kind: "code", code: 1104 });
    await expectFailure(await ask(world, "command", { words: "no credit" }), /no credit left/);
    await slack.command("help");
    slack.misbehave("chat.update", { kind: "429", retryAfterSeconds: 1 });
    const slow = await ask(world, "command", { words: "busy" });
    await expectOneVideo(world, slow);
    await akool.forgeWebhook(akool.renders[0]?.webhookUrl ?? "", { rawBody: "{}" });
    await fetch(`${app.url}/akool/webhook/${"x".repeat(43)}`, { method: "POST" });
    await fetch(`${app.url}/no/such/page-1`);
    await slow.waitForMessage((message) => isJobMessage(message) && message.text.includes("done"));

    const callsTo = (method: string) => slack.calls.filter((call) => call.method === method).length;
    await settled(
      async () => {
        const { sum } = await readMetrics(app.url);
        return {
          accepted: sum(`${P}requests_accepted_total`),
          byCommand: sum(`${P}requests_accepted_total`, { door: "command" }),
          delivered: sum(`${P}deliveries_total`, { as: "video" }),
          outOfCredit: sum(`${P}failures_total`, { reason: "akool_out_of_credit" }),
          failures: sum(`${P}failures_total`),
          jobs: sum(`${P}jobs`, { status: "delivered" }),
          created: sum(`${P}akool_calls_total`, { endpoint: "create", outcome: "ok" }),
          refused: sum(`${P}akool_calls_total`, { endpoint: "create", outcome: "refused" }),
          renders: sum(`${P}render_seconds_count`),
          credits: sum(`${P}credits_used_total`),
          posts: sum(`${P}slack_calls_total`, { method: "chat.postMessage" }),
          uploads: sum(`${P}slack_calls_total`, { method: "upload", outcome: "ok" }),
          shares: sum(`${P}slack_calls_total`, { method: "files.completeUploadExternal" }),
          edits: sum(`${P}slack_calls_total`, { method: "chat.update" }),
          busy: sum(`${P}slack_calls_total`, { outcome: "busy" }),
          relays: sum(`${P}step_seconds_count`, { step: "relay" }),
          malformed: sum(`${P}webhooks_total`, { outcome: "malformed" }),
          unknown: sum(`${P}webhooks_total`, { outcome: "unknown" }),
          noRoute: sum(`${P}http_requests_total`, { route: "other", status: "404" }),
        };
      },
      () => ({
        accepted: 5,
        byCommand: 3,
        delivered: 4,
        outOfCredit: 1,
        failures: 1,
        jobs: 4,
        created: 4,
        refused: 1,
        renders: 4,
        credits: startCredit - akool.credit,
        posts: callsTo("chat.postMessage"),
        uploads: callsTo("upload"),
        shares: callsTo("files.completeUploadExternal"),
        edits: callsTo("chat.update"),
        busy: 1,
        relays: 4,
        malformed: 1,
        unknown: 1,
        noRoute: 1,
      }),
    );
    expect(startCredit - akool.credit).toBeGreaterThan(0);

    const { sum } = await readMetrics(app.url);
    const acks = sum(`${P}slack_ack_seconds_count`);
    // Five commands, the form sent off, the shared files.
    expect(acks).toBeGreaterThanOrEqual(7);
    expect(sum(`${P}http_requests_total`, { route: "/slack/events", status: "200" })).toBeGreaterThanOrEqual(
      acks,
    );
    expect(sum(`${P}webhooks_total`, { outcome: "stored" })).toBeGreaterThanOrEqual(4);
    expect(sum(`${P}ready`)).toBe(1);
    expect(sum(`${P}webhook_healthy`)).toBe(1);
    expect(sum(`${P}disk_free_bytes`)).toBeGreaterThan(0);
    expect(sum(`${P}queue_oldest_seconds`)).toBe(0);
    expect(sum("process_start_time_seconds")).toBeGreaterThan(0);
  });

  it("have names that tell the unit, and labels that tell nothing about anybody", async () => {
    const world = await startWorld();
    const { slack, akool, app } = world;
    const thread = await ask(world, "command");
    await expectOneVideo(world, thread);
    await fetch(`${app.url}/media/${"c".repeat(32)}/photo.jpg`);
    const { types, samples } = await readMetrics(app.url);
    const ours = [...types].filter(([name]) => name.startsWith(P));
    expect(ours.length).toBeGreaterThan(15);
    for (const [name, type] of ours) expect(name, type).toMatch(ENDINGS[type] ?? /never/);
    const [row] = await app.query("SELECT id FROM jobs");
    const id = row?.id;
    const values = new Set(
      samples.filter(({ name }) => name.startsWith(P)).flatMap(({ labels }) => Object.values(labels)),
    );
    for (const value of values) expect(value).toMatch(/^(\+Inf|[\d.]+|[a-zA-Z_.]+|(\/[a-z:_]+)+)$/);
    for (const secret of [String(id), thread.channel, akool.renders[0]?.id, slack.settings.botToken])
      expect([...values].join("\n")).not.toContain(secret);
  });

  it("tell how long the line is, and that webhooks stay away", async () => {
    const world = await startWorld({
      akool: { autoFinish: false, webhookMode: "never" },
      env: { AKOOL_MAX_CONCURRENT: "1" },
    });
    const { akool, app } = world;
    const { thread: first } = await askAndWait(world, "command", { words: "1" });
    const second = await ask(world, "command", { words: "2" });
    await second.waitForMessage("waiting in line");
    const { sum } = await readMetrics(app.url);
    expect(sum(`${P}queue_oldest_seconds`)).toBeGreaterThan(0);
    expect(sum(`${P}jobs`, { status: "queued" })).toBe(1);
    for (const thread of [first, second]) {
      await akool.finish();
      await expectOneVideo(world, thread);
    }
    await settled(
      async () => (await readMetrics(app.url)).sum(`${P}webhook_healthy`),
      () => 0,
    );
  });

  it("do without a sample for what does not apply", async () => {
    const world = await startWorld({ polling: true });
    const { samples } = await readMetrics(world.app.url);
    expect(samples.filter(({ name }) => name === `${P}webhook_healthy`)).toEqual([]);
  });
});
