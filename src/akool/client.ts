import type { CreateAnswer, RenderApi, RenderUpdate } from "../job/render-api.ts";
import { authorize, type Credentials } from "./authorize.ts";
import { akoolCodes, getAkoolCode, isAccountTrouble, NOT_THERE, SUCCESS, TOO_FREQUENT } from "./codes.ts";
import { type AkoolCall, AkoolError, vendorText } from "./errors.ts";
import { createdRender, creditInfo, renderInfo } from "./schemas.ts";
import { createTransport, type Exchange } from "./transport.ts";

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
  readonly log?: { warn(facts: object, message: string): void };
}

export interface AkoolClient extends RenderApi {
  /** The account's balance, and the cheapest call that proves the key. Throws AkoolError. */
  readCredit(signal?: AbortSignal): Promise<{ readonly credit: number }>;
  /** Cuts what is under way. */
  close(): Promise<void>;
}

/** AKOOL's talking photo API. Throws when `token` authentication lacks the client id; connects to nothing yet. */
export function createAkoolClient(options: AkoolClientOptions): AkoolClient {
  const { connectMs, createMs, readMs } = { ...defaultTimeouts, ...options.timeouts };
  const now = options.now ?? (() => new Date());
  const transport = createTransport({ apiUrl: options.apiUrl, connectTimeoutMs: connectMs, now });
  const call = authorize(transport, options, readMs);

  /** AKOOL's own words go to the log only: they are for the operator, and not to be relied on. */
  const logRefusal = (name: AkoolCall, exchange: Exchange) => {
    if (exchange.type !== "answered") return;
    const { code, msg = "" } = exchange.reply ?? {};
    const facts = { call: name, code, httpStatus: exchange.httpStatus, said: vendorText(msg) };
    options.log?.warn(facts, "AKOOL did not do what it was asked");
  };

  return {
    async createRender(order, signal) {
      const { exchange, reached } = await call({
        name: CREATE,
        path: "/api/open/v3/content/video/createbytalkingphoto",
        // JSON leaves out what is undefined.
        body: {
          talking_photo_url: order.photoUrl,
          audio_url: order.speechUrl,
          resolution: order.resolution,
          prompt: order.gesturePrompt,
          webhookUrl: order.webhookUrl,
        },
        paid: true,
        signal: within(createMs, signal),
      });
      const answer = readCreateAnswer(exchange);
      if (answer.type === "refused" || answer.type === "unclear") logRefusal(CREATE, exchange);
      // Whatever became of getToken, the paid call itself was not made.
      return answer.type === "unclear" && !reached ? { type: "not_sent", error: answer.error } : answer;
    },

    async readRender(renderId, signal) {
      const { exchange, reached } = await call({
        name: READ,
        path: `/api/open/v3/content/video/infobymodelid?video_model_id=${encodeURIComponent(renderId)}`,
        signal: within(readMs, signal),
      });
      const update = readRenderUpdate(exchange);
      // "Not found" from getToken says nothing about the render.
      const answer = update.type === "unknown" && !reached ? unreadable(READ, exchange) : update;
      if (answer.type === "refused" || answer.type === "unclear") logRefusal(READ, exchange);
      return answer;
    },

    async readCredit(signal) {
      const { exchange } = await call({
        name: CREDIT,
        path: "/api/open/v3/faceswap/quota/info",
        signal: within(readMs, signal),
      });
      if (exchange.type === "answered" && exchange.reply?.code === SUCCESS) {
        const info = creditInfo.safeParse(exchange.reply.data);
        if (info.success) return { credit: info.data.credit };
      }
      throw unreadable(CREDIT, exchange).error;
    },

    close: () => transport.close(),
  };
}

/** A body with a code decides, whatever the HTTP status; without one only a definite 4xx does. */
function readCreateAnswer(exchange: Exchange): CreateAnswer {
  if (exchange.type !== "answered") return exchange;
  const { httpStatus, reply } = exchange;
  const code = reply?.code;
  if (code === SUCCESS) {
    const created = createdRender.safeParse(reply?.data);
    if (created.success) return { type: "created", renderId: created.data._id };
    return { type: "unclear", error: new AkoolError(CREATE, "no render id in the answer", { code }) };
  }
  if (isBusy(exchange)) return busy(exchange);
  // A gateway's own error page in JSON: only a code of AKOOL's own list says that nothing was started.
  if (httpStatus >= 500 && !(code !== undefined && akoolCodes.has(code))) return unreadable(CREATE, exchange);
  if (code !== undefined) {
    const { reason, retries } = getAkoolCode(code);
    return { type: "refused", reason, code, retries };
  }
  if (isKeyRefused(httpStatus)) {
    return { type: "refused", reason: "akool_key_refused", code: httpStatus, retries: 0 };
  }
  if (httpStatus >= 400 && httpStatus < 500 && httpStatus !== 408) {
    return { type: "refused", reason: "akool_error", code: httpStatus, retries: 0 };
  }
  return unreadable(CREATE, exchange);
}

function readRenderUpdate(exchange: Exchange): RenderUpdate {
  if (exchange.type !== "answered") return { type: "unclear", error: exchange.error };
  const { httpStatus, reply } = exchange;
  const code = reply?.code;
  if (code === SUCCESS) {
    const info = renderInfo.safeParse(reply?.data);
    if (info.success) return info.data;
    const error = new AkoolError(READ, "no known status in the answer", { code }, { cause: info.error });
    return { type: "unclear", error };
  }
  if (isBusy(exchange)) return busy(exchange);
  if (code !== undefined) {
    if (NOT_THERE.includes(code)) return { type: "unknown" };
    const { reason } = getAkoolCode(code);
    return isAccountTrouble(reason) ? { type: "refused", reason, code } : unreadable(READ, exchange);
  }
  if (httpStatus === 404 || reply?.status === 404) return { type: "unknown" };
  if (isKeyRefused(httpStatus)) return { type: "refused", reason: "akool_key_refused", code: httpStatus };
  return unreadable(READ, exchange);
}

type Answered = Extract<Exchange, { type: "answered" }>;

function isBusy({ httpStatus, reply }: Answered): boolean {
  return reply?.code === TOO_FREQUENT || httpStatus === 429;
}

function busy({ retryAfterMs }: Answered): { readonly type: "busy"; readonly retryAfterMs?: number } {
  return { type: "busy", ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function isKeyRefused(httpStatus: number): boolean {
  return httpStatus === 401 || httpStatus === 403;
}

/** What stands in the way of an answer, as an error with a sentence for the operator. */
function unreadable(
  call: AkoolCall,
  exchange: Exchange,
): { readonly type: "unclear"; readonly error: AkoolError } {
  if (exchange.type !== "answered") return { type: "unclear", error: exchange.error };
  const { httpStatus, reply } = exchange;
  const code = reply?.code;
  let problem = "answer without what was asked for";
  if (code !== undefined && code !== SUCCESS) problem = getAkoolCode(code).meaning;
  else if (code === undefined && isKeyRefused(httpStatus)) problem = "key refused";
  return { type: "unclear", error: new AkoolError(call, problem, { code, httpStatus }) };
}

function within(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([timeout, signal]) : timeout;
}
