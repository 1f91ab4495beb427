import { ALL_FORMATS, FilePathSource, Input, UnsupportedInputFormatError } from "mediabunny";

/** What a recording is, read without decoding it. */
export type ProbedSound =
  | { readonly hasSound: true; readonly isMp3: boolean; readonly seconds: number }
  | { readonly hasSound: false; readonly hasPicture: boolean };

/**
 * Undefined when the container is none that mediabunny knows. The length comes from the packets, not from
 * what a header claims. Heavy to import: for the worker only.
 * @throws Error when the file is damaged
 */
export async function probeSound(path: string): Promise<ProbedSound | undefined> {
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  try {
    const format = await input.getFormat();
    const track = await input.getPrimaryAudioTrack();
    if (!track) return { hasSound: false, hasPicture: (await input.getPrimaryVideoTrack()) !== null };
    const end = await track.computeDuration();
    // In a video the sound may begin later than the picture.
    const start = Math.max(0, await track.getFirstTimestamp());
    return { hasSound: true, isMp3: format.name === "MP3", seconds: Math.max(0, end - start) };
  } catch (error) {
    if (error instanceof UnsupportedInputFormatError) return undefined;
    throw error;
  } finally {
    input.dispose();
  }
}
