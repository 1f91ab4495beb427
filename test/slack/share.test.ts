import { describe, expect, it } from "vitest";
import type { SpeechSource } from "../../src/job/request.ts";
import { postedMessage, type SlackFile, slackFile } from "../../src/slack/intake/payloads.ts";
import { NO_TEXT, readPostText } from "../../src/slack/intake/post-text.ts";
import {
  filesOf,
  type HowToSort,
  isFromAPerson,
  type Sorted,
  sortShare,
  takeFiles as takeShared,
} from "../../src/slack/intake/share.ts";
import { type Said, sayIn } from "../../src/words/say.ts";

/** What is kept comes out so in English. */
const says = (words: string) =>
  expect.toSatisfy((said: Said) => sayIn("en").kept(said) === words, `says "${words}"`);

/**
 * File objects as Slack sends them, down to what tells them apart. Recorded shapes: a clip made on the desktop is
 * called WebM and holds AAC in MP4, one made on a phone is called a video, a file fresh from an upload has no
 * labels yet, and one of another organisation is nothing but an id.
 */
const url = (id: string) => `https://files.slack.com/files-pri/T1-${id}/download/x`;
const hosted = (id: string, mimetype: string, filetype: string, more: object = {}) =>
  slackFile.parse({
    id,
    mode: "hosted",
    mimetype,
    filetype,
    size: 1000,
    url_private: url(id),
    url_private_download: url(id),
    ...more,
  });

const jpeg = hosted("FJPEG", "image/jpeg", "jpg");
const png = hosted("FPNG", "image/png", "png");
const heic = hosted("FHEIC", "image/heic", "heic");
const mp3 = hosted("FMP3", "audio/mpeg", "mp3");
const wav = hosted("FWAV", "audio/wav", "wav");
const desktopClip = hosted("FCLIP", "audio/webm", "webm", { subtype: "slack_audio" });
const phoneClip = hosted("FPHONE", "video/mp4", "mp4", { subtype: "slack_audio" });
const video = hosted("FVIDEO", "video/mp4", "mp4", { subtype: "slack_video" });
const pdf = hosted("FPDF", "application/pdf", "pdf");
const zip = hosted("FZIP", "application/zip", "zip");
const unlabelled = hosted("FNEW", "", "");
const binary = hosted("FBIN", "application/octet-stream", "binary");
const ofAnotherOrganisation = slackFile.parse({
  id: "FCONN",
  mode: "file_access",
  file_access: "check_file_info",
  created: 0,
  timestamp: 0,
  user: "",
});
const external = { mode: "external", is_external: true, url_private: "https://drive.example.com/x" };
const linkedPhoto = hosted("FGDRIVE", "image/jpeg", "jpg", { ...external, external_type: "gdrive" });
const linkedSound = hosted("FDROP", "audio/mpeg", "mp3", { ...external, external_type: "dropbox" });
const linkedDocument = hosted("FDOC", "application/vnd.google-apps.document", "gdoc", {
  ...external,
  external_type: "gdrive",
});
const deleted = slackFile.parse({ id: "FGONE", mode: "tombstone" });

const isAllowedUrl = (link: string) => link.startsWith("https://");
const sort = (files: SlackFile[], text = "", how: Partial<HowToSort> = {}) =>
  sortShare({ files, text: readPostText(text, "UBOT") }, { isAllowedUrl, ...how });
const takeFiles = (files: SlackFile[], text = NO_TEXT) => takeShared({ files, text }, isAllowedUrl);

/** Of what was found: ids of files, links, "words: …", "-" for what is missing, "a/b" where one has to be chosen. */
function found(sorted: Sorted): string {
  if (sorted.type === "refused") return `refused: ${sorted.failure.reason}`;
  const name = (source: SpeechSource): string => {
    switch (source.type) {
      case "slack":
        return source.fileId;
      case "url":
        return source.url;
      case "words":
        return `words: ${source.text}`;
      case "thread":
        return "thread";
      case "none":
        return "-";
    }
  };
  const { photo, speech, candidates } = sorted;
  const names = (one: SpeechSource, several: readonly SpeechSource[] = []) =>
    several.length === 0 ? name(one) : several.map(name).join("/");
  return `${names(photo, candidates?.photos)} + ${names(speech, candidates?.speeches)}`;
}

