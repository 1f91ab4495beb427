import { describe, expect, it } from "vitest";
import type { Job } from "../../src/job/job.ts";
import type { Seen } from "../../src/job/media.ts";
import type { SharedFile } from "../../src/job/request.ts";
import { sortedOut } from "../../src/job/sorting.ts";
import { sayIn } from "../../src/words/say.ts";
import { NOW, STATE_NAMES, sampleJob, WAITS } from "./sample-jobs.ts";

const PHOTO: Seen = { kind: "photo", words: { key: "seen.jpeg" } };
const SOUND: Seen = { kind: "sound", words: { key: "seen.mp3" } };
const PAPER: Seen = { kind: "other", words: { key: "seen.pdf" } };
const NOTHING = { type: "none" } as const;

type Label = SharedFile["label"];

function sort(files: readonly [Label, Seen?][], words?: string, over: Partial<Job> = {}): Job {
  const job = sampleJob("unsorted", { message: { status: "unposted" }, ...over });
  const shared = files.map(
    ([label], index): SharedFile => ({ source: { type: "url", url: String(index) }, label }),
  );
  const state = {
    status: "preparing",
    unsorted: { files: shared, ...(words === undefined ? {} : { words }) },
  } as const;
  return sortedOut(
    { ...job, state },
    files.map(([, seen]) => seen),
    NOW,
    WAITS,
  );
}

/** "0 + 1, preparing": which files are the photo and the recording, and what happens next. */
function outcome({ request, state }: Job): string {
  const { photo, speech, candidates, unusable } = request;
  const name = (source: typeof photo | typeof speech) =>
    source.type === "url" ? source.url : source.type === "words" ? `"${source.text}"` : source.type;
  const names = (one: typeof speech, several: readonly (typeof photo)[] = []) =>
    several.length > 0 ? several.map(name).join("/") : name(one);
  const next =
    state.status === "choosing"
      ? state.question.kind
      : state.status === "failed"
        ? state.failure.reason
        : state.status;
  const beside = unusable === undefined ? "" : `, not ${sayIn("en").kept(unusable)}`;
  return `${names(photo, candidates?.photos)} + ${names(speech, candidates?.speeches)}${beside}: ${next}`;
}

describe("files are what they hold, whatever they are called", () => {
  it.each<[string, [Label, Seen?][], string | undefined, string]>([
    [
      "a recording called a photo",
      [
        ["photo", PHOTO],
        ["photo", SOUND],
      ],
      undefined,
      "0 + 1: preparing",
    ],
    [
      "a photo called a recording",
      [
        ["recording", SOUND],
        ["recording", PHOTO],
      ],
      undefined,
      "1 + 0: preparing",
    ],
    [
      "a photo called a text",
      [
        ["other", PHOTO],
        ["recording", SOUND],
      ],
      undefined,
      "0 + 1: preparing",
    ],
    [
      "two files without labels",
      [
        ["unknown", SOUND],
        ["unknown", PHOTO],
      ],
      undefined,
      "1 + 0: preparing",
    ],
    [
      "two real photos",
      [
        ["photo", PHOTO],
        ["photo", PHOTO],
      ],
      undefined,
      "0/1 + none: which_photo",
    ],
    ["a photo alone", [["photo", PHOTO]], undefined, "0 + none: speech_missing"],
    ["a recording called a photo, alone", [["photo", SOUND]], "Hi", "none + 0: photo_missing"],
    [
      "a video, for its sound",
      [
        ["photo", PHOTO],
        ["video", SOUND],
      ],
      undefined,
      "0 + 1: preparing",
    ],
    [
      "a video beside both",
      [
        ["photo", PHOTO],
        ["video", SOUND],
        ["photo", SOUND],
      ],
      undefined,
      "0 + 2, not an MP3 recording: preparing",
    ],
    [
      "a document beside words",
      [
        ["photo", PHOTO],
        ["other", PAPER],
      ],
      "Hi",
      '0 + "Hi", not a PDF: say_this',
    ],
    [
      "a document called a photo, and words",
      [["photo", PAPER]],
      "Hi",
      'none + "Hi", not a PDF: photo_missing',
    ],
    [
      "a document and a recording",
      [
        ["other", PAPER],
        ["recording", SOUND],
      ],
      undefined,
      "none + 1, not a PDF: photo_missing",
    ],
    ["two that cannot be seen now", [["photo"], ["recording"]], undefined, "0 + 1: preparing"],
    [
      "three that nothing is known of",
      [["unknown"], ["unknown"], ["unknown"]],
      undefined,
      "0 + 1, not a file: preparing",
    ],
  ])("%s", (_what, files, words, expected) => {
    expect(outcome(sort(files, words))).toBe(expected);
  });

  it("and what is none of both is named in the refusal, which is the only post", () => {
    const job = sort([
      ["photo", PAPER],
      ["other", PAPER],
    ]);
    expect(job.state).toMatchObject({
      status: "failed",
      failure: { reason: "photo_missing", seen: { key: "seen.pdf" } },
    });
    expect(job).toMatchObject({ message: { status: "none" }, notice: { kind: "failed" } });
  });

  it("and more than can be chosen from is too many", () => {
    const job = sort(Array.from({ length: 10 }, (): [Label, Seen] => ["photo", PHOTO]));
    expect(job.state).toMatchObject({ status: "failed", failure: { reason: "too_many_files" } });
  });

  it("and the photo at the top of the thread stands in where none is among them", () => {
    const request = { photo: { type: "thread" }, speech: NOTHING, resolution: "720" } as const;
    expect(outcome(sort([["recording", SOUND]], undefined, { request }))).toBe("thread + 0: preparing");
    expect(outcome(sort([["recording", PHOTO]], "Hi", { request }))).toBe('0 + "Hi": preparing');
  });
});

it.each(STATE_NAMES.filter((name) => name !== "unsorted"))(
  "looking at files changes nothing any more: %s",
  (name) => {
    const job = sampleJob(name);
    expect(sortedOut(job, [PHOTO, SOUND], NOW, WAITS)).toBe(job);
  },
);
