import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { SoundPiece } from "./sound-meter.ts";

const SAMPLE_RATE = 44_100;
/** At once. */
const MAX_ALLOC_BYTES = 100_000_000;
const TIMEOUT_MS = 40_000;
const SAMPLE_BYTES = 4;

/** What ffmpeg may take a file for. Nothing that names other files or addresses: no playlists, no scripts. */
const DEMUXERS =
  "mov,matroska,wav,w64,ogg,flac,aac,amr,amrnb,amrwb,aiff,caf,asf,avi,flv,mpeg,mpegts,mp3,au,wv,ape,ac3,eac3,rm";

/** Where ffmpeg is, if it is installed. @param searchPath as in the variable PATH */
export async function findFfmpeg(searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, "ffmpeg");
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/**
 * The first sound track of a file, in one channel, decoded by ffmpeg: it sees no variable of ours, reads that one
 * file and writes to a pipe. Killed when the reader leaves or the time is up.
 * @throws Error when ffmpeg cannot read the file to its end
 */
export async function* decodeWithFfmpeg(
  ffmpegPath: string,
  inPath: string,
  maxSeconds: number,
): AsyncGenerator<SoundPiece> {
  const ffmpeg = spawn(
    ffmpegPath,
    [
      ...["-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1"],
      // Of its own accord too: a thread that is ended cannot kill what it has started.
      ...["-timelimit", String(TIMEOUT_MS / 1000), "-max_alloc", String(MAX_ALLOC_BYTES)],
      ...["-protocol_whitelist", "file,pipe", "-format_whitelist", DEMUXERS],
      ...["-i", `file:${inPath}`, "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1"],
      ...["-t", String(maxSeconds), "-ac", "1", "-ar", String(SAMPLE_RATE), "-f", "f32le", "pipe:1"],
    ],
    { env: {}, stdio: ["ignore", "pipe", "ignore"], timeout: TIMEOUT_MS, killSignal: "SIGKILL" },
  );
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    ffmpeg.on("error", reject);
    ffmpeg.on("close", (code, signal) => resolve(code ?? signal));
  });
  ended.catch(() => {});
  try {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of ffmpeg.stdout as AsyncIterable<Buffer>) {
      const bytes = Buffer.concat([rest, chunk]);
      const whole = bytes.length - (bytes.length % SAMPLE_BYTES);
      rest = bytes.subarray(whole);
      // In memory of its own, which begins where 32-bit numbers may.
      const samples = new Float32Array(new Uint8Array(bytes.subarray(0, whole)).buffer);
      yield { channels: [samples], sampleRate: SAMPLE_RATE };
    }
    const code = await ended;
    if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  } finally {
    ffmpeg.kill("SIGKILL");
  }
}
