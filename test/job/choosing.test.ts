import { describe, expect, it } from "vitest";
import {
  asked,
  chose,
  completed,
  leftUndecided,
  oneForEach,
  openQuestion,
  refilled,
  stateFor,
  wentOn,
} from "../../src/job/choosing.ts";
import type { MessageTs } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import { nextStep } from "../../src/job/next-step.ts";
import type { Question } from "../../src/job/question.ts";
import type { MediaSource, RenderRequest } from "../../src/job/request.ts";
import { describeEvent, each } from "./every-state.ts";
import { ATTEMPT, MESSAGES, NOW, STATE_NAMES, sampleJob, WAITS } from "./sample-jobs.ts";

const REPLY = "1700000000.000400" as MessageTs;
const url = (name: string): MediaSource => ({ type: "url", url: `https://example.com/${name}` });
const [photo, speech] = [url("face.jpg"), url("voice.mp3")];
const nothing = { type: "none" } as const;
const words = { type: "words", text: "Happy birthday" } as const;
const THREAD = { type: "thread" } as const;
const FACE = { left: 1, top: 0, width: 90, height: 90 };
const FACES = [FACE, { ...FACE, left: 200 }, { ...FACE, left: 400 }];

const kindOf = ({ state }: Job) => (state.status === "choosing" ? state.question.kind : "no_face");
const wentOnWith = (job: Job) => wentOn(job, kindOf(job), NOW);

function request(over: Partial<RenderRequest> = {}): RenderRequest {
  return { photo, speech, resolution: "720", ...over };
}

function choosing(question: Question, over: Partial<RenderRequest> = {}): Job {
  return sampleJob({ status: "choosing", question, until: NOW + 1000 }, { request: request(over) });
}

describe("a request", () => {
  const [two, three] = [
    [photo, url("b.jpg")],
    [speech, url("b.mp3"), url("c.mp3")],
  ];
  it.each([
    ["is complete with both", {}, undefined],
    ["is complete with words", { speech: words }, undefined],
    ["lacks a photo", { photo: nothing }, "photo_missing"],
    ["lacks what to say", { speech: nothing }, "speech_missing"],
    ["may have been just thanks", { photo: THREAD, speech: words }, "say_this"],
    ["takes a recording for the photo above", { photo: THREAD }, undefined],
    ["has too many photos", { candidates: { photos: two, speeches: [] } }, "which_photo"],
    ["has too many recordings", { candidates: { photos: [], speeches: three } }, "which_speech"],
    ["has too many of both: photos first", { candidates: { photos: two, speeches: three } }, "which_photo"],
    [
      "has many photos and no recording: photos first",
      { speech: nothing, candidates: { photos: two, speeches: [] } },
      "which_photo",
    ],
  ])("%s", (_, over, kind) => {
    expect(openQuestion(request(over))?.kind).toBe(kind);
    expect(stateFor(request(over), NOW, WAITS).status).toBe(kind ? "choosing" : "preparing");
  });

  it("can become one video for each only where nothing else is open", () => {
    const many = { candidates: { photos: two, speeches: [] } };
    expect(openQuestion(request(many))).toMatchObject({ each: true, count: 2 });
    expect(openQuestion(request({ ...many, speech: nothing }))).toMatchObject({ each: false });
    expect(openQuestion(request({ candidates: { photos: two, speeches: three } }))).toMatchObject({
      each: false,
    });
  });
});

