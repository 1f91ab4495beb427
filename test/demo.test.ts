import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readArguments } from "../src/sandbox/demo/read-arguments.ts";
import { expectTalking, look, MEDIA, newFolder, runDemo } from "./demo/run.ts";

/** It starts a program and encodes video; the other tests want the same cores. */
const TIMEOUT_MS = 90_000;

describe("npm run demo", { timeout: TIMEOUT_MS }, () => {
  it("plays both doors, leaves two videos that play, and ends by itself", async () => {
    const place = await newFolder();
    // Settings of a real installation on the same machine.
    await writeFile(join(place.folder, ".env"), "AKOOL_API_KEY=mine\nSLACK_APP_TOKEN=xapp-mine\n");
    const run = runDemo(place, [], { SLACK_BOT_TOKEN: "mine", AKOOL_API_URL: "https://openapi.akool.com" });
    expect(await run.code, run.stdout + run.stderr).toBe(0);

    expect(run.words()).toMatch(/ s Anna \/talkingphoto http:\S+\.jpg http:\S+\.mp3 /);
    expect(run.words()).toMatch(
      / s Ben @Talking Photo .*? \[image portrait\.jpg, .*?\] \[audio audio_message\.m4a, /,
    );
    for (const name of ["Anna", "Ben"]) {
      expect(run.words()).toMatch(
        RegExp(` s (↳ )?Talking Photo ⏳ Talking photo for @${name}: .*? \\[Cancel\\]`),
      );
      expect(run.words()).toContain(
        `↳ Talking Photo @${name} Here is your talking photo. AI-generated with AKOOL.`,
      );
      expect(run.words()).toMatch(
        RegExp(`✅ Talking photo for @${name}: done\\. The video is in this thread\\. .*?\\(edited\\)`),
      );
    }
    expect(run.stdout.match(/\[video talking-photo\.mp4, /g)).toHaveLength(2);
    expect(
      run.words().match(/credits \(edited\) \[Again\] \[Change…\] \[In 1080\] \[Delete\] \[Details\]/g),
    ).toHaveLength(2);
    expect(run.stdout).not.toMatch(/"level"|:\w+:|<@|undefined/);
    expect(run.stderr).toBe("");

    const output = join("demo-output", "command.mp4");
    expect(run.stdout).toMatch(/\/demo-output\/command\.mp4\n +from the command: /);
    expect(run.stdout).toMatch(/\/demo-output\/share\.mp4\n +from the shared message: /);
    expect(run.stdout).toContain("Try a face and a voice of your own");
    await expectTalking(join(place.folder, output), "speech.mp3");
    await expectTalking(join(place.folder, "demo-output", "share.mp4"), "slack-clip.m4a");
    expect(await place.leftovers()).toEqual([]);
  });

  it("makes a video of one's own photo and recording, in whatever order", async () => {
    const place = await newFolder();
    await copyFile(join(MEDIA, "portrait.jpg"), join(place.folder, "my face.jpg"));
    await copyFile(join(MEDIA, "slack-clip.m4a"), join(place.folder, "mine.m4a"));
    const run = runDemo(place, ["mine.m4a", "my face.jpg"]);
    expect(await run.code, run.stdout + run.stderr).toBe(0);
    const output = join("demo-output", "talking-my face.mp4");
    expect(run.stdout).toContain(output);
    expect(run.stdout).not.toContain("/talkingphoto");
    expect(run.stdout).not.toContain("of your own");
    await expectTalking(join(place.folder, output), "slack-clip.m4a");
  });

  it("shows what the app says about files that it refuses, and ends with 1", async () => {
    const place = await newFolder();
    await writeFile(join(place.folder, "plan.pdf"), "%PDF-1.7");
    const run = runDemo(place, ["plan.pdf"]);
    expect(await run.code).toBe(1);
    expect(run.words()).toMatch(/↳ Talking Photo @Anna I see a PDF, but no photo\. .* No video was made/);
    expect(await place.leftovers()).toEqual([]);
  });

  it("makes a video of one's own photo and words", async () => {
    const place = await newFolder();
    const run = runDemo(place, [join(MEDIA, "portrait.jpg"), "Hello, I am Eileen & <that> is me"]);
    expect(await run.code, run.stdout + run.stderr).toBe(0);
    expect(run.words()).toContain(
      "Anna @Talking Photo Hello, I am Eileen & <that> is me [image portrait.jpg, ",
    );
    expect(run.words()).toContain("Your files stay on this computer.");
    const video = await look(join(place.folder, "demo-output", "talking-portrait.mp4"));
    expect(video).toMatchObject({ picture: "avc", sound: "mp3" });
  });

  it("answers what the app asks with the first button that goes on", async () => {
    const place = await newFolder();
    await writeFile(join(place.folder, "loud.wav"), loudRecording());
    const run = runDemo(place, [join(MEDIA, "portrait.jpg"), join(MEDIA, "no-face.jpg"), "loud.wav"]);
    expect(await run.code, run.stdout + run.stderr).toBe(0);
    expect(run.words()).toMatch(
      /❓ .*? I see 2 photos\. .*? Anna presses \[Photo 1\] .*? so loud .*? Anna presses \[Go on anyway\] .* ✅ /,
    );
    expect(run.stdout.match(/presses \[/g)).toHaveLength(2);
    expect(await place.leftovers()).toEqual([]);
  });

  it("says what one would do in Slack where no button answers the question", async () => {
    const place = await newFolder();
    const run = runDemo(place, [join(MEDIA, "portrait.jpg")]);
    expect(await run.code, run.stdout + run.stderr).toBe(0);
    expect(run.words()).toMatch(
      /I have the photo\. Now a recording, .* In Slack you would now reply in the thread .* npm run demo -- photo\.jpg voice\.mp3 /,
    );
    expect(run.stdout).not.toContain("presses");
    expect(await place.leftovers()).toEqual([]);
  });

  it("starts nothing for a file that is not there, and says so in one sentence", async () => {
    const place = await newFolder();
    const run = runDemo(place, [join(MEDIA, "portrait.jpg"), "nowhere.mp3"]);
    expect(await run.code).toBe(1);
    expect(run.stderr).toMatch(/^There is no file nowhere\.mp3\. .*\n$/);
    expect(run.stdout).toBe("");
    expect(await readdir(place.folder)).toEqual(["temp"]);
  });

  it("says what is wrong when it cannot leave the videos where it runs", async () => {
    const place = await newFolder();
    await writeFile(join(place.folder, "demo-output"), "");
    const run = runDemo(place);
    expect(await run.code).toBe(1);
    expect(run.words()).toMatch(
      /^ The demo failed: The folder demo-output for the videos cannot be made here \(.*\)\. $/,
    );
  });

  it("stops the app and clears up on Ctrl-C in the middle", async () => {
    const place = await newFolder();
    const run = runDemo(place);
    await new Promise<void>((resolve) => {
      run.child.stdout?.on("data", () => run.stdout.includes("[Cancel]") && resolve());
    });
    run.child.kill("SIGINT");
    expect(await run.code).toBe(130);
    expect(run.words()).toMatch(/ Stopped\. $/);
    expect(await readFile(join(place.folder, "demo-output", "app.log"), "utf8")).toContain(
      '"msg":"stopped"}',
    );
    expect(await place.leftovers()).toEqual([]);
  });
});

describe("what is handed to npm run demo", () => {
  const PORTRAIT = join(MEDIA, "portrait.jpg");

  it.each(["Hello", "Hello, I am Eileen", "and/or what", "Look at my photo.jpg, it says"])(
    "takes %j after a photo for words",
    async (words) => {
      expect(await readArguments([PORTRAIT, words])).toEqual({ type: "own", paths: [PORTRAIT], words });
    },
  );

  it.each([
    "my voice.mp3",
    "nowhere.txt",
    "voices/mine",
    "./my voice",
    "https://example.com/a.jpg",
    "--quiet",
  ])("does not take %j for words", async (argument) => {
    expect(await readArguments([PORTRAIT, argument])).toMatchObject({ type: "unusable" });
  });

  it("takes words from the end alone, and with a file", async () => {
    const quoted = { type: "unusable", why: expect.stringContaining("Words to say come last, in quotes") };
    expect(await readArguments([PORTRAIT, "Hello", "there"])).toEqual(quoted);
    expect(await readArguments(["Hello there"])).toEqual(quoted);
  });

  it("says how to go on with an address, and what there is for an option", async () => {
    const address = await readArguments(["https://example.com/face.jpg"]);
    expect(address).toMatchObject({
      why: expect.stringMatching(/files of this computer, .* curl -LO "https:/),
    });
    const option = await readArguments(["--quiet"]);
    expect(option).toMatchObject({
      why: expect.stringMatching(/^There is no option --quiet\.\n\n.*npm run demo/s),
    });
    expect(await readArguments([PORTRAIT, "--help"])).toEqual({ type: "usage" });
    expect(await readArguments([])).toEqual({ type: "samples" });
  });

  it("prints how it is used, and starts nothing", async () => {
    const place = await newFolder();
    const run = runDemo(place, ["--help"]);
    expect(await run.code).toBe(0);
    expect(run.stdout).toMatch(/npm run demo -- photo\.jpg voice\.mp3\n/);
    expect(await readdir(place.folder)).toEqual(["temp"]);
  });
});

/** Three seconds as WAV, far above what can be recorded without distortion. */
function loudRecording(): Buffer {
  const rate = 8000;
  const samples = Int16Array.from({ length: 3 * rate }, (_, nth) =>
    Math.sin((nth / rate) * 2 * Math.PI * 220) > 0 ? 32_767 : -32_768,
  );
  const sound = Buffer.from(samples.buffer);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + sound.length, 4);
  head.write("WAVEfmt ", 8);
  for (const [value, at] of [
    [16, 16],
    [rate, 24],
    [2 * rate, 28],
    [sound.length, 40],
  ] as const)
    head.writeUInt32LE(value, at);
  for (const [value, at] of [
    [1, 20],
    [1, 22],
    [2, 32],
    [16, 34],
  ] as const)
    head.writeUInt16LE(value, at);
  head.write("data", 36);
  return Buffer.concat([head, sound]);
}
