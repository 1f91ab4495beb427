import { readFile } from "node:fs/promises";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { renderTalkingPhoto } from "../../src/sandbox/akool/render-video.ts";

const media = (name: string) => readFile(new URL(`../fixtures/media/${name}`, import.meta.url));

describe("the sandbox's renderer", () => {
  it.each(["speech.mp3", "slack-clip.m4a"])(
    "makes an mp4 with the photo as picture and %s as sound",
    async (name) => {
      const speech = await media(name);
      const video = await renderTalkingPhoto({
        photo: await media("portrait.jpg"),
        speech,
        resolution: "720",
      });

      const spoken = await probe(speech);
      const made = await probe(video.mp4);
      expect(made.video).toMatchObject({ codec: "avc", width: 512, height: 512 });
      expect(made.audio?.codec).toBe(spoken.audio?.codec);
      expect(Math.abs((made.video?.seconds ?? 0) - (spoken.audio?.seconds ?? 0))).toBeLessThan(0.3);
      expect(Math.abs((made.audio?.seconds ?? 0) - (spoken.audio?.seconds ?? 0))).toBeLessThan(0.3);
      expect(Math.abs(video.seconds - (spoken.audio?.seconds ?? 0))).toBeLessThan(0.3);
    },
  );

  it("puts the index before the media, so that a player can start at once", async () => {
    const video = await renderTalkingPhoto({
      photo: await media("portrait.jpg"),
      speech: await media("speech.mp3"),
      resolution: "1080",
    });
    expect(boxes(video.mp4)).toEqual(["ftyp", "moov", "mdat"]);
  });

  it("keeps a wide photo's shape within 512 pixels, even on both sides and upright", async () => {
    const photo = await sharp({ create: { width: 401, height: 1203, channels: 3, background: "teal" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const video = await renderTalkingPhoto({ photo, speech: await media("speech.mp3"), resolution: "720" });
    expect(video).toMatchObject({ width: 512, height: 170 });
  });

  it("refuses what is not a photo, and what is not a recording", async () => {
    const [photo, speech] = [await media("portrait.jpg"), await media("speech.mp3")];
    await expect(renderTalkingPhoto({ photo: speech, speech, resolution: "720" })).rejects.toThrow();
    await expect(renderTalkingPhoto({ photo, speech: photo, resolution: "720" })).rejects.toThrow();
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const video = renderTalkingPhoto(
      { photo: await media("portrait.jpg"), speech: await media("speech.mp3"), resolution: "720" },
      stop.signal,
    );
    stop.abort();
    await expect(video).rejects.toThrow();
  });
});

async function probe(bytes: Buffer) {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  return {
    video: video && {
      codec: await video.getCodec(),
      seconds: await video.computeDuration(),
      width: await video.getDisplayWidth(),
      height: await video.getDisplayHeight(),
    },
    audio: audio && { codec: await audio.getCodec(), seconds: await audio.computeDuration() },
  };
}

/** Names of the file's outermost boxes, in order. */
function boxes(mp4: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at < mp4.length; at += mp4.readUInt32BE(at))
    names.push(mp4.toString("latin1", at + 4, at + 8));
  return names.filter((name) => name !== "free");
}
