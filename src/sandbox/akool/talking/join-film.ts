/** Pictures and sound in one mp4, both copied packet by packet; the index comes first, so that it plays while it loads. */
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Mp4OutputFormat,
  Output,
} from "mediabunny";

const IDR = 5;

/** `parts` are mp4s with pictures, one after the other. */
export async function joinFilm(
  parts: readonly Uint8Array[],
  speech: Uint8Array,
  framesPerSecond: number,
): Promise<Uint8Array> {
  const audioTrack = await open(speech).getPrimaryAudioTrack();
  const audioConfig = await audioTrack?.getDecoderConfig();
  const audioCodec = await audioTrack?.getCodec();
  if (!audioTrack || !audioConfig) throw new Error("the recording has no sound");
  if (audioCodec !== "mp3" && audioCodec !== "aac") throw new Error(`cannot copy ${audioCodec} into an mp4`);

  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target });
  const video = new EncodedVideoPacketSource("avc");
  const audio = new EncodedAudioPacketSource(audioCodec);
  output.addVideoTrack(video, { frameRate: framesPerSecond });
  output.addAudioTrack(audio);
  await output.start();
  await addPictures(parts, video, framesPerSecond);
  for await (const packet of new EncodedPacketSink(audioTrack).packets()) {
    await audio.add(packet, { decoderConfig: audioConfig });
  }
  audio.close();
  await output.finalize();
  if (!target.buffer) throw new Error("no mp4 came out");
  return new Uint8Array(target.buffer);
}

async function addPictures(
  parts: readonly Uint8Array[],
  video: EncodedVideoPacketSource,
  framesPerSecond: number,
): Promise<void> {
  let [frames, description] = [0, ""];
  for (const part of parts) {
    const track = await open(part).getPrimaryVideoTrack();
    const config = await track?.getDecoderConfig();
    if (!track || !config) throw new Error("a part has no pictures");
    // Players read it once, for all parts.
    const own = describe(config);
    if (description && own !== description) throw new Error("the parts were encoded differently");
    description = own;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const [timestamp, duration] = [frames / framesPerSecond, 1 / framesPerSecond];
      // The encoder's own mp4 says of every frame that it needs no other.
      const type = needsNoOther(packet.data) ? "key" : "delta";
      await video.add(packet.clone({ timestamp, duration, type }), { decoderConfig: config });
      frames += 1;
    }
  }
  video.close();
}

/** Whether a frame, as an mp4 holds it, is an IDR picture: units of H.264, each behind its length in four bytes. */
function needsNoOther(frame: Uint8Array): boolean {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  for (let at = 0; at + 4 < bytes.length; at += 4 + bytes.readUInt32BE(at)) {
    if ((bytes.readUInt8(at + 4) & 0x1f) === IDR) return true;
  }
  return false;
}

function describe({ codec, description }: { codec: string; description?: unknown }): string {
  return `${codec} ${description instanceof Uint8Array ? Buffer.from(description).toString("hex") : ""}`;
}

function open(bytes: Uint8Array): Input {
  return new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
}
