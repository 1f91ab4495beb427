import { readFile } from "node:fs/promises";
import {
  ALL_FORMATS,
  BufferSource,
  type EncodedPacket,
  EncodedPacketSink,
  Input,
  type InputTrack,
} from "mediabunny";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { speechSound } from "../../src/sandbox/akool/speech-sound.ts";
import { Studio } from "../../src/sandbox/akool/talking/studio.ts";

const media = (name: string) => readFile(new URL(`../fixtures/media/${name}`, import.meta.url));
/** Of a buzz: rendering takes its time. */
const second = () => speechSound("Hi.", { voiceId: "any", gender: "Male" });

describe("the sandbox's studio", () => {
  const studio = new Studio();
  afterAll(() => studio.close());

  it.each([
    ["MP3", second],
    ["AAC", () => media("slack-clip.m4a")],
  ])("makes an mp4 with the photo as picture and a recording in %s as sound", async (_, recording) => {
    const speech = await recording();
    const video = await studio.render({ photo: await media("portrait.jpg"), speech, resolution: "720" });

    const spoken = await probe(speech);
    const made = await probe(video.mp4);
    expect(made.video).toMatchObject({ codec: "avc", width: 512, height: 512 });
    expect(made.audio?.codec).toBe(spoken.audio?.codec);
    expect(made.audio?.packets).toEqual(spoken.audio?.packets);
    expect(Math.abs((made.video?.seconds ?? 0) - (spoken.audio?.seconds ?? 0))).toBeLessThan(0.15);
    expect(Math.abs((made.audio?.seconds ?? 0) - (spoken.audio?.seconds ?? 0))).toBeLessThan(0.15);
    expect(Math.abs(video.seconds - (spoken.audio?.seconds ?? 0))).toBeLessThan(0.15);
  });

  it("joins its two halves without a gap, each begun by a frame that needs no other", async () => {
    const video = await studio.render({
      photo: await media("no-face.jpg"),
      speech: await media("speech.mp3"),
      resolution: "720",
    });
    const packets = await pictures(video.mp4);
    expect(packets).toHaveLength(Math.ceil(video.seconds * 25));
    expect(packets.every(({ timestamp }, nth) => Math.abs(timestamp - nth / 25) < 0.002)).toBe(true);
    expect(packets.flatMap(({ type }, nth) => (type === "key" ? [nth] : []))).toEqual(
      Array.from({ length: Math.ceil(packets.length / 25) }, (_, nth) => nth * 25),
    );
  });

  it("puts the index before the media, so that a player can start at once", async () => {
    const video = await studio.render({
      photo: await media("portrait.jpg"),
      speech: await second(),
      resolution: "1080",
    });
    expect(boxes(video.mp4)).toEqual(["ftyp", "moov", "mdat"]);
  });

  it.each([
    ["720", { width: 512, height: 170 }],
    ["1080", { width: 640, height: 212 }],
  ] as const)(
    "keeps a wide photo's shape at %s, even on both sides and upright",
    async (resolution, size) => {
      const photo = await sharp({ create: { width: 401, height: 1203, channels: 3, background: "teal" } })
        .withMetadata({ orientation: 6 })
        .jpeg()
        .toBuffer();
      expect(await studio.render({ photo, speech: await second(), resolution })).toMatchObject(size);
    },
  );

  it("makes a video of the smallest picture", async () => {
    const photo = await sharp({ create: { width: 9, height: 5, channels: 3, background: "teal" } })
      .png()
      .toBuffer();
    const video = await studio.render({ photo, speech: await second(), resolution: "720" });
    expect((await probe(video.mp4)).video).toMatchObject({ width: 16, height: 16 });
  });

  it("refuses what is not a photo, and what is not a recording, and goes on", async () => {
    const [photo, speech] = [await media("portrait.jpg"), await second()];
    await expect(studio.render({ photo: speech, speech, resolution: "720" })).rejects.toThrow();
    await expect(studio.render({ photo, speech: photo, resolution: "720" })).rejects.toThrow();
    await expect(studio.findFaces(speech)).rejects.toThrow();
    expect(await studio.findFaces(photo)).toHaveLength(1);
  });

  it("gives up what it is making when it is closed, and begins nothing any more", async () => {
    const closed = new Studio();
    const order = {
      photo: await media("portrait.jpg"),
      speech: await second(),
      resolution: "720",
    } as const;
    const video = expect(closed.render(order)).rejects.toThrow();
    await closed.close();
    await video;
    await expect(closed.render(order)).rejects.toThrow();
  });
});

async function probe(bytes: Buffer) {
  const input = open(bytes);
  const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  return {
    video: video && {
      codec: await video.getCodec(),
      seconds: await video.computeDuration(),
      width: await video.getDisplayWidth(),
      height: await video.getDisplayHeight(),
    },
    audio: audio && {
      codec: await audio.getCodec(),
      seconds: await audio.computeDuration(),
      packets: (await packetsOf(audio)).map(({ data }) => Buffer.from(data).toString("base64")),
    },
  };
}

async function pictures(bytes: Buffer) {
  const track = await open(bytes).getPrimaryVideoTrack();
  return track ? packetsOf(track) : [];
}

async function packetsOf(track: InputTrack) {
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  return packets;
}

function open(bytes: Buffer): Input {
  return new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
}

/** Names of the file's outermost boxes, in order. */
function boxes(mp4: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at < mp4.length; at += mp4.readUInt32BE(at))
    names.push(mp4.toString("latin1", at + 4, at + 8));
  return names.filter((name) => name !== "free");
}
