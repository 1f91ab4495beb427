/** What becomes of a paid speech: queued, processing, then done by itself or by a test's hand. */
import { setTimeout as sleep } from "node:timers/promises";
import { countOf, type WebhookMode } from "./options.ts";
import type { LifeDeps } from "./render-life.ts";
import type { Speaker, Words } from "./speaker.ts";
import { creditsForText, newsOfSpeech, type SandboxSpeech } from "./speeches.ts";

export interface SpeechLifeDeps extends LifeDeps {
  readonly speaker: Speaker;
}

export class SpeechLife {
  readonly #deps: SpeechLifeDeps;

  constructor(deps: SpeechLifeDeps) {
    this.#deps = deps;
  }

  /** Starts it. One of the old API, or with `early` webhooks, may be done and told when this resolves. */
  async begin(speech: SandboxSpeech): Promise<void> {
    const { settings } = this.#deps;
    if (!settings.autoSpeak) return;
    if (settings.webhookMode === "early") return this.complete(speech, "once");
    if (speech.generation === "v3" && settings.oldSpeechAtOnce) {
      await this.#done(speech);
      void this.#tell(speech, settings.webhookMode);
      return;
    }
    void this.#runByItself(speech);
  }

  /** The finished file; undefined when there is none yet, none any more, or none of that id. */
  async findFile(speech: SandboxSpeech | undefined): Promise<Buffer | undefined> {
    if (!speech?.url || speech.expired) return undefined;
    return this.#deps.speaker.speak(wordsOf(speech));
  }

  /** Done with its file. Resolves when all its webhooks are answered, or were tried often enough. */
  async complete(speech: SandboxSpeech, mode: WebhookMode): Promise<void> {
    if (this.#deps.closing.aborted || speech.status === 4) return;
    if (mode === "early_without_url_then_with") await this.completeWithoutUrl(speech);
    if (mode === "forged") await this.#deps.webhooks.forge(newsOfSpeech(speech));
    await this.#done(speech);
    await this.#tell(speech, mode);
  }

  async completeWithoutUrl(speech: SandboxSpeech): Promise<void> {
    speech.status = 3;
    await this.#deps.webhooks.send(newsOfSpeech(speech));
  }

  async fail(speech: SandboxSpeech, reason: string | undefined, mode: WebhookMode): Promise<void> {
    speech.status = 4;
    speech.failReason = reason;
    await this.#tell(speech, mode);
  }

  async #done(speech: SandboxSpeech): Promise<void> {
    if (speech.url) return;
    speech.seconds = await this.#deps.speaker.measureSeconds(wordsOf(speech));
    // Finished or failed by hand in the meantime.
    if (speech.url || speech.status === 4) return;
    speech.status = 3;
    speech.url = `${this.#deps.resultOrigin()}/speeches/${speech.id}.mp3`;
    speech.deduction = creditsForText(speech.order.input_text);
    this.#deps.charge(speech.deduction);
  }

  async #tell(speech: SandboxSpeech, mode: WebhookMode): Promise<void> {
    const { settings, webhooks, closing } = this.#deps;
    if (mode === "late")
      await sleep(settings.lateWebhookMs, undefined, { signal: closing }).catch(() => undefined);
    await Promise.all(Array.from({ length: countOf(mode) }, () => webhooks.send(newsOfSpeech(speech))));
  }

  async #runByItself(speech: SandboxSpeech): Promise<void> {
    const { settings, closing } = this.#deps;
    const thirdMs = (settings.speechSeconds * 1000) / 3;
    try {
      await sleep(thirdMs, undefined, { signal: closing });
      if (speech.status === 1) speech.status = 2;
      await sleep(thirdMs * 2, undefined, { signal: closing });
    } catch {
      return; // closed
    }
    if (speech.status < 3) await this.complete(speech, settings.webhookMode);
  }
}

function wordsOf({ order, voice }: SandboxSpeech): Words {
  const speed = order.voice_options?.speed;
  return {
    text: order.input_text,
    voice,
    language: order.language_code,
    // v3 has its speed in percent; 0 % would never end.
    speed: typeof speed === "number" ? speed : Math.max(0.5, Number.parseInt(order.rate ?? "100", 10) / 100),
  };
}
