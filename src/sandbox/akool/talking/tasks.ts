/** What the stand-in's threads do. Each loads what it needs for a task at the first of its kind, and keeps it. */
import type { Utterance } from "./espeak.ts";
import type { FaceModels } from "./face-models.ts";
import type { Film, TalkingPhotoMedia } from "./film.ts";
import type { Face } from "./find-faces.ts";

export const tasks = {
  plan: async (media: TalkingPhotoMedia): Promise<Film> =>
    (await import("./film.ts")).planFilm(media, models),
  /** Frames from the first number on and before the second, as an mp4 without sound. */
  draw: async ({ film, from, to }: { film: Film; from: number; to: number }): Promise<Uint8Array> => {
    const { drawFrames, FRAMES_PER_SECOND } = await import("./film.ts");
    const { encodeFrames } = await import("./encode-frames.ts");
    const frames = drawFrames(film, from, to);
    return encodeFrames(frames, { ...film, framesPerSecond: FRAMES_PER_SECOND });
  },
  join: async ({
    parts,
    speech,
  }: {
    parts: readonly Uint8Array[];
    speech: Uint8Array;
  }): Promise<Uint8Array> => {
    const { FRAMES_PER_SECOND } = await import("./film.ts");
    return (await import("./join-film.ts")).joinFilm(parts, speech, FRAMES_PER_SECOND);
  },
  /** In pixels of the picture, upright; the largest first. */
  look: async (photo: Uint8Array): Promise<Omit<Face, "points">[]> =>
    (await import("./look-for-faces.ts")).lookForFaces(photo, await models()),
  speak: async (utterance: Utterance) => (await espeak())(utterance),
};

let loadedModels: Promise<FaceModels> | undefined;
function models(): Promise<FaceModels> {
  loadedModels ??= import("./face-models.ts").then(({ loadFaceModels }) => loadFaceModels());
  return loadedModels;
}

let loadedEspeak: ReturnType<typeof import("./espeak.ts").loadEspeak> | undefined;
function espeak() {
  loadedEspeak ??= import("./espeak.ts").then(({ loadEspeak }) => loadEspeak());
  return loadedEspeak;
}

export type Tasks = typeof tasks;
