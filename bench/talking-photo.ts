/**
 * How fast the sandbox makes photos talk: `node bench/talking-photo.ts [photo.jpg]`. The face of the sample fills a
 * fifth of its picture; a photo that is all face takes longest.
 */
import { readFile } from "node:fs/promises";
import { speechSound } from "../src/sandbox/akool/speech-sound.ts";
import { Studio } from "../src/sandbox/akool/talking/studio.ts";

const SECONDS = [5, 5, 30, 60];
/** Of a buzz. */
const CHARACTERS_PER_SECOND = 1 / 0.06;

const [path = new URL("../test/fixtures/media/portrait.jpg", import.meta.url)] = process.argv.slice(2);
const photo = await readFile(path);
const studio = new Studio();
try {
  for (const seconds of SECONDS) {
    const text = "a".repeat(Math.round(seconds * CHARACTERS_PER_SECOND));
    const speech = await speechSound(text, { voiceId: "any", gender: "Male" });
    const startedAt = performance.now();
    const video = await studio.render({ photo, speech, resolution: "720" });
    const took = (performance.now() - startedAt) / 1000;
    const memoryMb = Math.round(process.memoryUsage.rss() / 1e6);
    console.log(
      `${video.seconds.toFixed(1)} s, ${video.width} × ${video.height}, ${Math.round(video.mp4.length / 1024)} kB: ` +
        `made in ${took.toFixed(1)} s, ${(video.seconds / took).toFixed(1)} times as fast as it plays; ${memoryMb} MB in use`,
    );
  }
} finally {
  await studio.close();
}
