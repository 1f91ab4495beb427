/**
 * AKOOL's open API, as far as talking photos go: who may call, what is accepted, what is answered. Speech has a
 * file of its own, speech-endpoints.ts, and so has the search for faces.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { CallRecord, Endpoint } from "./call-log.ts";
import { readCreateOrder } from "./create-order.ts";
import { detectFaces, type Faces } from "./detect-faces.ts";
import { fault, isObject, notThere, readJson, refusal, success } from "./envelope.ts";
import {
  type FetchedInput,
  type FetchRecord,
  fetchInput,
  findSpeechSeconds,
  isPhoto,
} from "./fetch-input.ts";
import { json, type Reply } from "./misbehaviour.ts";
import type { Settings } from "./options.ts";
import type { RenderLife } from "./render-life.ts";
import { createData, creditsFor, infoData, type Renders } from "./renders.ts";
import { bigFileReply, fileReply } from "./result-file.ts";
import type { SpeechEndpoints } from "./speech-endpoints.ts";

const TOKEN_LIFE_SECONDS = 3600 * 24 * 3600;

/** By method and path. */
export const ROUTES: Readonly<Record<string, Endpoint>> = {
  "POST /api/open/v3/getToken": "token",
  "POST /api/open/v3/content/video/createbytalkingphoto": "create",
  "GET /api/open/v3/content/video/infobymodelid": "info",
  "GET /api/open/v3/faceswap/quota/info": "quota",
  "POST /api/open/v4/voice/tts": "speak",
  "GET /api/open/v4/voice/list": "voices",
  "POST /api/open/v3/audio/create": "speak_v3",
  "GET /api/open/v3/audio/infobymodelid": "speech_v3",
  "GET /api/open/v3/voice/list": "voices_v3",
  "POST /interface/detect-api/detect_faces": "faces",
};
/** Only there so that a path can be parsed. */
const BASE = "http://akool.invalid";
/** What has an id in its path, and may be read by anybody where it is a file. */
export const ROUTES_WITH_ID = [
  { endpoint: "result", isFile: true, path: /^\/results\/([0-9a-f]{24})\.mp4$/ },
  { endpoint: "speech_file", isFile: true, path: /^\/speeches\/([0-9a-f]{24})\.mp3$/ },
  { endpoint: "preview", isFile: true, path: /^\/voices\/([0-9a-f]{24})\.mp3$/ },
  { endpoint: "speech", isFile: false, path: /^\/api\/open\/v4\/voice\/resource\/detail\/([^/]+)$/ },
] as const;
/** The query parameter that names what is asked for. */
const ID_PARAMETERS: Partial<Record<Endpoint, string>> = {
  info: "video_model_id",
  speech_v3: "audio_model_id",
};

export interface Account {
  /** The balance. */
  credit: number;
  /** Bearer tokens that are good. */
  readonly tokens: Set<string>;
}

export interface EndpointsDeps {
  readonly settings: Settings;
  readonly account: Account;
  readonly renders: Renders;
  /** Takes a record of each download of an input. */
  readonly fetches: FetchRecord[];
  readonly life: RenderLife;
  readonly speech: SpeechEndpoints;
  readonly faces: () => Faces;
  readonly ownUrl: () => string;
  /** What the app did against the API document. */
  readonly reportProblem: (problem: string) => void;
  readonly closing: AbortSignal;
}

export interface Route {
  readonly endpoint: Endpoint;
  /** Of the render, the speech or the voice that the path or the query names. */
  readonly renderId: string | undefined;
  readonly url: URL;
}

export function findRoute(request: IncomingMessage): Route {
  const url = URL.parse(request.url ?? "/", BASE) ?? new URL(BASE);
  for (const { endpoint, isFile, path } of ROUTES_WITH_ID) {
    const renderId = path.exec(url.pathname)?.[1];
    const fits = request.method === "GET" || (isFile && request.method === "HEAD");
    if (renderId && fits) return { endpoint, renderId, url };
  }
  const endpoint = ROUTES[`${request.method} ${url.pathname}`] ?? "unknown";
  const parameter = ID_PARAMETERS[endpoint];
  return { endpoint, renderId: (parameter && url.searchParams.get(parameter)) || undefined, url };
}

export class Endpoints {
  readonly #deps: EndpointsDeps;

  constructor(deps: EndpointsDeps) {
    this.#deps = deps;
  }

  async answer(request: IncomingMessage, route: Route, call: CallRecord): Promise<Reply> {
    const { account } = this.#deps;
    switch (route.endpoint) {
      case "result":
        return this.#result(route);
      case "token":
        return this.#token(request, route);
      case "unknown":
      case "webhook":
        this.#deps.reportProblem(`${request.method} ${route.url.pathname}: unknown path or method`);
        return notThere();
      case "speech_file":
      case "preview":
        return this.#deps.speech.file(route);
      case "speak":
      case "speech":
      case "voices":
      case "speak_v3":
      case "speech_v3":
      case "voices_v3": {
        const { endpoint } = route;
        return (
          this.#refusal(request) ?? (await this.#deps.speech.answer(request, { ...route, endpoint }, call))
        );
      }
      case "faces":
        return this.#refusal(request) ?? (await this.#faces(request, route));
      case "create":
        return this.#refusal(request) ?? (await this.#create(request, route, call));
      case "info":
        return this.#refusal(request) ?? this.#info(route);
      case "quota":
        return this.#refusal(request) ?? success({ credit: account.credit });
    }
  }

