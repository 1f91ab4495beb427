import { describe, expect, it, vi } from "vitest";
import { CREATE, CREDIT, get, post, start } from "./akool-world.ts";

describe("the sandbox's misbehaviour", () => {
  it("answers with a code of its own, for so many calls", async () => {
    const { akool } = await start();
    akool.misbehave("quota", { kind: "code", code: 1005, msg: "too frequent", times: 2 });
    akool.misbehave("quota", { kind: "429", retryAfterSeconds: 7 });
    expect((await get(akool, CREDIT)).body).toEqual({ code: 1005, msg: "too frequent" });
    expect((await get(akool, CREDIT)).body).toEqual({ code: 1005, msg: "too frequent" });
    const limited = await fetch(akool.url + CREDIT, { headers: { "x-api-key": akool.apiKey } });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    await limited.text();
    expect((await get(akool, CREDIT)).body.code).toBe(1000);
  });

  it.each([
    { kind: "drop", when: "before", paid: 0 },
    { kind: "drop", when: "after", paid: 1 },
    { kind: "cut_body", paid: 1 },
  ] as const)("loses the answer to a create ($kind $when): $paid paid", async ({ paid, ...how }) => {
    const { akool, order } = await start();
    akool.misbehave("create", how);
    await expect(post(akool, CREATE, order)).rejects.toThrow();
    expect(akool.creates).toBe(paid);
    expect(akool.calls[0]?.phase).toBe("cut");
  });

  it.each([
    { kind: "status", status: 502, when: "before", paid: 0, answer: 502 },
    { kind: "status", status: 502, when: "after", paid: 1, answer: 502 },
    { kind: "html", paid: 0, answer: 200 },
    { kind: "html", when: "after", paid: 1, answer: 200 },
  ] as const)("answers a create with a web page ($kind $when): $paid paid", async (rule) => {
    const { akool, order } = await start();
    const { paid, answer, ...how } = rule;
    akool.misbehave("create", how);
    const { status, body } = await post(akool, CREATE, order);
    expect([status, body, akool.creates]).toEqual([answer, undefined, paid]);
  });

  it("leaves a create hanging, done or not, until the app gives up", async () => {
    const { akool, order } = await start();
    akool.misbehave("create", { kind: "hang", when: "after" });
    const stop = new AbortController();
    const answer = post(akool, CREATE, order, undefined, stop.signal);
    await akool.waitForCreate();
    stop.abort();
    await expect(answer).rejects.toThrow();
    expect(akool.creates).toBe(1);
  });

  it("spoils result files in every way a download can go wrong", async () => {
    const { akool, order } = await start();
    await post(akool, CREATE, order);
    const { videoUrl } = await akool.finish();
    const whole = await (await fetch(videoUrl)).arrayBuffer();

    akool.misbehave("result", { kind: "404" });
    expect((await fetch(videoUrl)).status).toBe(404);
    akool.misbehave("result", { kind: "html" });
    expect((await fetch(videoUrl)).headers.get("content-type")).toMatch("text/html");
    akool.misbehave("result", { kind: "no_length" });
    const unmeasured = await fetch(videoUrl);
    expect(unmeasured.headers.get("content-length")).toBeNull();
    expect(await unmeasured.arrayBuffer()).toEqual(whole);
    akool.misbehave("result", { kind: "slow", bytesPerSecond: 40_000 });
    expect(await (await fetch(videoUrl)).arrayBuffer()).toEqual(whole);
    akool.misbehave("result", { kind: "short" });
    const short = await fetch(videoUrl);
    expect(short.headers.get("content-length")).toBe(String(whole.byteLength));
    await expect(short.arrayBuffer()).rejects.toThrow();

    akool.misbehave("result", { kind: "endless" });
    const endless = await fetch(videoUrl);
    let received = 0;
    for await (const chunk of endless.body ?? []) {
      received += chunk.byteLength;
      if (received > 100 * whole.byteLength) break;
    }
    expect(received).toBeGreaterThan(100 * whole.byteLength);
  });

  it("stops the world before the effect, after it and after the answer", async () => {
    const seen: string[] = [];
    const { akool, order } = await start();
    akool.onCall = async ({ endpoint, phase, renderId }) => {
      seen.push(`${endpoint} ${phase} ${akool.creates} ${renderId ?? "-"}`);
    };
    await post(akool, CREATE, order);
    await vi.waitFor(() => expect(seen).toHaveLength(3));
    const id = akool.renders[0]?.id;
    expect(seen).toEqual(["create received 0 -", `create effect 1 ${id}`, `create answered 1 ${id}`]);
  });
});
