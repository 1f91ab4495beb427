/** `/sandbox/…` of the stand-in for AKOOL: see docs/sandbox.md. */
import { z } from "zod";
import { type Controls, remember, takeBack, times } from "../control.ts";
import type { AkoolSandbox } from "./start-akool.ts";

const endpoint = z.enum([
  "create",
  "info",
  "token",
  "quota",
  "result",
  "speak",
  "speech",
  "voices",
  "speak_v3",
  "speech_v3",
  "voices_v3",
  "speech_file",
  "preview",
  "faces",
]);
const when = z.enum(["before", "after"]).exactOptional();
const spoils = { endpoint, times };

const misbehaviour = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("code"),
    ...spoils,
    code: z.number().int(),
    msg: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal("status"), ...spoils, status: z.number().int().min(400).max(599), when }),
  z.strictObject({ kind: z.enum(["drop", "hang", "html"]), ...spoils, when }),
  z.strictObject({ kind: z.literal("429"), ...spoils, retryAfterSeconds: z.number().exactOptional() }),
  z.strictObject({ kind: z.enum(["cut_body", "404", "short", "endless", "no_length"]), ...spoils }),
  z.strictObject({ kind: z.literal("slow"), ...spoils, bytesPerSecond: z.number().min(1) }),
]);

export function akoolControls(akool: AkoolSandbox): Controls {
  return {
    "GET renders": () =>
      akool.renders.map(({ id, status, videoUrl, seconds }) => ({ id, status, videoUrl, seconds })),
    "GET calls": () => akool.calls,
    "GET problems": () => akool.problems,
    "GET credit": () => ({ credit: akool.credit }),
    "POST credit": ({ body }) => {
      akool.credit = z.strictObject({ credit: z.number().min(0) }).parse(body).credit;
    },
    "POST misbehave": ({ body }) => {
      const { endpoint: at, ...how } = misbehaviour.parse(body);
      remember(akool, akool.misbehave(at, how));
    },
    "POST behave": () => takeBack(akool),
  };
}