describe("a question", () => {
  describeEvent(
    "something turned up",
    (job) => asked(job, { kind: "tiny_face" }, NOW, WAITS),
    each(
      ["unsorted", "preparing", "speaking ready", "speaking calling", "speaking unclear", "speaking called"],
      {
        state: { status: "choosing", question: { kind: "tiny_face" } },
        dueAt: NOW + WAITS.chooseFor,
        notice: { kind: "choosing", stage: "todo" },
      },
    ),
  );
  it.each(STATE_NAMES.filter((name) => name !== "choosing"))(
    "cannot be answered where none is asked: %s",
    (name) => {
      const job = sampleJob(name);
      expect(wentOn(job, kindOf(job), NOW)).toBe(job);
      expect(chose(job, kindOf(job), 0, NOW, WAITS)).toBe(job);
      expect(completed(job, { photo, speech }, REPLY, NOW, WAITS)).toBe(job);
      expect(refilled(job, request(), NOW, WAITS)).toBe(job);
      expect(oneForEach(job)).toEqual([]);
    },
  );
  describeEvent("nobody decides", (job) => leftUndecided(job, NOW), {
    choosing: { state: { status: "failed", failure: { reason: "not_decided" } } },
  });

  it("is said by an edit alone when nobody answers, and in a post where there is no message to edit", () => {
    const ended = leftUndecided(sampleJob("choosing"), NOW);
    expect(ended).not.toHaveProperty("notice");
    const lost = leftUndecided(sampleJob("choosing", { message: MESSAGES.lost }), NOW);
    expect(lost.notice).toMatchObject({ kind: "failed" });
  });

  it("is waited for a day, and asks nothing meanwhile", () => {
    const job = asked(sampleJob("preparing"), { kind: "no_face" }, NOW, WAITS);
    const told = { ...job, message: { ...MESSAGES.posted, shown: "choosing:no_face" } };
    const { notice: _said, ...quiet } = told;
    expect(nextStep(quiet, NOW + WAITS.chooseFor - 1, WAITS)).toMatchObject({ step: "wait" });
    expect(nextStep(quiet, NOW + WAITS.chooseFor, WAITS)).toEqual({ step: "stop_choosing" });
  });
});

