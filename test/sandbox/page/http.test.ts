import { request } from "node:http";
import { expect, it } from "vitest";
import { readRange } from "../../../src/sandbox/page/send-file.ts";
import { ANNA } from "../../../src/sandbox/slack/slack-sandbox.ts";
import { INDEX, post, usePage } from "./page-client.ts";

const page = usePage();

/** fetch would not let the Host be another. */
function get(path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(new URL(path, page.url), { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

it("serves the built page, under a policy that lets nothing in from elsewhere", async () => {
  const answer = await fetch(page.url);
  expect(await answer.text()).toBe(INDEX);
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = answer.headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).toContain("media-src 'self';");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  for (const path of ["nothing.js", "..%2f..%2fetc/passwd", "app.log/"])
    expect((await fetch(`${page.url}${path}`)).status).toBe(404);
});

it("answers nobody who came by another name", async () => {
  const { port } = new URL(page.url);
  expect(await get("/", { host: `localhost:${port}` })).toBe(200);
  for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${Number(port) + 1}`])
    expect(await get("/feed?me=U0ANNA", { host })).toBe(421);
  // What the stand-ins tell their developer is for nobody else either.
  for (const standIn of [page.world.slack.url, page.world.akool.url]) {
    const calls = `${standIn}/sandbox/calls`;
    expect(await get(calls, { host: new URL(standIn).host })).toBe(200);
    expect(await get(calls, { host: "evil.example" })).toBe(421);
  }
});

it("lets no other page do anything", async () => {
  const body = JSON.stringify({ me: ANNA, act: { do: "app", how: "kill" } });
  for (const origin of ["http://evil.example", "null", page.url.replace(/\d+\/$/, "1")])
    expect((await post(`${page.url}act`, body, { origin })).status).toBe(403);
  const site = (of: string) => post(`${page.url}act`, body, { "sec-fetch-site": of });
  for (const of of ["cross-site", "same-site", "none"]) expect((await site(of)).status).toBe(403);
  expect((await post(`${page.url}uploads?name=a`, "a", { origin: "http://evil.example" })).status).toBe(403);
  expect((await fetch(page.url, { method: "PUT" })).status).toBe(405);
  expect((await fetch(`${page.url}feed?me=${ANNA}`, { method: "HEAD" })).status).toBe(404);
  expect(page.world.app.state).toBe("running");
});

it("says in a sentence what is no act", async () => {
  const bad = [
    "",
    "{}",
    "[1]",
    JSON.stringify({ me: ANNA, act: { do: "dance" } }),
    JSON.stringify({ me: ANNA, act: { do: "openHome", more: 1 } }),
    JSON.stringify({ me: "U0NOBODY", act: { do: "openHome" } }),
    JSON.stringify({ me: page.world.slack.settings.botUserId, act: { do: "openHome" } }),
  ];
  for (const body of bad) {
    const answer = await post(`${page.url}act`, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ problem: expect.stringMatching(/^[A-Z].*\.$/) });
  }
  expect((await post(`${page.url}act`, "x".repeat(300_000))).status).toBe(413);
  expect((await fetch(`${page.url}feed?me=U0NOBODY`)).status).toBe(400);
});

it("takes uploads up to a size", async () => {
  expect((await post(`${page.url}uploads`, "a")).status).toBe(400);
  const answer = await post(`${page.url}uploads?name=big.wav`, new Uint8Array(100_000_001));
  expect(answer.status).toBe(413);
  expect(await answer.json()).toEqual({ problem: "The sandbox takes files up to 100 MB." });
});

it("serves files whole and in parts, so that a video can seek", async () => {
  const anna = await page.open();
  await anna.say("bytes", [await anna.upload("digits.mp4", new TextEncoder().encode("0123456789"))]);
  const [file] = (await anna.waitForMessage("bytes")).files;
  if (!file) throw new Error("no file");
  const url = new URL(file.url, page.url);
  const whole = await fetch(url);
  expect(whole.headers.get("content-type")).toBe("video/mp4");
  expect(whole.headers.get("accept-ranges")).toBe("bytes");
  expect(whole.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await whole.text()).toBe("0123456789");
  expect(await (await fetch(new URL(`/files/${file.id}`, page.url))).text()).toBe("0123456789");
  const part = await fetch(url, { headers: { range: "bytes=2-4" } });
  expect(part.status).toBe(206);
  expect(part.headers.get("content-range")).toBe("bytes 2-4/10");
  expect(await part.text()).toBe("234");
  const beyond = await fetch(url, { headers: { range: "bytes=10-" } });
  expect(beyond.status).toBe(416);
  const head = await fetch(url, { method: "HEAD" });
  expect(head.headers.get("content-length")).toBe("10");
  expect((await fetch(new URL("/files/F0NONE", page.url))).status).toBe(404);
});

it.each([
  ["bytes=0-", { first: 0, last: 9 }],
  ["bytes=-3", { first: 7, last: 9 }],
  ["bytes=-30", { first: 0, last: 9 }],
  ["bytes=5-99", { first: 5, last: 9 }],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=5-4", undefined],
  ["bytes=0-1,3-4", undefined],
  ["bytes=-", undefined],
  ["lines=0-1", undefined],
  [undefined, undefined],
])("reads the range %s", (header, expected) => {
  expect(readRange(header, 10)).toEqual(expected);
});

it("runs nothing that somebody uploads", async () => {
  const anna = await page.open();
  await anna.say("markup", [await anna.upload("a.html", new TextEncoder().encode("<script>1</script>"))]);
  const [file] = (await anna.waitForMessage("markup")).files;
  const answer = await fetch(new URL(file?.url ?? "", page.url));
  expect(answer.headers.get("content-type")).toBe("application/octet-stream");
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
});

it("takes a name that is cut in the middle of a letter", async () => {
  const anna = await page.open();
  await anna.say("long name", [await anna.upload(`${"😀".repeat(200)}.jpg`, new Uint8Array([1]))]);
  const [file] = (await anna.waitForMessage("long name")).files;
  expect(file?.name).toMatch(/^\ufffd(😀)+\.jpg$/u);
  expect((await fetch(new URL(file?.url ?? "", page.url))).status).toBe(200);
});

it("merges changes, and sends nothing twice", async () => {
  const anna = await page.open();
  const before = anna.snapshots.length;
  const { workspace } = page.world.slack;
  for (let nth = 0; nth < 50; nth++)
    workspace.post(workspace.getChannel("C0SECRET"), { user: ANNA, text: `quick ${nth}` });
  await anna.waitForMessage("quick 49", "C0SECRET");
  expect(anna.snapshots.length - before).toBeLessThan(5);
  const texts = anna.snapshots.map((snapshot) => JSON.stringify(snapshot));
  expect(texts.filter((text, nth) => text === texts[nth - 1])).toEqual([]);
});
