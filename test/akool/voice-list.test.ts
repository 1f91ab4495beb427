import { expect, it, vi } from "vitest";
import type { Voice } from "../../src/job/speech-api.ts";
import { makeVoices } from "../../src/sandbox/akool/voices.ts";
import { findClosedPort, type Handler, sendJson, startFarEnd } from "./far-end.ts";
import { clientOf, startWithClient } from "./sandbox-client.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A clock that stands still until it is moved. */
function makeClock() {
  let at = Date.parse("2026-01-05T10:00:00Z");
  return {
    now: () => new Date(at),
    advance: (ms: number) => {
      at += ms;
    },
  };
}

function makeLog() {
  const warnings: string[] = [];
  return { warnings, log: { warn: (_facts: object, message: string) => void warnings.push(message) } };
}

const namesOf = (voices: readonly Voice[]) => voices.map(({ name }) => name);

/** What v4's list of offered voices holds; the account has no clones. */
async function readOffered(entries: readonly unknown[]): Promise<readonly Voice[]> {
  const { url } = await startFarEnd(({ path }, response) => sendPage(response, path, entries));
  return clientOf(url).voices();
}

function sendPage(response: Parameters<Handler>[1], path: string, entries: readonly unknown[]) {
  const query = new URL(path, "http://akool.invalid").searchParams;
  const all = query.get("type") === "2" ? entries : [];
  const [page, size] = [Number(query.get("page")), Number(query.get("size"))];
  const result = all.slice((page - 1) * size, page * size);
  sendJson(response, { code: 1000, data: { result, count: all.length, page, size } });
}

it("lists the account's own clones first, then what AKOOL offers, with all that is known of each", async () => {
  const { akool, client } = await startWithClient();
  akool.voices.reverse();
  const voices = await client.voices();
  const [own, offered] = [akool.voices.filter((each) => each.own), akool.voices.filter((each) => !each.own)];
  expect(own.length).toBeGreaterThan(0);
  expect(voices.map(({ id }) => id)).toEqual([...own, ...offered].map(({ voiceId }) => voiceId));
  const zofia = akool.voices.find(({ name }) => name === "Zofia");
  expect(voices.find(({ name }) => name === "Zofia")).toEqual({
    id: zofia?.voiceId,
    name: "Zofia",
    language: "pl",
    gender: "female",
    previewUrl: `${akool.url}/voices/${zofia?.id}.mp3`,
  });
  expect(akool.problems).toEqual([]);
});

it("reads every page, and a voice that is on two of them once", async () => {
  const { akool, client } = await startWithClient();
  const [any] = makeVoices();
  if (!any) throw new Error("the stand-in has no voices");
  akool.voices.length = 0;
  for (let nth = 0; nth < 250; nth += 1) {
    akool.voices.push({
      ...any,
      own: false,
      voiceId: `voice-${nth === 249 ? 0 : nth}`,
      name: `Voice ${nth}`,
    });
  }
  const voices = await client.voices();
  expect(voices.map(({ id }) => id)).toEqual(Array.from({ length: 249 }, (_, nth) => `voice-${nth}`));
  expect(akool.problems).toEqual([]);
});

it("reads on when AKOOL gives fewer at a time than were asked for", async () => {
  const { url } = await startFarEnd(({ path }, response) => {
    const query = new URL(path, "http://akool.invalid").searchParams;
    const nth = query.get("type") === "2" ? Number(query.get("page")) : 4;
    const result = nth > 3 ? [] : [{ voice_id: `voice-${nth}`, name: `Voice ${nth}` }];
    sendJson(response, { code: 1000, data: { result, count: 3, size: 1 } });
  });
  expect((await clientOf(url).voices()).map(({ id }) => id)).toEqual(["voice-1", "voice-2", "voice-3"]);
});

it("does not ask for ever when every page is the same", async () => {
  const { url, seen } = await startFarEnd((_request, response) =>
    sendJson(response, {
      code: 1000,
      data: { result: [{ voice_id: "a", name: "A" }], size: 1, count: 9999 },
    }),
  );
  expect(namesOf(await clientOf(url).voices())).toEqual(["A"]);
  expect(seen.length).toBeLessThan(10);
});

it("passes over an entry that cannot be used, and over no other", async () => {
  const voices = await readOffered([
    { voice_id: "first", name: "First" },
    null,
    "garbage",
    {},
    { voice_id: "", name: "No id" },
    { voice_id: "line\nbreak", name: "An id that is none" },
    { voice_id: null, name: "A clone that is not done", status: 2 },
    { voice_id: "failed", name: "A clone that failed", status: 4 },
    { voice_id: "nameless", name: " " },
    { voice_id: "last", name: "Last", gender: 5, language: [], locale: {}, preview: 1 },
  ]);
  expect(voices).toEqual([
    { id: "first", name: "First" },
    { id: "last", name: "Last" },
  ]);
});

