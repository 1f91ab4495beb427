import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readArguments } from "../../src/sandbox/demo/read-arguments.ts";
import { expectTalking, look, MEDIA, newFolder, runDemo } from "./run.ts";

const PORTRAIT = join(MEDIA, "portrait.jpg");
/** It starts a program and encodes video; the other tests want the same cores. */
const TIMEOUT_MS = 90_000;

describe("npm run demo -- … --out", { timeout: TIMEOUT_MS }, () => {
  it("leaves the video where it is wanted, in place of a file that is there", async () => {
    const place = await newFolder();
    await mkdir(join(place.folder, "films"));
    await writeFile(join(place.folder, "films", "mine.mp4"), "an older one");
    const recording = join(MEDIA, "slack-clip.m4a");
    const run = runDemo(place, [PORTRAIT, recording, "--out", join("films", "mine.mp4")]);
    expect(await run.code, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toContain(join("films", "mine.mp4"));
    await expectTalking(join(place.folder, "films", "mine.mp4"), "slack-clip.m4a");
    expect(await readdir(join(place.folder, "demo-output"))).toEqual(["app.log"]);
    expect(await place.leftovers()).toEqual([]);
  });

  it("takes the folder it was typed in for the place, also with words", async () => {
    const [project, typedIn] = [await newFolder(), await newFolder()];
    const npm = { npm_lifecycle_event: "demo", INIT_CWD: typedIn.folder };
    const run = runDemo(project, ["--out=hello.mp4", PORTRAIT, "Hello"], npm);
    expect(await run.code, run.stdout + run.stderr).toBe(0);
    expect(await look(join(typedIn.folder, "hello.mp4"))).toMatchObject({ picture: "avc" });
  });

  it.each([
    ["a refusal", ["plan.pdf"], /No video was made of these files/],
    ["a question that no button answers", [PORTRAIT], /No video was made, so --out is left as it was/],
  ])("leaves what is there alone and ends with 1 after %s", async (_, files, said) => {
    const place = await newFolder();
    await writeFile(join(place.folder, "plan.pdf"), "%PDF-1.7");
    await writeFile(join(place.folder, "mine.mp4"), "an older one");
    const run = runDemo(place, [...files, "--out", "mine.mp4"]);
    expect(await run.code, run.stdout + run.stderr).toBe(1);
    expect(run.words()).toMatch(said);
    expect(await readFile(join(place.folder, "mine.mp4"), "utf8")).toBe("an older one");
  });

  it("starts nothing where the folder for it is missing, and says so in one sentence", async () => {
    const place = await newFolder();
    const run = runDemo(place, [PORTRAIT, "Hello", "--out", "nowhere/mine.mp4"]);
    expect(await run.code).toBe(1);
    expect(run.stderr).toBe("There is no folder nowhere for the video: make it first.\n");
    expect(run.stdout).toBe("");
    expect(await readdir(place.folder)).toEqual(["temp"]);
  });
});

describe("what is said of --out", () => {
  it.each([
    [["--out", "video.mp4"], "--out is for a video of yours"],
    [[PORTRAIT, "Hello", "--out"], "--out takes the name of an MP4 file"],
    [[PORTRAIT, "Hello", "--out", PORTRAIT], "--out takes the name of an MP4 file"],
    [[PORTRAIT, "Hello", "--out=a.mp4", "--out=b.mp4"], "--out is there twice"],
    [
      [PORTRAIT, join(MEDIA, "fragmented.mp4"), "--out", join(MEDIA, "fragmented.mp4")],
      "is handed in itself",
    ],
    [["nowhere.jpg", "--out", "a.mp4"], "There is no file nowhere.jpg."],
  ])("%j: %s", async (args, why) => {
    expect(await readArguments(args)).toMatchObject({ type: "unusable", why: expect.stringContaining(why) });
  });

  it("does not take a folder for a file", async () => {
    const { folder } = await newFolder();
    await mkdir(join(folder, "a.mp4"));
    expect(await readArguments([PORTRAIT, "Hello", "--out", join(folder, "a.mp4")])).toMatchObject({
      why: expect.stringMatching(/a\.mp4 is a folder: --out takes a file\.$/),
    });
  });
});