describe("an answer", () => {
  it.each(["photo_small", "photo_strange"] as const)("accepts a concern: %s", (kind) => {
    const after = wentOnWith(choosing({ kind, seen: "a picture" }));
    expect(after.state).toEqual({ status: "preparing" });
    expect(after.request.decided?.accepted).toEqual([kind]);
  });

  it("cuts a recording that is too long, and remembers what was accepted before", () => {
    const question = {
      kind: "speech_too_long",
      seconds: 90,
      limitSeconds: 60,
      cutAtSeconds: 57.5,
    } as const;
    const after = wentOnWith(choosing(question, { decided: { accepted: ["no_face"] } }));
    expect(after.request.decided).toEqual({ accepted: ["no_face", "speech_too_long"], cutAtSeconds: 57.5 });
  });

  it("says what was meant to be said", () => {
    const job = choosing({ kind: "say_this" }, { photo: { type: "thread" }, speech: words });
    const after = wentOn(job, kindOf(job), NOW);
    expect(after.state).toEqual({ status: "preparing" });
    expect(openQuestion(after.request)).toBeUndefined();
  });

  it("says the words again, as another attempt", () => {
    const attempt = { number: 1, key: ATTEMPT.key, startedAt: NOW };
    const after = wentOnWith(choosing({ kind: "speech_unclear", attempt }, { speech: words }));
    expect(after.state).toMatchObject({ status: "speaking", stage: "ready", attempts: 1 });
  });

  it.each(["photo_missing", "speech_missing"] as const)("cannot wave through what is missing: %s", (kind) => {
    const job = choosing({ kind });
    expect(wentOn(job, kindOf(job), NOW)).toBe(job);
    expect(chose(job, kindOf(job), 0, NOW, WAITS)).toBe(job);
  });

  it("crops to the face that was chosen, and to none that is not there", () => {
    const job = choosing({ kind: "many_faces", faces: FACES });
    expect(chose(job, kindOf(job), 2, NOW, WAITS).request.decided).toEqual({
      accepted: ["many_faces"],
      crop: FACES[2],
    });
    expect(chose(job, kindOf(job), 3, NOW, WAITS)).toBe(job);
  });

  it("chooses photo, then recording, then begins", () => {
    const photos = [photo, url("b.jpg")];
    const speeches = [speech, url("b.mp3")];
    const job = choosing(
      { kind: "which_photo", count: 2, each: false },
      { candidates: { photos, speeches } },
    );
    const next = chose(job, kindOf(job), 1, NOW, WAITS);
    expect(next.request.photo).toEqual(photos[1]);
    expect(next.state).toMatchObject({ status: "choosing", question: { kind: "which_speech", count: 2 } });
    const done = chose(next, kindOf(next), 0, NOW, WAITS);
    expect(done.state).toEqual({ status: "preparing" });
    expect(done.request).toMatchObject({ photo: photos[1], speech: speeches[0] });
  });

  it("makes one request for each", () => {
    const photos = [photo, url("b.jpg"), url("c.jpg")];
    const job = choosing(
      { kind: "which_photo", count: 3, each: true },
      { candidates: { photos, speeches: [] } },
    );
    const requests = oneForEach(job);
    expect(requests.map((each) => each.photo)).toEqual(photos);
    expect(requests.map((each) => openQuestion(each))).toEqual([undefined, undefined, undefined]);
    expect(oneForEach(choosing({ kind: "no_face" }))).toEqual([]);
  });

  it("to another question than the one that is open decides nothing: an old button, a second click", () => {
    const job = choosing({ kind: "many_faces", faces: FACES });
    expect(wentOn(job, "photo_small", NOW)).toBe(job);
    expect(chose(job, "which_photo", 0, NOW, WAITS)).toBe(job);
    const attempt = { number: 1, key: ATTEMPT.key, startedAt: NOW };
    const unclear = choosing({ kind: "speech_unclear", attempt }, { speech: words });
    expect(refilled(unclear, request({ speech: words }), NOW, WAITS)).toBe(unclear);
  });

  it("may bring several, of which one is chosen then", () => {
    const job = choosing({ kind: "speech_missing" }, { speech: nothing });
    const speeches = [speech, url("b.mp3")];
    const after = completed(job, { speech, candidates: { photos: [], speeches } }, REPLY, NOW, WAITS);
    expect(after.state).toMatchObject({ status: "choosing", question: { kind: "which_speech", count: 2 } });
  });

  it("that comes before the question was posted has it posted now", () => {
    const job = {
      ...choosing({ kind: "photo_missing" }, { photo: nothing, speech: nothing }),
      message: MESSAGES.unposted,
    };
    const after = completed(job, { photo }, REPLY, NOW, WAITS);
    expect(after).toMatchObject({ state: { question: { kind: "speech_missing" } }, dueAt: NOW });
    expect(nextStep(after, NOW, WAITS)).toEqual({ step: "announce" });
  });

  it("may be the missing file, in a reply, which is then known again", () => {
    const job = choosing({ kind: "speech_missing" }, { speech: nothing });
    const after = completed(job, { speech }, REPLY, NOW, WAITS);
    expect(after).toMatchObject({
      state: { status: "preparing" },
      completedBy: [REPLY],
      request: { speech },
    });
    expect(completed(job, { photo: url("b.jpg") }, REPLY, NOW, WAITS)).toBe(job);
    expect(completed(after, { speech: words }, REPLY, NOW, WAITS)).toBe(after);
  });

  it("takes words for a recording only where one is missing", () => {
    const missing = choosing({ kind: "speech_missing" }, { speech: nothing });
    expect(completed(missing, { speech: words }, REPLY, NOW, WAITS).request.speech).toEqual(words);
    const loud = choosing({ kind: "speech_clipped" });
    expect(completed(loud, { speech: words }, REPLY, NOW, WAITS)).toBe(loud);
    expect(completed(loud, { speech: url("b.mp3") }, REPLY, NOW, WAITS).state.status).toBe("preparing");
  });

  it("may be another photo: what was decided about the one before says nothing any more", () => {
    const decided = { accepted: ["photo_small", "speech_clipped"], crop: FACE, cutAtSeconds: 9 } as const;
    const job = choosing({ kind: "no_face" }, { decided });
    const other = completed(job, { photo: url("b.jpg") }, REPLY, NOW, WAITS);
    expect(other.request.decided).toEqual({ accepted: ["speech_clipped"], cutAtSeconds: 9 });
    const form = refilled(job, request({ photo: url("c.jpg"), resolution: "1080" }), NOW, WAITS);
    expect(form).toMatchObject({
      state: { status: "preparing" },
      request: { photo: url("c.jpg"), resolution: "1080", decided: { accepted: ["speech_clipped"] } },
    });
  });
});