describe("the photo and the recording among shared files", () => {
  it.each([
    ["a photo and an MP3", [jpeg, mp3], "FJPEG", "FMP3"],
    ["in the other order", [mp3, jpeg], "FJPEG", "FMP3"],
    ["a HEIC photo, whose bytes are judged later", [heic, wav], "FHEIC", "FWAV"],
    ["a clip of the desktop, called WebM", [png, desktopClip], "FPNG", "FCLIP"],
    ["a clip of a phone, called a video", [png, phoneClip], "FPNG", "FPHONE"],
    ["a recording that has no label yet", [jpeg, unlabelled], "FJPEG", "FNEW"],
    ["a photo that has no label yet", [unlabelled, mp3], "FNEW", "FMP3"],
    ["a recording labelled as just bytes", [jpeg, binary], "FJPEG", "FBIN"],
    ["a recording of another organisation", [jpeg, ofAnotherOrganisation], "FJPEG", "FCONN"],
    ["besides a PDF", [pdf, jpeg, mp3], "FJPEG", "FMP3"],
    ["besides a video", [video, jpeg, mp3], "FJPEG", "FMP3"],
    ["a photo and a video, for its sound", [jpeg, video], "FJPEG", "FVIDEO"],
    ["two files of another organisation", [ofAnotherOrganisation, unlabelled], "FCONN", "FNEW"],
    ["beside one that is only linked", [jpeg, mp3, linkedSound], "FJPEG", "FMP3"],
    ["beside one that was deleted", [deleted, jpeg, mp3], "FJPEG", "FMP3"],
  ])("are found: %s", (_what, files, photo, speech) => {
    expect(found(sort(files))).toBe(`${photo} + ${speech}`);
  });

  it.each<[string, SlackFile[], string, string]>([
    ["a photo alone", [jpeg], "", "FJPEG + -"],
    ["a recording alone", [mp3], "", "- + FMP3"],
    ["a video alone, for its sound", [video], "", "- + FVIDEO"],
    ["a photo with a PDF", [jpeg, pdf], "", "FJPEG + -"],
    ["one file without a label", [unlabelled], "", "FNEW + -"],
    ["a file of another organisation alone", [ofAnotherOrganisation], "", "FCONN + -"],
    ["a photo and words", [jpeg], "<@UBOT> Welcome, everybody!", "FJPEG + words: Welcome, everybody!"],
    ["a file of another organisation and words", [ofAnotherOrganisation], "Hi", "FCONN + words: Hi"],
    ["a recording, whatever is written beside it", [jpeg, mp3], "please", "FJPEG + FMP3"],
    ["words alone", [], "<@UBOT> Hello", "- + words: Hello"],
    ["words beside a PDF", [pdf], "Hello", "- + words: Hello"],
    ["several photos", [jpeg, png], "", "FJPEG/FPNG + -"],
    ["several photos and words", [jpeg, png], "Hi", "FJPEG/FPNG + words: Hi"],
    ["several photos and a recording", [jpeg, png, mp3], "", "FJPEG/FPNG + FMP3"],
    ["a photo and several recordings", [jpeg, mp3, phoneClip], "", "FJPEG + FMP3/FPHONE"],
    ["several of both", [jpeg, png, mp3, wav], "", "FJPEG/FPNG + FMP3/FWAV"],
    ["a photo and two videos", [jpeg, video, { ...video, id: "FV2" }], "", "FJPEG + FVIDEO/FV2"],
    [
      "a link to a picture, and words",
      [],
      "<https://example.com/a.png?x=1&amp;y=2|a.png> Good morning",
      "https://example.com/a.png?x=1&y=2 + words: Good morning",
    ],
    [
      "links to both",
      [],
      "https://example.com/a.HEIC and <https://example.com/b.m4a>",
      "https://example.com/a.HEIC + https://example.com/b.m4a",
    ],
    [
      "a photo and a link to a sound",
      [jpeg],
      "<https://example.com/b.wav>",
      "FJPEG + https://example.com/b.wav",
    ],
    [
      "a photo and words with a link to a page",
      [jpeg],
      "Read <https://example.com/news|our news>",
      "FJPEG + words: Read our news",
    ],
    ["a photo and a link to one", [jpeg], "https://example.com/b.jpg", "FJPEG/https://example.com/b.jpg + -"],
  ])("are asked for, or chosen, or said, as far as they are missing: %s", (_what, files, text, expected) => {
    expect(found(sort(files, text))).toBe(expected);
  });

  it("are taken for what is wanted where a single file has no label", () => {
    expect(found(sort([ofAnotherOrganisation], "", { lone: "recording" }))).toBe("- + FCONN");
    expect(found(sort([unlabelled, ofAnotherOrganisation], "", { lone: "recording" }))).toBe("FNEW + FCONN");
  });

  it.each<[string, SlackFile[], string, object]>([
    ["nothing", [], "", { reason: "nothing_shared" }],
    ["nothing but the mention", [], "<@UBOT>", { reason: "nothing_shared" }],
    ["a deleted file", [deleted], "", { reason: "slack_file_unavailable" }],
    [
      "a photo in Google Drive",
      [linkedPhoto, mp3],
      "",
      { reason: "slack_file_external", file: "photo", seen: "Google Drive" },
    ],
    [
      "a recording in Dropbox",
      [jpeg, linkedSound],
      "",
      { reason: "slack_file_external", file: "recording", seen: "Dropbox" },
    ],
    [
      "a document in Google Drive",
      [linkedDocument],
      "",
      { reason: "slack_file_external", seen: "Google Drive" },
    ],
    [
      "a link that nobody may open",
      [],
      "<http://10.0.0.1/a.jpg> hello",
      { reason: "url_not_allowed", file: "photo" },
    ],
    [
      "the same to a sound",
      [jpeg],
      "http://10.0.0.1/a.mp3",
      { reason: "url_not_allowed", file: "recording" },
    ],
    [
      "more words than AKOOL takes",
      [jpeg],
      "x".repeat(5001),
      { reason: "words_too_long", seen: says("5,001 characters"), limit: says("5,000 characters") },
    ],
  ])("are missed, and what was seen is said: %s", (_what, files, text, failure) => {
    expect(sort(files, text)).toEqual({ type: "refused", failure: expect.objectContaining(failure) });
  });

  it.each<[string, SlackFile[], string, string]>([
    ["a photo alone", [jpeg], "", "FJPEG photo"],
    ["two photos and words", [jpeg, png], "Hi", "FJPEG photo, FPNG photo, words: Hi"],
    ["a photo, words and a PDF", [jpeg, pdf], "Hi", "FJPEG photo, FPDF other, words: Hi"],
    ["a video alone", [video], "", "FVIDEO video"],
    ["a PDF alone", [pdf], "", "FPDF other"],
    ["a file without a label", [unlabelled], "", "FNEW unknown"],
    [
      "three of them",
      [unlabelled, binary, ofAnotherOrganisation],
      "",
      "FNEW unknown, FBIN unknown, FCONN unknown",
    ],
    [
      "a photo and a link to one",
      [jpeg],
      "https://example.com/b.jpg",
      "FJPEG photo, https://example.com/b.jpg photo",
    ],
  ])("are looked at where labels leave something open: %s", (_what, files, text, expected) => {
    const sorted = sort(files, text);
    const { files: all = [], words } = (sorted.type === "found" && sorted.unsorted) || {};
    const named = all.map(
      ({ source, label }) =>
        `${"url" in source && source.type === "url" ? source.url : "fileId" in source ? source.fileId : ""} ${label}`,
    );
    expect([...named, ...(words === undefined ? [] : [`words: ${words}`])].join(", ")).toBe(expected);
  });

  it.each<[string, SlackFile[], string]>([
    ["a photo and a recording", [jpeg, mp3], "please"],
    ["besides a PDF", [pdf, jpeg, mp3], ""],
    ["a photo and words", [jpeg], "Hi"],
    ["a photo and a video", [jpeg, video], ""],
    ["words alone", [], "Hi"],
  ])("are taken by their labels where those make a pair: %s", (_what, files, text) => {
    expect(sort(files, text)).not.toHaveProperty("unsorted");
  });

  it.each<[string, SlackFile[], object]>([
    ["a PDF", [pdf], { reason: "photo_missing", seen: says("one PDF") }],
    [
      "two files of other kinds",
      [zip, zip],
      { reason: "photo_missing", seen: says("2 files of another kind") },
    ],
    [
      "too many photos",
      Array.from({ length: 10 }, () => jpeg),
      { reason: "too_many_files", seen: says("10 photos") },
    ],
    ["three unknown files", [unlabelled, binary, ofAnotherOrganisation], { reason: "too_many_files" }],
  ])("are taken by their labels in a reply: %s", (_what, files, failure) => {
    expect(sort(files, "", { lone: "photo" })).toEqual({
      type: "refused",
      failure: expect.objectContaining(failure),
    });
    expect(sort([jpeg], "", { lone: "photo" })).not.toHaveProperty("unsorted");
  });

  it("are refused where nobody can mean so many", () => {
    expect(sort(Array.from({ length: 21 }, () => jpeg))).toMatchObject({
      type: "refused",
      failure: { reason: "too_many_files", seen: says("21 photos") },
    });
  });

  it("are fetched from the download address, else from the private one, else looked up by id", () => {
    const bare = { ...jpeg, url_private_download: undefined };
    expect(sort([jpeg, mp3])).toMatchObject({ photo: { type: "slack", url: url("FJPEG") } });
    expect(sort([bare, mp3])).toMatchObject({ photo: { type: "slack", url: url("FJPEG") } });
    expect(sort([jpeg, ofAnotherOrganisation])).toMatchObject({ speech: { type: "slack", url: "" } });
  });

  it("are those of a forwarded message too, and nothing that another app has put beside a post", () => {
    const forwarded = { is_share: true, text: "look", files: [jpeg], message_blocks: [] };
    const odd = [
      { fallback: "card", files: "none" },
      { title: "chart", image_url: "https://x.example/c.png" },
    ];
    const post = postedMessage.parse({
      type: "app_mention",
      channel: "C1",
      ts: "1.2",
      files: [mp3],
      attachments: [forwarded, ...odd],
    });
    expect(filesOf(post).map(({ id }) => id)).toEqual(["FMP3", "FJPEG"]);
    expect(filesOf(postedMessage.parse({ ...post, attachments: "none" }))).toHaveLength(1);
  });
});

