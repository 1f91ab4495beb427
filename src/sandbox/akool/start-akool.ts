/**
 * A stand-in for AKOOL: a real HTTP server on 127.0.0.1 that keeps state, checks every request against the API
 * document, downloads both inputs, makes a real mp4, speaks in real MP3 and sends real webhooks. Tests and the demo run on it; it
 * can be finished by hand, told to go wrong, and stopped at any point. See reference/akool.md for what it copies.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { answerControl } from "../control.ts";
import { CallLog, type CallRecord, type Endpoint, type Rule } from "./call-log.ts";
import { akoolControls } from "./control.ts";
import { type Faces, facesFoundBy, oneCentralFace } from "./detect-faces.ts";
import { type Account, Endpoints, findRoute } from "./endpoints.ts";
import type { FetchRecord } from "./fetch-input.ts";
import type { Misbehaviour } from "./misbehaviour.ts";
import { type AkoolOptions, type Changes, type Settings, settle, type WebhookMode } from "./options.ts";
import { type LifeDeps, RenderLife } from "./render-life.ts";
import { newsOfRender, Renders, type SandboxRender } from "./renders.ts";
import { buzzer, makeRealSpeaker } from "./speaker.ts";
import { SpeechEndpoints } from "./speech-endpoints.ts";
import { SpeechLife } from "./speech-life.ts";
import { newsOfSpeech, type SandboxSpeech, Speeches } from "./speeches.ts";
import { Studio } from "./talking/studio.ts";
import { makeVoices, type SandboxVoice } from "./voices.ts";
import { type SendOptions, type SentWebhook, type WebhookOverrides, WebhookSender } from "./webhooks.ts";

const WAIT_MS = 20_000;
const LOOK_AGAIN_MS = 5;
const CONTROLS = "/sandbox/";

export async function startAkool(options: AkoolOptions = {}): Promise<AkoolSandbox> {
  const sandbox = new AkoolSandbox(settle(options));
  sandbox.onCall = options.onCall;
  await sandbox.listen(options.port ?? 0);
  return sandbox;
}

export class AkoolSandbox {
  /** Everything the app did against the API document; a test expects it to be empty. */
  readonly problems: string[] = [];
  readonly apiKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The account's own clones and those on offer. May be changed. */
  readonly voices: SandboxVoice[] = makeVoices();
  /** Each download of a photo or a recording, oldest first. */
  readonly fetches: FetchRecord[] = [];
  /** What detect_faces finds: one face in the middle, or with the real renderer what is there. May be changed. */
  faces: Faces;
  readonly #settings: Settings;
  readonly #log = new CallLog();
  readonly #renders = new Renders();
  readonly #speeches = new Speeches();
  readonly #account: Account;
  readonly #closing = new AbortController();
  readonly #studio = new Studio();
  readonly #webhooks: WebhookSender;
  readonly #life: RenderLife;
  readonly #speechLife: SpeechLife;
  readonly #server: Server;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.apiKey = settings.apiKey;
    this.clientId = settings.clientId;
    this.clientSecret = settings.clientSecret;
    this.#account = { credit: settings.credit, tokens: new Set() };
    const closing = this.#closing.signal;
    const reportProblem = (problem: string) => void this.problems.push(problem);
    this.#webhooks = new WebhookSender(settings, this.#log, closing);
    const isReal = settings.renderer === "real";
    this.faces = isReal ? facesFoundBy(this.#studio) : oneCentralFace;
    const speaker = isReal ? makeRealSpeaker(this.#studio, { reportProblem, closing }) : buzzer;
    const lifeDeps: LifeDeps = {
      settings,
      webhooks: this.#webhooks,
      resultOrigin: () => `http://${settings.resultHost ?? this.host}`,
      charge: (credits) => {
        // To a ten-thousandth: speech costs fractions.
        this.#account.credit = Math.round((this.#account.credit - credits) * 10_000) / 10_000;
      },
      reportProblem,
      closing,
    };
    this.#life = new RenderLife({ ...lifeDeps, studio: this.#studio });
    this.#speechLife = new SpeechLife({ ...lifeDeps, speaker });
    const speech = new SpeechEndpoints({
      settings,
      account: this.#account,
      speeches: this.#speeches,
      life: this.#speechLife,
      speaker,
      voices: () => this.voices,
      ownUrl: () => this.url,
      reportProblem,
    });
    const endpoints = new Endpoints({
      settings,
      account: this.#account,
      renders: this.#renders,
      fetches: this.fetches,
      life: this.#life,
      speech,
      faces: () => this.faces,
      ownUrl: () => this.url,
      reportProblem,
      closing,
    });
    this.#server = createServer((request, response) => {
      const route = findRoute(request);
      const { pathname } = route.url;
      const answered = pathname.startsWith(CONTROLS)
        ? answerControl(akoolControls(this), pathname.slice(CONTROLS.length), request, response)
        : this.#log.answerCall({ ...route, request, response }, (call) =>
            endpoints.answer(request, route, call),
          );
      answered.catch((error: unknown) => {
        // A request that broke off in the middle, or a fault of the stand-in's own.
        if (!request.destroyed || request.complete) reportProblem(`the sandbox failed: ${error}`);
        response.destroy();
      });
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", resolve);
    });
  }

  /** Stops everything at once: hanging answers, renders and webhooks included. */
  async close(): Promise<void> {
    this.#closing.abort();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#studio.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** `127.0.0.1:port`, as TRUSTED_HOSTS wants it. */
  get host(): string {
    const { port } = this.#server.address() as AddressInfo; // it listens on TCP
    return `127.0.0.1:${port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** Every paid create, oldest first. */
  get renders(): readonly SandboxRender[] {
    return this.#renders.all;
  }

  /** Every paid speech, oldest first. */
  get speeches(): readonly SandboxSpeech[] {
    return this.#speeches.all;
  }

  /** How many speeches were paid, whether or not their answer arrived. */
  get speechCreates(): number {
    return this.#speeches.all.length;
  }

  /** How many renders were paid, whether or not their answer arrived. */
  get creates(): number {
    return this.#renders.all.length;
  }

  /** The most renders that were in flight at the same time. */
  get mostAtOnce(): number {
    return this.#renders.mostAtOnce;
  }

  get calls(): readonly CallRecord[] {
    return this.#log.calls;
  }

  get webhooks(): readonly SentWebhook[] {
    return this.#webhooks.sent;
  }

  get credit(): number {
    return this.#account.credit;
  }

  /** Bearer tokens that are good at the moment. */
  get tokens(): readonly string[] {
    return [...this.#account.tokens];
  }

  set credit(credit: number) {
    this.#account.credit = credit;
  }

  get onCall(): CallLog["onCall"] {
    return this.#log.onCall;
  }

  set onCall(hook: CallLog["onCall"]) {
    this.#log.onCall = hook;
  }

  /** The next `times` calls of that endpoint go wrong in this way. Several queue up. Returns how to take it back. */
  misbehave(endpoint: Exclude<Endpoint, "webhook">, how: Misbehaviour & Rule): () => void {
    return this.#log.misbehave(endpoint, how);
  }

  /** Changes how it is, until it is changed again. */
  change(changes: Partial<Changes>): void {
    Object.assign(this.#settings, changes);
  }

  /** Forgets all misbehaviour that is still queued. */
  behave(): void {
    this.#log.behave();
  }

  /** Every bearer token given out so far is answered 1101 from now on. */
  revokeTokens(): void {
    this.#account.tokens.clear();
  }

  /** The n-th paid create, once it is there. */
  async waitForCreate(n = 1, timeoutMs = WAIT_MS): Promise<SandboxRender> {
    return this.#waitFor(`create number ${n}`, timeoutMs, () => this.#renders.all[n - 1]);
  }

  /** Finishes a render, by default the oldest unfinished one, waiting for it to be ordered. Resolves when its webhooks are through. */
  async finish(
    id?: string,
    { webhook = this.#settings.webhookMode }: FinishOptions = {},
  ): Promise<SandboxRender> {
    const render = await this.#pick(id);
    await this.#life.complete(render, webhook);
    return render;
  }

  /** `video_status` 4. `reason` shows up as `error_reason`. */
  async fail(id?: string, { reason, webhook = "once" }: FailOptions = {}): Promise<SandboxRender> {
    const render = await this.#pick(id);
    await this.#life.fail(render, reason, webhook);
    return render;
  }

  /** Completed without a URL, webhook and all; `finish` then brings the URL. */
  async doneWithoutUrl(id?: string): Promise<SandboxRender> {
    const render = await this.#pick(id);
    await this.#life.completeWithoutUrl(render);
    return render;
  }

  /** The n-th paid speech, once it is there. */
  async waitForSpeech(n = 1, timeoutMs = WAIT_MS): Promise<SandboxSpeech> {
    return this.#waitFor(`speech number ${n}`, timeoutMs, () => this.#speeches.all[n - 1]);
  }

  /** As `finish`, for a speech. */
  async finishSpeech(
    id?: string,
    { webhook = this.#settings.webhookMode }: FinishOptions = {},
  ): Promise<SandboxSpeech> {
    const speech = await this.#pickSpeech(id);
    await this.#speechLife.complete(speech, webhook);
    return speech;
  }

  /** As `fail`, for a speech. */
  async failSpeech(id?: string, { reason, webhook = "once" }: FailOptions = {}): Promise<SandboxSpeech> {
    const speech = await this.#pickSpeech(id);
    await this.#speechLife.fail(speech, reason, webhook);
    return speech;
  }

  /** As `doneWithoutUrl`, for a speech. */
  async speechDoneWithoutUrl(id?: string): Promise<SandboxSpeech> {
    const speech = await this.#pickSpeech(id);
    await this.#speechLife.completeWithoutUrl(speech);
    return speech;
  }

  /** One more webhook about a render or a speech as it is now, with anything about it replaced. */
  async sendWebhook(id: string, overrides: SendOptions = {}): Promise<SentWebhook | undefined> {
    const speech = this.#speeches.find(id);
    const news = speech ? newsOfSpeech(speech) : newsOfRender(this.#renders.get(id));
    return this.#webhooks.send(news, overrides);
  }

  /** One post to any address by somebody who may know the client id, the secret, both or neither. */
  async forgeWebhook(url: string, overrides: WebhookOverrides): Promise<{ status: number; body: string }> {
    return this.#webhooks.post(url, overrides);
  }

  /** The result file is gone, as after 7 days. */
  expire(id: string): void {
    (this.#speeches.find(id) ?? this.#renders.get(id)).expired = true;
  }

  async #pick(id: string | undefined): Promise<SandboxRender> {
    if (id) return this.#renders.get(id);
    return this.#waitFor("an unfinished render", WAIT_MS, () => this.#renders.findOpen());
  }

  async #pickSpeech(id: string | undefined): Promise<SandboxSpeech> {
    if (id) return this.#speeches.get(id);
    return this.#waitFor("an unfinished speech", WAIT_MS, () => this.#speeches.findOpen());
  }

  async #waitFor<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
    const giveUpAt = performance.now() + timeoutMs;
    while (true) {
      const found = look();
      if (found !== undefined) return found;
      if (performance.now() > giveUpAt) {
        const calls = this.calls.map((call) => `${call.endpoint}: ${call.outcome}`).join(", ");
        throw new Error(
          `no ${what} after ${timeoutMs} ms; calls: [${calls}]; problems: [${this.problems.join("; ")}]`,
        );
      }
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

export interface FinishOptions {
  readonly webhook?: WebhookMode;
}

export interface FailOptions {
  readonly reason?: string;
  readonly webhook?: WebhookMode;
}
