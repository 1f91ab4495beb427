import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import type { Box, FaceFinder } from "../job/speech-api.ts";
import { unreadable } from "./answers.ts";
import type { Caller, CallerLog } from "./caller.ts";
import { type AkoolCall, AkoolError } from "./errors.ts";
import type { Exchange } from "./transport.ts";

const DETECT: AkoolCall = "POST detect_faces";
/** What AKOOL takes is not documented; it becomes a third more as base64. */
const MAX_PICTURE_BYTES = 8 * 1024 * 1024;
/** `error_code` of an answer that worked. */
const SUCCESS = 0;

/**
 * `faces_obj` of POST /interface/detect-api/detect_faces for a picture: its one frame is "0", and each region is
 * x, y, width and height in pixels. Source: AKOOL API reference, "Detect Faces". A picture without a face has an
 * empty list there; an answer without any frame means the same.
 */
const facesFound = z
  .object({ "0": z.object({ region: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])) }) })
  .transform((frames) => frames["0"].region)
  .or(z.strictObject({}).transform(() => []));

/** Looks for faces before anything is paid. The picture goes along: it needs no address of its own. */
export function createFaceFinder(
  caller: Caller,
  { log }: { readonly log?: CallerLog | undefined },
): FaceFinder {
  return {
    async findFaces(jpegPath, signal) {
      const picture = await readPicture(jpegPath);
      if (!picture) return undefined;
      const { exchange } = await caller.ask({
        name: DETECT,
        path: "/interface/detect-api/detect_faces",
        body: { img: picture.toString("base64"), single_face: false },
        signal,
      });
      const faces = readFaces(exchange);
      if (!(faces instanceof AkoolError)) return faces;
      if (!signal?.aborted) log?.warn({ call: DETECT, err: faces }, "AKOOL did not look for faces");
      return undefined;
    },
  };
}

/** Undefined: too big, or not there. */
async function readPicture(path: string): Promise<Buffer | undefined> {
  try {
    const { size } = await stat(path);
    return size > MAX_PICTURE_BYTES ? undefined : await readFile(path);
  } catch {
    return undefined;
  }
}

function readFaces(exchange: Exchange): readonly Box[] | AkoolError {
  if (exchange.type !== "answered" || exchange.reply?.error_code === undefined)
    return unreadable(DETECT, exchange).error;
  const { httpStatus, reply } = exchange;
  if (reply.error_code !== SUCCESS) {
    // Documented is a success with an empty list; elsewhere the same is an error in words.
    if (/\bno\b[\w\s]{0,20}\bfaces?\b/i.test(reply.error_msg ?? "")) return [];
    return new AkoolError(DETECT, "picture not looked at", { code: reply.error_code, httpStatus });
  }
  const { data: regions } = facesFound.safeParse(reply.faces_obj);
  if (!regions) return new AkoolError(DETECT, "no faces in the answer", { code: SUCCESS });
  return regions
    .map(toBox)
    .filter(({ width, height }) => width > 0 && height > 0)
    .sort((a, b) => a.left - b.left);
}

/** A box that begins outside of the picture is cut off at its edge. */
function toBox([x, y, width, height]: readonly [number, number, number, number]): Box {
  const [left, top] = [Math.max(0, Math.round(x)), Math.max(0, Math.round(y))];
  return { left, top, width: Math.round(x + width) - left, height: Math.round(y + height) - top };
}
