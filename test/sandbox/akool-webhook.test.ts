import { createDecipheriv } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { seal } from "../../src/sandbox/akool/seal.ts";
import type { AkoolSandbox } from "../../src/sandbox/akool/start-akool.ts";
import { CREATE, post, start } from "./akool-world.ts";

describe("the sandbox's webhook seal", () => {
  const id = "64dd92c1f0b6684651e90e09";
  it.each([
    {
      vector: "A: completed, AES-256",
      clientSecret: "0123456789abcdef0123456789abcdef",
      timestamp: 1757785623798,
      nonce: "9047",
      plaintext: `{"_id":"${id}","status":3,"type":"talking photo","url":"https://d2qf6ukcym4kn9.cloudfront.net/1700000000000-0001.mp4","deduction_credit":30}`,
      dataEncrypt:
        "rG9FeFGI+92sIuAO33qZ5DKKROjSJXgZaAqHwXI8/Vv6pa538ZvKP4U6L4fCnql6opJ1ficJSePh+0PcGbFsgKhEfGOrN+W4c63T0YC9pDo6AzADAh3oWzM3Q7kMd1BFj5WuQ5+E/G9PzqIPoL09Lx21LAjiMVCuJx3hQXb69ez/2RHErjixA3pHa2VttxhL5odE/rc1i96Na8qmj9LADA==",
      signature: "797fa3e0331b3d0581bc3b293345ec9df9ff9485",
    },
    {
      vector: "B: completed without URL, AES-256",
      clientSecret: "0123456789abcdef0123456789abcdef",
      timestamp: 1757785561571,
      nonce: "3253",
      plaintext: `{"_id":"${id}","status":3,"type":"talking photo"}`,
      dataEncrypt:
        "rG9FeFGI+92sIuAO33qZ5DKKROjSJXgZaAqHwXI8/Vv6pa538ZvKP4U6L4fCnql6opJ1ficJSePh+0PcGbFsgMqJ96vYDFbejxxkgF7Uv8g=",
      signature: "8c36d53f740b864c53bdbde4a5a07e49d1b3fcec",
    },
    {
      vector: "C: failed, AES-192, cipher text that sorts first",
      clientSecret: "0123456789abcdef01234567",
      timestamp: 1757785561571,
      nonce: "1529",
      plaintext: `{"_id":"${id}","status":4,"type":"talking photo"}`,
      dataEncrypt:
        "/2KVvtEFUUCMD/WscJf8WI8BF9o+7jhAvIP1emPW2KL7aMb4olUn4m/BBIP+npdMVcvYUJ/1DLEj/irCHOm3U4vQ73fqyeFEA39nW394dgI=",
      signature: "74f21518357a15f6ba7e09f6f07e74d465e5a911",
    },
  ])("reproduces vector $vector", ({ plaintext, clientSecret, timestamp, nonce, dataEncrypt, signature }) => {
    const account = { clientId: "AAAAAAAAAAAAAAAAAAAAAA==", clientSecret };
    expect(seal(plaintext, account, { timestamp, nonce })).toEqual({
      dataEncrypt,
      signature,
      timestamp,
      nonce,
    });
  });
});

describe("the sandbox's webhook", () => {
  it("tells of the finished render, signed and encrypted", async () => {
    const { akool, order, outside } = await start();
    await post(akool, CREATE, { ...order, webhookUrl: `${outside.url}/hook` });
    const { id, videoUrl } = await akool.finish();
    await vi.waitFor(() => expect(outside.hooks.length).toBeGreaterThan(0));
    const envelope = outside.hooks[0] ?? {};
    expect(envelope).toEqual({
      signature: expect.stringMatching(/^[0-9a-f]{40}$/),
      dataEncrypt: expect.any(String),
      timestamp: expect.any(Number),
      nonce: expect.stringMatching(/^\d{4}$/),
    });
    expect(decrypt(akool, envelope.dataEncrypt)).toBe(
      `{"_id":"${id}","status":3,"type":"talking photo","url":"${videoUrl}","deduction_credit":10}`,
    );
    expect(akool.webhooks[0]).toMatchObject({ renderId: id, status: 3, hasUrl: true });
  });

  it("is repeated until the answer is exactly 200, and then no more", async () => {
    const { akool, order, outside } = await start({ webhookSpacingMs: 1 });
    outside.answers = [500, 204, 201];
    await post(akool, CREATE, { ...order, webhookUrl: `${outside.url}/hook` });
    await akool.finish();
    expect(akool.webhooks).toEqual([expect.objectContaining({ tries: 4, answers: [500, 204, 201, 200] })]);
  });

  it("gives up after so many tries", async () => {
    const { akool, order } = await start({ webhookSpacingMs: 1, webhookTries: 3 });
    await post(akool, CREATE, { ...order, webhookUrl: "http://127.0.0.1:1/hook" });
    await akool.finish();
    expect(akool.webhooks[0]?.answers).toEqual([0, 0, 0]);
  });

  it.each([
    ["never", 0],
    ["once", 1],
    ["twice", 2],
    ["ten", 10],
    [3, 3],
    ["late", 1],
    ["early_without_url_then_with", 2],
  ] as const)("comes %s when asked so", async (webhook, times) => {
    const { akool, order, outside } = await start({ lateWebhookMs: 1 });
    await post(akool, CREATE, { ...order, webhookUrl: `${outside.url}/hook` });
    await akool.finish(undefined, { webhook });
    expect(outside.hooks).toHaveLength(times);
    if (webhook === "early_without_url_then_with") {
      expect(akool.webhooks.map(({ hasUrl }) => hasUrl)).toEqual([false, true]);
    }
  });

  it("can be there before the create is answered", async () => {
    const { akool, order, outside } = await start({ autoFinish: true, webhookMode: "early" });
    await post(akool, CREATE, { ...order, webhookUrl: `${outside.url}/hook` });
    expect(outside.hooks).toHaveLength(1);
  });

  it("can be repeated, changed and forged by hand", async () => {
    const { akool, order, outside } = await start();
    await post(akool, CREATE, { ...order, webhookUrl: `${outside.url}/hook` });
    const { id } = await akool.finish(undefined, { webhook: "never" });
    await akool.sendWebhook(id, { payload: { status: 4, url: undefined }, timestamp: 5, nonce: "0001" });
    expect(JSON.parse(decrypt(akool, outside.hooks[0]?.dataEncrypt))).toMatchObject({ _id: id, status: 4 });
    expect(outside.hooks[0]).toMatchObject({ timestamp: 5, nonce: "0001" });
    const forged = await akool.forgeWebhook(`${outside.url}/hook`, { rawBody: '{"hello":1}' });
    expect(forged.status).toBe(200);
    expect(outside.hooks[1]).toEqual({ hello: 1 });
    await akool.forgeWebhook(`${outside.url}/hook`, { payload: { _id: id }, signature: "0".repeat(40) });
    expect(outside.hooks[2]).toMatchObject({ signature: "0".repeat(40) });
  });
});

function decrypt(akool: AkoolSandbox, dataEncrypt: unknown): string {
  const iv = Buffer.from(akool.clientId).subarray(0, 16);
  const decipher = createDecipheriv("aes-256-cbc", Buffer.from(akool.clientSecret), iv);
  return decipher.update(String(dataEncrypt), "base64", "utf8") + decipher.final("utf8");
}
