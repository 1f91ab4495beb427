/** What becomes of a paid render: queued, processing, then done by itself or by a test's hand. */
import { setTimeout as sleep } from "node:timers/promises";
import { countOf, type Settings, type WebhookMode } from "./options.ts";
import { creditsFor, newsOfRender, type SandboxRender } from "./renders.ts";
import type { Studio } from "./talking/studio.ts";
import { tinyVideo } from "./tiny-video.ts";
import type { WebhookSender } from "./webhooks.ts";

/** What renders and speeches have in common. */
export interface LifeDeps {
  readonly settings: Settings;
  readonly webhooks: WebhookSender;
  /** `http://host:port` that result URLs begin with. */
  readonly resultOrigin: () => string;
  /** Called once per completed render. */
  readonly charge: (credits: number) => void;
  readonly reportProblem: (problem: string) => void;
  readonly closing: AbortSignal;
}

export interface RenderLifeDeps extends LifeDeps {
  readonly studio: Pick<Studio, "render">;
}

export class RenderLife {
  readonly #deps: RenderLifeDeps;
  readonly #files = new Map<string, Promise<Buffer>>();
  /** Real renders go one at a time: each keeps two cores busy. */
  #lastFile: Promise<unknown> = Promise.resolve();

  constructor(deps: RenderLifeDeps) {
    this.#deps = deps;
  }

  /** Starts the render. With `early` webhooks it is over, told and all, when this resolves. */
  async begin(render: SandboxRender): Promise<void> {
    const { settings } = this.#deps;
    this.#files.set(render.id, this.#makeFile(render));
    if (!settings.autoFinish) return;
    if (settings.webhookMode === "early") return this.complete(render, "once");
    void this.#runByItself(render);
  }

  /** The finished file; undefined when there is none yet, none any more, or none of that id. */
  async findFile(render: SandboxRender | undefined): Promise<Buffer | undefined> {
    if (!render?.videoUrl || render.expired) return undefined;
    return this.#files.get(render.id);
  }

  /** Done with its file. Resolves when all its webhooks are answered, or were tried often enough. */
  async complete(render: SandboxRender, mode: WebhookMode): Promise<void> {
    const { settings, webhooks, charge, resultOrigin, closing } = this.#deps;
    const file = await this.#files.get(render.id)?.catch(() => undefined);
    // Closed, failed, or finished by hand in the meantime.
    if (!file || closing.aborted || render.status === 4) return;
    if (mode === "early_without_url_then_with") await this.completeWithoutUrl(render);
    if (mode === "forged") await webhooks.forge(newsOfRender(render));
    if (!render.videoUrl) {
      render.status = 3;
      render.videoUrl = `${resultOrigin()}/results/${render.id}.mp4`;
      render.deduction = creditsFor(render.seconds);
      charge(render.deduction);
    }
    if (mode === "late")
      await sleep(settings.lateWebhookMs, undefined, { signal: closing }).catch(() => undefined);
    await Promise.all(Array.from({ length: countOf(mode) }, () => webhooks.send(newsOfRender(render))));
  }

  /** "Completed" about a minute before there is a URL, as seen live. */
  async completeWithoutUrl(render: SandboxRender): Promise<void> {
    render.status = 3;
    await this.#deps.webhooks.send(newsOfRender(render));
  }

  async fail(render: SandboxRender, reason: string | undefined, mode: WebhookMode): Promise<void> {
    render.status = 4;
    render.failReason = reason;
    await Promise.all(
      Array.from({ length: countOf(mode) }, () => this.#deps.webhooks.send(newsOfRender(render))),
    );
  }

  async #runByItself(render: SandboxRender): Promise<void> {
    const { settings, closing } = this.#deps;
    const thirdMs = (settings.renderSeconds * 1000) / 3;
    try {
      await sleep(thirdMs, undefined, { signal: closing });
      if (render.status === 1) render.status = 2;
      await sleep(thirdMs * 2, undefined, { signal: closing });
      if (render.status > 2) return; // by hand
      if (settings.renderEnd === "failed")
        return await this.fail(render, "render error", settings.webhookMode);
      if (settings.renderEnd === "done_without_url") {
        if (settings.webhookMode === "never") render.status = 3;
        else await this.completeWithoutUrl(render);
        await sleep(settings.urlLateSeconds * 1000, undefined, { signal: closing });
        if (render.videoUrl) return; // by hand
      }
    } catch {
      return; // closed
    }
    await this.complete(render, settings.webhookMode);
  }

  #makeFile(render: SandboxRender): Promise<Buffer> {
    if (this.#deps.settings.renderer === "tiny") return Promise.resolve(tinyVideo(render.id));
    const { photo, speech } = render.inputs;
    const { resolution = "720" } = render.order;
    const file = this.#lastFile.then(async () => {
      const media = { photo: photo.bytes, speech: speech.bytes, resolution };
      return (await this.#deps.studio.render(media)).mp4;
    });
    this.#lastFile = file.catch((error: unknown) => {
      if (this.#deps.closing.aborted) return;
      this.#deps.reportProblem(`the sandbox could not make a video: ${error}`);
      return this.fail(render, "render error", this.#deps.settings.autoFinish ? "once" : "never");
    });
    return file;
  }
}
