/** The video that reached Slack, kept as a file that plays, and looked at once more from outside. */
import { writeFile } from "node:fs/promises";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import type { SlackFile } from "../slack/slack-sandbox.ts";

const CODEC_NAMES: Readonly<Record<string, string>> = { avc: "H.264", aac: "AAC", mp3: "MP3" };

export interface KeptVideo {
  readonly path: string;
  /** "6.0 s, 512 × 512, 92 KB, H.264 with MP3 sound" */
  readonly facts: string;
}

/** Throws when Slack got other bytes than were rendered, or no video with sound. */
export async function keepVideo(file: SlackFile, renderedUrl: string, path: string): Promise<KeptVideo> {
  const bytes = await file.content.read();
  const rendered = await fetch(renderedUrl).then((answer) => answer.arrayBuffer());
  if (!Buffer.from(rendered).equals(bytes))
    throw new Error("The video in Slack is not, byte for byte, the one that was rendered.");
  const facts = await describeVideo(bytes);
  await writeFile(path, bytes).catch((error: Error) => {
    throw new Error(`The video cannot be written to ${path} (${error.message}).`);
  });
  return { path, facts };
}

async function describeVideo(bytes: Uint8Array): Promise<string> {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  try {
    const [picture, sound] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
    if (!picture || !sound) throw new Error("The video in Slack lacks its picture or its sound.");
    const seconds = await input.computeDuration();
    const size = `${picture.displayWidth} × ${picture.displayHeight}`;
    const [seen, heard] = [nameOf(picture.codec), nameOf(sound.codec)];
    return `${seconds.toFixed(1)} s, ${size}, ${Math.round(bytes.length / 1000)} KB, ${seen} with ${heard} sound`;
  } finally {
    input.dispose();
  }
}

function nameOf(codec: string | null): string {
  return codec ? (CODEC_NAMES[codec] ?? codec) : "unknown";
}
