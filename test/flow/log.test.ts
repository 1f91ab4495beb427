import { describe, expect, it } from "vitest";
import { ask, DOORS, expectFailure, expectOneVideo } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("the log, at its most talkative", () => {
  const world = useWorld({ env: { LOG_LEVEL: "debug" } });

  it("holds no secret, in good times and bad", async () => {
    const { slack, akool, app } = world();
    slack.misbehave("files.completeUploadExternal", { kind: "drop" });
    slack.misbehave("chat.update", { kind: "status", status: 500 });
    akool.misbehave("info", { kind: "drop" });
    for (const door of DOORS) await expectOneVideo(world(), await ask(world(), door));
    akool.misbehave("create", { kind: "code", code: 1101 });
    await expectFailure(await ask(world(), "command"), /key/);
    await slack.command("help");
    await akool.forgeWebhook(akool.renders[0]?.webhookUrl ?? "", { rawBody: "{}" });
    await app.stop();

    const addresses = akool.renders.flatMap(({ order }) => [
      order.talking_photo_url,
      order.audio_url,
      order.webhookUrl ?? "",
    ]);
    const secrets = {
      "bot token": [slack.settings.botToken],
      "signing secret": [slack.settings.signingSecret],
      "AKOOL key": [akool.apiKey],
      "part of an attempt's address": addresses.flatMap((address) =>
        new URL(address).pathname.split("/").filter((part) => part.length >= 16),
      ),
      response_url: [...slack.workspace.responseUrls.keys()],
      "upload ticket": slack.calls.flatMap((call) =>
        call.method === "upload" ? [String(call.args.ticket)] : [],
      ),
    };
    expect(app.output).toContain("request accepted");
    for (const [what, values] of Object.entries(secrets)) {
      expect(values.length, what).toBeGreaterThan(0);
      for (const value of values) expect(app.output.includes(value), what).toBe(false);
    }
  });
});