it.each<[Record<string, unknown>, string | undefined]>([
  [{ locale: "pl" }, "pl"],
  [{ locale: "pt-BR" }, "pt"],
  [{ locale: "pt_BR" }, "pt"],
  [{ locale: "cmn-CN" }, "zh"],
  [{ language: "Polish" }, "pl"],
  [{ language: "Chinese (Mandarin)" }, "zh"],
  [{ language: "en" }, "en"],
  [{ locale: "?", language: "German" }, "de"],
  [{ locale: "de", language: "English" }, "de"],
  [{ locale: "qq" }, undefined],
  [{ language: "Klingon" }, undefined],
  [{}, undefined],
])("takes the language of %o for %s", async (said, language) => {
  const [voice] = await readOffered([{ voice_id: "a", name: "A", ...said }]);
  expect(voice).toEqual({ id: "a", name: "A", ...(language && { language }) });
});

it.each([
  ["https://cdn.example/sample.mp3", true],
  ["http://cdn.example/sample.mp3", false],
  ["javascript:alert(1)", false],
  ["sample.mp3", false],
  ["", false],
])("gives out the sample %s: %s", async (preview, isGiven) => {
  const [voice] = await readOffered([{ voice_id: "a", name: "A", preview }]);
  expect(voice).toEqual({ id: "a", name: "A", ...(isGiven && { previewUrl: preview }) });
});

it("still lists what is offered when the account's clones are refused", async () => {
  const { url } = await startFarEnd(({ path }, response) =>
    path.includes("type=1")
      ? sendJson(response, { code: 1009 })
      : sendPage(response, path, [{ voice_id: "a", name: "A" }]),
  );
  expect(namesOf(await clientOf(url).voices())).toEqual(["A"]);
});

it("asks v3 when the account has no v4", async () => {
  const { akool, client } = await startWithClient({ voiceLab: false });
  const offered = akool.voices.filter(({ own }) => !own);
  expect((await client.voices()).map(({ id }) => id)).toEqual(offered.map(({ voiceId }) => voiceId));
  expect(akool.calls.map(({ endpoint }) => endpoint)).toEqual(["voices", "voices_v3"]);
  expect(akool.problems).toEqual([]);
});

it("does not ask v3 when v4 only had a bad moment", async () => {
  const { akool, client } = await startWithClient();
  akool.misbehave("voices", { kind: "status", status: 500 });
  expect(await client.voices()).toEqual([]);
  expect(akool.calls.map(({ endpoint }) => endpoint)).toEqual(["voices"]);
});

it("asks once for everybody who waits, and not again for an hour", async () => {
  const clock = makeClock();
  const { akool, client } = await startWithClient({}, { now: clock.now });
  const [first, second] = await Promise.all([client.voices(), client.voices()]);
  const calls = akool.calls.length;
  expect(second).toEqual(first);
  expect(calls).toBe(2); // the clones, and the others

  akool.voices.length = 1;
  clock.advance(HOUR_MS - 1);
  expect(await client.voices()).toEqual(first);
  expect(akool.calls).toHaveLength(calls);

  clock.advance(1);
  expect(await client.voices()).toEqual(first); // nobody waits for the new one
  await vi.waitFor(async () => expect(await client.voices()).toHaveLength(1));
});

it("keeps the last good list when it cannot be renewed, and tries again", async () => {
  const clock = makeClock();
  const { log, warnings } = makeLog();
  const { akool, client } = await startWithClient({}, { now: clock.now, log });
  const known = await client.voices();
  expect(known.length).toBeGreaterThan(1);

  akool.misbehave("voices", { kind: "drop" });
  akool.voices.length = 1;
  clock.advance(HOUR_MS);
  expect(await client.voices()).toEqual(known);
  await vi.waitFor(() => expect(warnings).toHaveLength(1));
  const calls = akool.calls.length;
  expect(await client.voices()).toEqual(known);
  expect(akool.calls).toHaveLength(calls); // not at every letter that somebody types

  clock.advance(MINUTE_MS);
  await vi.waitFor(async () => expect(await client.voices()).toHaveLength(1));
});

it("is empty when AKOOL was never reached, and full when it is", async () => {
  const { log, warnings } = makeLog();
  expect(await clientOf(`http://127.0.0.1:${await findClosedPort()}`, { log }).voices()).toEqual([]);
  expect(warnings).toHaveLength(1);

  const clock = makeClock();
  const { akool, client } = await startWithClient({}, { now: clock.now });
  akool.misbehave("voices", { kind: "html" });
  expect(await client.voices()).toEqual([]);
  clock.advance(MINUTE_MS);
  expect(await client.voices()).toHaveLength(akool.voices.length);
});

it("lets go whoever stops waiting, and finishes for the others", async () => {
  const { akool, client } = await startWithClient();
  const stop = new AbortController();
  const gate = Promise.withResolvers<void>();
  akool.onCall = async ({ phase }) => {
    if (phase !== "received") return;
    stop.abort();
    await gate.promise;
  };
  const patient = client.voices();
  expect(await client.voices(stop.signal)).toEqual([]);
  expect(await client.voices(stop.signal)).toEqual([]);
  gate.resolve();
  expect(await patient).toHaveLength(akool.voices.length);
});
