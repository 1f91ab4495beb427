import { describe, expect, it } from "vitest";
import type { Message } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, DOORS, expectFailure, expectOneVideo, until } from "./asking.ts";
import { startWorld, type World } from "./world.ts";

/** In place of what OAuth and a bucket would bring along. */
const CODE = "canary-oauth-code-0123456789";
const SIGNATURE = "canary-signature-0123456789";
const ROTATED = "xoxe.xoxb-1-canary-0123456789";

const AT_ITS_MOST_TALKATIVE = { env: { LOG_LEVEL: "trace", AKOOL_AUTH: "token", SETTLE_MINUTES: "1" } };

/** Good times and bad: whatever can be made to quote a secret is made to. */
async function provoke(world: World): Promise<void> {
  const { slack, akool, files, app } = world;
  slack.misbehave("files.completeUploadExternal", { kind: "drop" });
  slack.misbehave("upload", { kind: "status", status: 500 });
  slack.misbehave("chat.update", {
    kind: "error",
    error: `token ${slack.settings.botToken} is bad`,
    times: 2,
  });
  akool.misbehave("info", { kind: "drop" });
  akool.misbehave("result", { kind: "short" });
  for (const door of DOORS) await expectOneVideo(world, await ask(world, door));

  const [render] = akool.renders;
  const { order } = render ?? {};
  const quoted = [akool.apiKey, ...akool.tokens, order?.audio_url, order?.webhookUrl].join(" ");
  akool.misbehave("create", { kind: "code", code: 1003, msg: `cannot take ${quoted}` });
  await expectFailure(await ask(world, "command", { words: "quoted back" }), /did not accept/);
  akool.misbehave("create", { kind: "html" });
  const unclear = await ask(world, "command", { words: "unclear" });
  await unclear.waitForMessage((message: Message) => message.text.includes("Try again"));

  // A signed link that leads nowhere, and one that breaks off half way.
  const broken = files.serve("/half.jpg", (_request, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("half");
    response.destroy();
  });
  for (const photo of [files.url("nothing.jpg"), broken]) {
    const channel = world.newChannel();
    await slack.command(
      `${photo}?X-Amz-Signature=${SIGNATURE}&X-Amz-Credential=${ROTATED} ${files.url("speech.mp3")}`,
      {
        channel,
      },
    );
  }
  await until("a download that failed", () => app.output.includes("fetching the files failed"));

  await slack.command("help");
  slack.misbehave("views.open", { kind: "error", error: `bad ${ROTATED}` });
  await slack.command("");
  await until("a form that could not be opened", () => app.output.includes("could not be opened"));
  await akool.forgeWebhook(render?.webhookUrl ?? "", { rawBody: `{"key":"${akool.apiKey}"}` });
  await until("a webhook that was refused", () => app.output.includes("a webhook was refused"));
  await fetch(`${app.url}/slack/oauth_redirect?code=${CODE}&state=${CODE}`);
  await fetch(`${app.url}/slack/events`, {
    method: "POST",
    headers: {
      "x-slack-signature": `v0=${slack.settings.signingSecret}`,
      authorization: `Bearer ${ROTATED}`,
    },
    body: `token=${ROTATED}`,
  });
}

/** Every secret there was, by what it is. */
function secretsOf({ slack, akool }: World): Record<string, readonly string[]> {
  const addresses = akool.renders.flatMap(({ order }) => [
    order.talking_photo_url,
    order.audio_url,
    order.webhookUrl ?? "",
  ]);
  return {
    "bot token": [slack.settings.botToken],
    "signing secret": [slack.settings.signingSecret],
    "AKOOL key": [akool.apiKey],
    "bearer token": akool.tokens,
    "part of an attempt's address": addresses.flatMap((address) =>
      new URL(address).pathname.split("/").filter((part) => part.length >= 16),
    ),
    response_url: [...slack.workspace.responseUrls.keys()],
    "upload ticket": slack.calls.flatMap((call) =>
      call.method === "upload" ? [String(call.args.ticket)] : [],
    ),
    "OAuth code": [CODE],
    signature: [SIGNATURE],
    "rotated token": [ROTATED],
  };
}

function expectNoSecret(output: string, secrets: Record<string, readonly string[]>): void {
  for (const [what, values] of Object.entries(secrets)) {
    expect(values.length, what).toBeGreaterThan(0);
    for (const value of values) {
      for (const spelling of [value, encodeURIComponent(value), Buffer.from(value).toString("base64url")])
        expect(output.includes(spelling), what).toBe(false);
    }
  }
}

const linesOf = (output: string): Record<string, unknown>[] =>
  output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

describe("the log, at its most talkative", () => {
  it("holds no secret, in good times and bad, and every line about a job says whose", async () => {
    const world = await startWorld(AT_ITS_MOST_TALKATIVE);
    const { app } = world;
    await provoke(world);
    await app.stop();
    expect(app.output).toContain("request accepted");
    expectNoSecret(app.output, secretsOf(world));

    const lines = linesOf(app.output);
    const ids = new Set((await app.query("SELECT id FROM jobs")).map(({ id }) => String(id)));
    const workspaces = new Set(
      (await app.query("SELECT workspace_id FROM jobs")).map((row) => row.workspace_id),
    );
    const aboutJobs = lines.filter((line) => [...ids].some((id) => JSON.stringify(line).includes(id)));
    expect(aboutJobs.length).toBeGreaterThan(ids.size * 3);
    for (const line of aboutJobs) {
      expect(ids, JSON.stringify(line)).toContain(line.jobId);
      expect(workspaces, JSON.stringify(line)).toContain(line.workspaceId);
    }
    const paid = lines.filter(({ status }) => status === "rendering" || status === "unsettled");
    expect(paid.length).toBeGreaterThan(DOORS.length);
    for (const line of paid) expect(line.attempt, JSON.stringify(line)).toBeGreaterThan(0);
    const refusal = lines.filter(({ msg }) => msg === "AKOOL did not do what it was asked");
    expect(refusal.length).toBeGreaterThan(0);
    for (const line of refusal) expect(line).toMatchObject({ jobId: expect.any(String), attempt: 1 });
  });

  it("holds no app token either", async () => {
    const world = await startWorld({ socketMode: true, env: { LOG_LEVEL: "trace" } });
    const { slack, app } = world;
    slack.misbehave("chat.update", { kind: "error", error: `no ${slack.settings.appToken}` });
    await expectOneVideo(world, await ask(world, "command"));
    await app.stop();
    expectNoSecret(app.output, {
      "app token": [slack.settings.appToken],
      "bot token": [slack.settings.botToken],
    });
    linesOf(app.output);
  });
});
