import type { RenderId } from "../job/ids.ts";
import type { RenderApi } from "../job/render-api.ts";
import type { FaceFinder, SpeechApi, VoiceList } from "../job/speech-api.ts";
import { unreadable } from "./answers.ts";
import { authorize, type Credentials } from "./authorize.ts";
import { type CallerLog, createCaller } from "./caller.ts";
import { getAkoolCode, SUCCESS } from "./codes.ts";
import type { AkoolCall } from "./errors.ts";
import { createFaceFinder } from "./face-finder.ts";
import { createdRender, creditInfo, renderInfo } from "./schemas.ts";
import { createSpeechApi } from "./speech.ts";
import { createTransport } from "./transport.ts";
import { createVoiceList } from "./voice-list.ts";

const CREATE: AkoolCall = "POST createbytalkingphoto";
const READ: AkoolCall = "GET infobymodelid";
const CREDIT: AkoolCall = "GET quota/info";

const defaultTimeouts: AkoolTimeouts = { connectMs: 10_000, createMs: 60_000, readMs: 15_000 };

/** Of one network call each, headers and body together; never scaled. */
export interface AkoolTimeouts {
  readonly connectMs: number;
  /** Long, since AKOOL fetches the photo and the recording before it answers. */
  readonly createMs: number;
  /** Of reads and of getToken. */
  readonly readMs: number;
}

export interface AkoolClientOptions extends Credentials {
  readonly apiUrl: string | URL;
  readonly timeouts?: Partial<AkoolTimeouts>;
  readonly now?: () => Date;
  readonly log?: CallerLog;
}

export interface AkoolClient extends RenderApi, SpeechApi, VoiceList, FaceFinder {
  /** The account's balance, and the cheapest call that proves the key. Throws AkoolError. */
  readCredit(signal?: AbortSignal): Promise<{ readonly credit: number }>;
  /** Cuts what is under way. */
  close(): Promise<void>;
}

/** AKOOL's talking photos, and what goes with them: speech, voices, faces. Throws when `token` authentication lacks the client id; connects to nothing yet. */
export function createAkoolClient(options: AkoolClientOptions): AkoolClient {
  const { connectMs, createMs, readMs } = { ...defaultTimeouts, ...options.timeouts };
  const { apiUrl, log, now = () => new Date() } = options;
  const transport = createTransport({ apiUrl, connectTimeoutMs: connectMs, now });
  const caller = createCaller(authorize(transport, options, readMs), { createMs, readMs, log });

  return {
    ...createSpeechApi(caller),
    ...createVoiceList(caller, { apiUrl, now, log }),
    ...createFaceFinder(caller, { log }),

    async createRender(order, signal) {
      const { answer } = await caller.pay(
        {
          name: CREATE,
          path: "/api/open/v3/content/video/createbytalkingphoto",
          body: {
            talking_photo_url: order.photoUrl,
            audio_url: order.speechUrl,
            resolution: order.resolution,
            prompt: order.gesturePrompt,
            webhookUrl: order.webhookUrl,
          },
          signal,
        },
        { made: createdRender, missing: "no render id in the answer", codeOf: getAkoolCode },
      );
      if (answer.type !== "created") return answer;
      return { type: "created", renderId: answer.id as RenderId }; // the boundary where a string becomes one
    },

    readRender(renderId, signal) {
      const path = `/api/open/v3/content/video/infobymodelid?video_model_id=${encodeURIComponent(renderId)}`;
      return caller.look({ name: READ, path, signal }, renderInfo);
    },

    async readCredit(signal) {
      const path = "/api/open/v3/faceswap/quota/info";
      const { exchange } = await caller.ask({ name: CREDIT, path, signal });
      if (exchange.type === "answered" && exchange.reply?.code === SUCCESS) {
        const info = creditInfo.safeParse(exchange.reply.data);
        if (info.success) return { credit: info.data.credit };
      }
      throw unreadable(CREDIT, exchange).error;
    },

    close: () => transport.close(),
  };
}