  /** Undefined when the caller may call. */
  #refusal({ headers }: IncomingMessage): Reply | undefined {
    const { settings, account } = this.#deps;
    const key = headers["x-api-key"]?.toString() ?? "";
    const authorization = headers.authorization ?? "";
    if (key && authorization) this.#deps.reportProblem("x-api-key and Authorization were sent together");
    // Authorization wins, as documented.
    if (authorization) {
      const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
      return token && account.tokens.has(token)
        ? undefined
        : refusal(1101, "invalid authorization", settings.authStatus);
    }
    if (!key) return refusal(1102, "authorization is empty", settings.authStatus);
    if (key === settings.apiKey) return undefined;
    if (key === settings.clientId) return refusal(1109, "account does not exist");
    return refusal(1101, "invalid authorization", settings.authStatus);
  }

  async #token(request: IncomingMessage, route: Route): Promise<Reply> {
    const { settings, account } = this.#deps;
    const body = await this.#readJson(request, route);
    const { clientId, clientSecret, ...more } = isObject(body) ? body : {};
    if (typeof clientId !== "string" || typeof clientSecret !== "string" || Object.keys(more).length > 0) {
      return this.#fault(route, "getToken takes the strings clientId and clientSecret, and nothing else");
    }
    if (clientId !== settings.clientId || clientSecret !== settings.apiKey) {
      return refusal(1101, "invalid authorization", settings.authStatus);
    }
    const token = makeToken();
    account.tokens.add(token);
    return json(200, { code: 1000, token }, "1000");
  }

  async #create(request: IncomingMessage, route: Route, call: CallRecord): Promise<Reply> {
    const { account, renders, life, ownUrl } = this.#deps;
    const read = readCreateOrder(await this.#readJson(request, route));
    if ("faults" in read) return this.#fault(route, ...read.faults);
    const { order } = read;
    const [photo, speech] = await Promise.all([
      this.#fetch(order.talking_photo_url),
      this.#fetch(order.audio_url),
    ]);
    const seconds = speech.status === 200 ? await findSpeechSeconds(speech.bytes) : undefined;
    if (!seconds || photo.status !== 200 || !(await isPhoto(photo.bytes))) {
      return refusal(1015, "create video error, please try again later");
    }
    if (account.credit < creditsFor(seconds)) return refusal(1104, "credit is insufficient");
    const render = renders.add({ order, inputs: { photo, speech }, seconds });
    call.renderId = render.id;
    await life.begin(render);
    return success(createData(render, ownUrl()));
  }

  async #fetch(url: string): Promise<FetchedInput> {
    const record: FetchRecord = { url, at: new Date(), endedAt: undefined, status: undefined };
    this.#deps.fetches.push(record);
    const fetched = await fetchInput(url, this.#deps.closing);
    record.endedAt = new Date();
    record.status = fetched.status;
    return fetched;
  }

  #info(route: Route): Reply {
    const names = [...route.url.searchParams.keys()];
    if (!route.renderId || names.length > 1) {
      return this.#fault(route, "takes the one query parameter video_model_id");
    }
    const render = this.#deps.renders.find(route.renderId);
    return render ? success(infoData(render)) : refusal(1008, "content does not exist");
  }

  async #result(route: Route): Promise<Reply> {
    const { renders, life, settings } = this.#deps;
    const file = await life.findFile(renders.find(route.renderId ?? ""));
    if (!file) return { status: 404, body: Buffer.from("not found"), outcome: "404" };
    return settings.bigResult ? bigFileReply(settings.bigResult) : fileReply(file, "video/mp4");
  }

  #faces(request: IncomingMessage, { url }: Route): Promise<Reply> {
    return detectFaces(request, url.pathname, this.#deps.faces(), this.#deps.reportProblem);
  }

  #readJson(request: IncomingMessage, { url }: Route): Promise<unknown> {
    return readJson(request, url.pathname, this.#deps.reportProblem);
  }

  #fault({ url }: Route, ...faults: string[]): Reply {
    return fault(url.pathname, faults, this.#deps.reportProblem);
  }
}

/** Shaped like AKOOL's: a JWT good for 3600 days. Nothing checks its signature. */
function makeToken(): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    id: randomBytes(12).toString("hex"),
    type: "user",
    uid: 378337,
    iat,
    exp: iat + TOKEN_LIFE_SECONDS,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.${randomBytes(32).toString("base64url")}`;
}