describe("what a message has to offer for the form", () => {
  it.each([
    ["both", [jpeg, desktopClip], { photo: { fileId: "FJPEG" }, speech: { fileId: "FCLIP" } }],
    [
      "the first of several",
      [png, jpeg, mp3, wav],
      { photo: { fileId: "FPNG" }, speech: { fileId: "FMP3" } },
    ],
    ["a photo alone", [pdf, jpeg], { photo: { fileId: "FJPEG" } }],
    ["a recording alone", [mp3], { speech: { fileId: "FMP3" } }],
    ["a file of another organisation", [ofAnotherOrganisation], { photo: { fileId: "FCONN" } }],
  ])("is %s", (_what, files, taken) => {
    expect(takeFiles(files)).toMatchObject(taken);
    expect(Object.keys(takeFiles(files))).toEqual(Object.keys(taken));
  });

  it("is nothing of files linked from elsewhere, or deleted", () => {
    expect(takeFiles([linkedPhoto, linkedSound, deleted])).toEqual({});
  });

  it("is what its links lead to, as far as they may be opened", () => {
    const text = readPostText("https://example.com/a.jpg http://10.0.0.1/b.mp3", undefined);
    expect(takeFiles([], text)).toEqual({ photo: { type: "url", url: "https://example.com/a.jpg" } });
  });
});

describe("who speaks", () => {
  const post = (over: object) =>
    postedMessage.parse({ type: "message", channel: "C1", user: "U1", ts: "1.2", ...over });

  it.each([
    ["a plain post", {}, true],
    ["a share", { subtype: "file_share" }, true],
    ["an answer shown in the channel too", { subtype: "thread_broadcast" }, true],
    ["the app itself", { user: "UBOT" }, false],
    ["another bot", { bot_id: "B1" }, false],
    ["nobody", { user: undefined }, false],
    ["an edit", { subtype: "message_changed" }, false],
    ["a deletion", { subtype: "message_deleted" }, false],
    ["somebody joining", { subtype: "channel_join" }, false],
  ])("%s: is a person for us: %s", (_what, over, expected) => {
    expect(isFromAPerson(post(over), "UBOT")).toBe(expected);
  });
});
