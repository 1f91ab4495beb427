import { describe, expect, it } from "vitest";
import { postedMessage, slackFile } from "../../src/slack/intake/payloads.ts";
import { isFromAPerson, sortFiles, takeFiles } from "../../src/slack/intake/share.ts";

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
const linkedPhoto = hosted("FGDRIVE", "image/jpeg", "jpg", external);
const linkedSound = hosted("FDROP", "audio/mpeg", "mp3", external);

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
  ])("are found: %s", (_what, files, photo, speech) => {
    expect(sortFiles(files)).toMatchObject({
      type: "both",
      photo: { fileId: photo },
      speech: { fileId: speech },
    });
  });

  it.each([
    ["nothing", [], { reason: "nothing_shared" }],
    ["a photo alone", [jpeg], { reason: "speech_missing", seen: "one photo" }],
    ["a recording alone", [mp3], { reason: "photo_missing", seen: "one recording" }],
    [
      "a photo with two videos",
      [jpeg, video, video],
      { reason: "speech_missing", seen: "one photo and 2 videos" },
    ],
    ["a photo with a PDF", [jpeg, pdf], { reason: "speech_missing", seen: "one photo and one PDF" }],
    [
      "two photos and a recording",
      [jpeg, png, mp3],
      { reason: "too_many_files", seen: "2 photos and one recording" },
    ],
    [
      "a photo and two recordings",
      [jpeg, mp3, phoneClip],
      { reason: "too_many_files", seen: "one photo and 2 recordings" },
    ],
    ["one file without a label", [unlabelled], { reason: "photo_missing" }],
    ["two files of other kinds", [zip, zip], { reason: "photo_missing", seen: "2 files of another kind" }],
    ["a photo linked from elsewhere", [linkedPhoto, mp3], { reason: "slack_file_external", file: "photo" }],
    [
      "a recording linked from elsewhere",
      [jpeg, linkedSound],
      { reason: "slack_file_external", file: "recording" },
    ],
  ])("are missed, and what was seen is said: %s", (_what, files, failure) => {
    expect(sortFiles(files)).toMatchObject({ type: "refused", failure });
  });

  it("are fetched from the download address, else from the private one, else looked up by id", () => {
    const bare = { ...jpeg, url_private_download: undefined };
    expect(sortFiles([jpeg, mp3])).toMatchObject({ photo: { type: "slack", url: url("FJPEG") } });
    expect(sortFiles([bare, mp3])).toMatchObject({ photo: { type: "slack", url: url("FJPEG") } });
    expect(sortFiles([jpeg, ofAnotherOrganisation])).toMatchObject({ speech: { type: "slack", url: "" } });
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
  ])("is %s", (_what, files, taken) => {
    expect(takeFiles(files)).toMatchObject(taken);
    expect(Object.keys(takeFiles(files))).toEqual(Object.keys(taken));
  });

  it("is nothing of files linked from elsewhere", () => {
    expect(takeFiles([linkedPhoto, linkedSound])).toEqual({});
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
