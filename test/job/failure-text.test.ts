import { describe, expect, it } from "vitest";
import type { Failure, FailureReason } from "../../src/job/failure.ts";
import { failureText } from "../../src/job/failure-text.ts";
import { sayIn } from "../../src/words/say.ts";

/** Every reason there is: one missing here, or one too many, does not compile. */
const reasons: Record<FailureReason, true> = {
  nothing_shared: true,
  photo_missing: true,
  speech_missing: true,
  too_many_files: true,
  not_allowed: true,
  not_decided: true,
  akool_speech_lost: true,
  akool_voice_unknown: true,
  akool_text_unusable: true,
  no_voice: true,
  slack_scope_missing: true,
  slack_file_unavailable: true,
  slack_file_external: true,
  url_not_allowed: true,
  url_unreachable: true,
  url_not_found: true,
  url_is_web_page: true,
  photo_unreadable: true,
  photo_type_unsupported: true,
  photo_too_big: true,
  photo_too_small: true,
  speech_unreadable: true,
  speech_type_unsupported: true,
  speech_too_big: true,
  speech_too_long: true,
  speech_empty: true,
  speech_silent: true,
  words_too_long: true,
  akool_parameter: true,
  akool_media_unusable: true,
  akool_too_many_faces: true,
  akool_speech_unusable: true,
  akool_too_long: true,
  akool_too_big: true,
  akool_out_of_credit: true,
  akool_key_refused: true,
  akool_account: true,
  akool_permission: true,
  akool_busy: true,
  akool_error: true,
  render_failed: true,
  render_lost: true,
  render_gone: true,

  video_unreachable: true,
  video_unusable: true,
  cannot_post: true,
  not_in_channel: true,
  slack_connection_revoked: true,
  cancelled: true,
  left_alone: true,
  restored: true,
  internal_error: true,
};
/** Said only together with more, never as the sentence for a failure. */
const PART_OF_A_SENTENCE: ReadonlySet<string> = new Set(["cancelled"]);

// Object.keys gives string[], whatever the object.
const names = (Object.keys(reasons) as FailureReason[]).filter((reason) => !PART_OF_A_SENTENCE.has(reason));

const facts: [string, Omit<Failure, "reason">][] = [
  ["bare", {}],
  [
    "with all facts",
    { seen: "a 12-minute recording", limit: "60 seconds", file: "recording", code: "some_code" },
  ],
  ["of a photo", { seen: "a HEIC image", file: "photo" }],
];

describe.each(facts)("the sentence for a failure, %s", (_what, more) => {
  it.each(names)("%s", (reason) => {
    // Who may not use the app is told why in whole sentences, made where the lists are known.
    const seen = reason === "not_allowed" ? { seen: "Talking photos are not for everyone. Ask Ben." } : {};
    const text = failureText(sayIn("en"), { reason, ...more, ...seen });
    expect(text.length).toBeGreaterThanOrEqual(20);
    expect(text.length).toBeLessThanOrEqual(600);
    expect(text).toMatch(/[.!?]$/);
    expect(text).toMatch(/^[A-Z]/);
    expect(text).not.toMatch(/undefined|null|NaN|\[object|\$\{| {2}|\.\./);
    // AKOOL's wire words, and ours, are for the log.
    expect(text).not.toMatch(
      /_id\b|video_status|video_model|talking_photo_url|webhookUrl|\bcode \d|\b1[0-9]{3}\b|\bJSON\b|HTTP|createby/,
    );
    expect(text).not.toContain(reason.includes("_") ? reason : "no such word");
  });
});

describe("what a sentence tells people", () => {
  it("says that nothing was spent for everything that is refused before AKOOL is asked", () => {
    const early = names.filter((reason) =>
      /^(slack_(scope|file)|url|photo_(un|t)|speech_(un|t|e|s))/.test(reason),
    );
    expect(early.length).toBeGreaterThan(10);
    for (const reason of early) expect(failureText(sayIn("en"), { reason })).toContain("Nothing was spent.");
  });

  it("never says so of a failure after AKOOL took the order", () => {
    for (const reason of names.filter((name) => /^(render|video|start|left|internal)/.test(name)))
      expect(failureText(sayIn("en"), { reason })).not.toContain("Nothing was spent");
  });

  it("names what was seen, the limit, and which of the files it was about", () => {
    const long = failureText(sayIn("en"), {
      reason: "speech_too_long",
      seen: "it takes 2 min 10 s",
      limit: "60 seconds",
    });
    expect(long).toContain("it takes 2 min 10 s");
    expect(long).toContain("60 seconds");
    expect(failureText(sayIn("en"), { reason: "url_not_found", file: "photo" })).toContain("photo");
    expect(failureText(sayIn("en"), { reason: "url_not_found", file: "recording" })).toContain("recording");
  });

  it("says how to make a usable file of one that cannot be used", () => {
    const svg = failureText(sayIn("en"), {
      reason: "photo_type_unsupported",
      seen: "an SVG image",
      code: "svg",
    });
    expect(svg).toContain("an SVG image");
    expect(svg).toContain("take a screenshot, then share the screenshot");
    const video = failureText(sayIn("en"), {
      reason: "speech_unreadable",
      seen: "a video without sound",
      code: "no_sound",
    });
    expect(video).toContain("Choose a video in which somebody speaks");
    // A code is no name of ours.
    expect(failureText(sayIn("en"), { reason: "photo_unreadable", code: "constructor" })).toContain(
      "take a screenshot",
    );
  });

  it("has different words for every reason", () => {
    expect(new Set(names.map((reason) => failureText(sayIn("en"), { reason }))).size).toBe(names.length);
  });
});
