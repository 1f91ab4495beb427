import type { Delivery, SlackAnswer } from "../../src/job/delivery.ts";
import type { AttemptKey, JobId, MessageTs, RenderId, SlackFileId, SpeechId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import type { Media, Seen } from "../../src/job/media.ts";
import { previewSays } from "../../src/job/preview.ts";
import type { RenderApi, RenderOrder } from "../../src/job/render-api.ts";
import { shownWhere } from "../../src/job/show-first.ts";
import { shownBy, tellsTime } from "../../src/job/shown-by.ts";
import type { SpeechApi } from "../../src/job/speech-api.ts";
import { minutesSoFar } from "../../src/job/time-so-far.ts";
import type { Chance } from "./chance.ts";
import { DIRECT, PREPARED } from "./sample-jobs.ts";

const SECOND = 1000;
const SAID_URL = "https://example.com/said.mp3";
const broken = new Error("connection reset");

export interface WebhookDue {
  readonly at: number;
  readonly key: AttemptKey;
  readonly renderId: RenderId;
}

interface Render {
  readonly id: RenderId;
  readonly finishedAt: number;
  readonly ends: "well" | "badly" | "never";
}

/** What really happened to one job, counted outside the app. */
export interface Ledger {
  paid: number;
  /** Calls that turn words into speech, which cost too. */
  spoken: number;
  readonly files: Set<SlackFileId>;
  links: number;
  /** Why it failed, once for each post in the thread that said so. */
  readonly failureNotices: string[];
  privates: number;
  /** How often a video was handed to the place asked for, or a link to it posted there. */
  handedToPlace: number;
  /** What the post in the direct message says; undefined as long as it says what it was shared with. */
  preview: string | undefined;
  /** Posts and private words about a decision that the direct message cannot ask for, and about the end without one. */
  decisionNotices: number;
  /** The post with the video has its buttons. */
  dressed: boolean;
  /** What the job message says; undefined while there is none. */
  shown: string | undefined;
  /** What it has said, one after another: with the minutes, where they are told. */
  readonly said: string[];
  /** Posts that this render is slower than most. */
  slowNotices: number;
  /** Slack took neither a word in public nor in private, or nobody can know whether a link is there. */
  unreachable: boolean;
}

export interface WorldSettings {
  readonly chance: Chance;
  readonly now: () => number;
  /** What Slack does when a file is completed a second time; its documentation does not say. */
  readonly secondComplete: "error" | "ok_no_share" | "second_share";
  /** Whether Slack lets the app look at its own files. */
  readonly mayLook: boolean;
  /** Called in the middle of each call, where a webhook or a button may overtake its answer. */
  readonly meanwhile: (job: JobId | undefined) => Promise<void>;
  /** The process dies here: resolves never. */
  readonly crash: () => Promise<never>;
}

type How =
  | "ok"
  | "refused"
  | "busy"
  | "not_sent"
  | "unclear, done"
  | "unclear, nothing"
  | "crash before"
  | "crash after";

/**
 * AKOOL, Slack and the bytes in between, as far as a job sees them. Every call may be refused, fail before or
 * after it took effect, or be the last thing that the process does; the ledger knows what really happened.
 */
export class FakeWorld {
  readonly webhooks: WebhookDue[] = [];
  /** Attempts whose media AKOOL came for. */
  readonly fetches: AttemptKey[] = [];
  readonly #ledgers = new Map<JobId, Ledger>();
  readonly #renders = new Map<RenderId, Render>();
  /** When each share of a file becomes visible. */
  readonly #shares = new Map<SlackFileId, number[]>();
  /** Files that Slack says yes to and never shows. */
  readonly #neverShown = new Set<SlackFileId>();
  readonly #removed = new Set<SlackFileId>();
  /** Files that were handed to somebody's direct message. */
  readonly #direct = new Set<SlackFileId>();
  readonly #ownerOf = new Map<string, JobId>();
  readonly #settings: WorldSettings;
  #made = 0;

  constructor(settings: WorldSettings) {
    this.#settings = settings;
  }

  ledgerOf(id: JobId): Ledger {
    let ledger = this.#ledgers.get(id);
    if (!ledger) {
      ledger = {
        paid: 0,
        spoken: 0,
        files: new Set(),
        links: 0,
        failureNotices: [],
        privates: 0,
        handedToPlace: 0,
        preview: undefined,
        decisionNotices: 0,
        dressed: false,
        shown: undefined,
        said: [],
        slowNotices: 0,
        unreachable: false,
      };
      this.#ledgers.set(id, ledger);
    }
    return ledger;
  }

  /** Videos that people see in the job's thread. */
  videosOf(id: JobId): number {
    return this.#visible([...this.ledgerOf(id).files].filter((file) => !this.#direct.has(file)));
  }

  /** The one in the person's direct message. */
  previewsOf({ preview }: Job): number {
    return this.#visible(preview?.fileId === undefined ? [] : [preview.fileId]);
  }

  #visible(files: readonly SlackFileId[]): number {
    const now = this.#settings.now();
    return files
      .filter((file) => !this.#removed.has(file))
      .flatMap((file) => this.#shares.get(file) ?? [])
      .filter((at) => at <= now).length;
  }

  ownerOf(key: AttemptKey): JobId | undefined {
    return this.#ownerOf.get(key);
  }

  own(key: AttemptKey, id: JobId): void {
    this.#ownerOf.set(key, id);
  }

  readonly renderApi: RenderApi = {
    createRender: async (order) => {
      const key = keyOf(order);
      const owner = this.#ownerOf.get(key);
      const how = await this.#draw(owner);
      if (how === "refused") {
        const retries = this.#settings.chance.among(0, 1);
        return { type: "refused", reason: "akool_error", code: 1015, retries };
      }
      if (how === "busy") return { type: "busy" };
      if (how === "not_sent") return { type: "not_sent", error: broken };
      const renderId = takesEffect(how) ? this.#startRender(key) : undefined;
      if (dies(how)) return this.#settings.crash();
      await this.#settings.meanwhile(owner);
      return how === "ok" && renderId ? { type: "created", renderId } : { type: "unclear", error: broken };
    },
    readRender: async (renderId) => {
      const how = await this.#draw(undefined);
      if (dies(how)) return this.#settings.crash();
      if (how === "busy") return { type: "busy", retryAfterMs: 3 * SECOND };
      if (how === "refused") return { type: "refused", reason: "akool_key_refused", code: 1101 };
      if (how !== "ok") return { type: "unclear", error: broken };
      const render = this.#renders.get(renderId);
      if (!render) return { type: "unknown" };
      if (render.ends === "never" || render.finishedAt > this.#settings.now()) return { type: "pending" };
      return render.ends === "well"
        ? { type: "succeeded", videoUrl: `https://example.com/${renderId}.mp4` }
        : { type: "failed", reason: "render_failed" };
    },
  };

  readonly speechApi: SpeechApi = {
    createSpeech: async (order) => {
      const key = keyOf(order);
      const owner = this.#ownerOf.get(key);
      const how = await this.#draw(owner);
      if (how === "refused") {
        const retries = this.#settings.chance.among(0, 1);
        return { type: "refused", reason: "akool_error", code: 1201, retries };
      }
      if (how === "busy") return { type: "busy" };
      if (how === "not_sent") return { type: "not_sent", error: broken };
      const speechId = takesEffect(how) ? this.#startSpeech(key) : undefined;
      if (dies(how)) return this.#settings.crash();
      await this.#settings.meanwhile(owner);
      if (how !== "ok" || !speechId) return { type: "unclear", error: broken };
      const url = this.#settings.chance.among(undefined, SAID_URL);
      return { type: "created", speechId, ...(url === undefined ? {} : { url }) };
    },
    readSpeech: async (speechId) => {
      const how = await this.#draw(undefined);
      if (dies(how)) return this.#settings.crash();
      if (how === "busy") return { type: "busy", retryAfterMs: 3 * SECOND };
      if (how === "refused") return { type: "refused", reason: "akool_key_refused", code: 1101 };
      if (how !== "ok") return { type: "unclear", error: broken };
      const render = this.#renders.get(speechId as string as RenderId);
      if (!render) return { type: "unknown" };
      if (render.ends === "never" || render.finishedAt > this.#settings.now()) return { type: "pending" };
      return render.ends === "well"
        ? { type: "succeeded", url: SAID_URL }
        : { type: "failed", reason: "akool_error" };
    },
  };

  readonly media: Media = {
    identify: async (_job, files) => {
      const { chance } = this.#settings;
      if (chance.among("ok", "crash") === "crash") return this.#settings.crash();
      return files.map(() =>
        chance.among<Seen | undefined>(
          undefined,
          { kind: "photo", words: { key: "seen.photo" } },
          { kind: "sound", words: { key: "seen.recording" } },
          { kind: "other", words: { key: "seen.pdf" } },
        ),
      );
    },
    prepare: async (job) => {
      const failure = { reason: "url_unreachable" } as const;
      const { photo, speech, resolution, decided } = job.request;
      const how = this.#settings.chance.among("ok", "try later", "crash", "ok", "ok", "refused", "concern");
      switch (how) {
        case "concern":
        case "ok": {
          await this.#settings.meanwhile(job.id);
          if (how === "concern" && !decided?.accepted?.includes("no_face"))
            return { type: "concern", concern: { kind: "no_face" } };
          const contentKey = JSON.stringify([
            photo,
            speech.type === "words" ? speech.text : speech,
            resolution,
          ]);
          if (speech.type === "words" && speech.spokenUrl === undefined)
            return { type: "photo_judged", contentKey };
          return { type: "prepared", prepared: PREPARED, contentKey };
        }
        case "try later":
          return { type: "try_later", failure, error: broken };
        case "refused":
          return { type: "refused", failure };
        default:
          return this.#settings.crash();
      }
    },
    relay: async (_videoUrl, openUpload) => {
      const how = this.#settings.chance.among(
        "ok",
        "no video",
        "cut before",
        "cut after",
        "crash before",
        "crash after",
      );
      if (how === "no video") return { type: "refused", failure: { reason: "video_unusable" } };
      if (how === "cut before")
        return { type: "try_later", failure: { reason: "video_unreachable" }, error: broken };
      if (how === "crash before") return this.#settings.crash();
      if ((await openUpload(1000)) === undefined) return { type: "stopped" };
      if (how === "crash after") return this.#settings.crash();
      return how === "ok"
        ? { type: "uploaded" }
        : { type: "try_later", failure: { reason: "cannot_post" }, error: broken };
    },
    discard: async () => {
      if (this.#settings.chance.among("ok", "crash") === "crash") await this.#settings.crash();
    },
  };

  readonly delivery: Delivery = {
    postJobMessage: (job, at) =>
      this.#call(job, () => {
        this.#show(job, at);
        return { ts: this.#newTs() };
      }),
    editJobMessage: async (job, _ts, at) => {
      const ledger = this.ledgerOf(job.id);
      const answer = await this.#call(job, () => {
        this.#show(job, at);
        return this.#settings.chance.rarely() ? { withoutThumbnail: true as const } : {};
      });
      if (answer.type === "refused") ledger.unreachable = true;
      return answer;
    },
    postNotice: (job) =>
      this.#call(job, () => {
        if (job.notice?.kind === "failed" && job.state.status === "failed")
          this.ledgerOf(job.id).failureNotices.push(job.state.failure.reason);
        if (job.notice?.kind === "deciding" || job.notice?.kind === "ended")
          this.ledgerOf(job.id).decisionNotices += 1;
        if (job.notice?.kind === "slow") {
          this.ledgerOf(job.id).slowNotices += 1;
          // A webhook may bring the end while it is said, but it was not known when it began.
          if (job.state.status !== "rendering") throw new Error("slow, said of what no longer renders");
        }
        return {};
      }),
    tellPrivately: async (job) => {
      const ledger = this.ledgerOf(job.id);
      const before = ledger.privates;
      const answer = await this.#call(job, () => {
        ledger.privates += 1;
        return {};
      });
      const final = answer.type === "refused" || answer.type === "unclear";
      if (final && ledger.privates === before) ledger.unreachable = true;
      return answer;
    },
    openDirect: (job) => this.#call(job, () => ({ channelId: DIRECT })),
    editPreview: async (job) => {
      const ledger = this.ledgerOf(job.id);
      return this.#call(job, () => {
        ledger.preview = previewSays(job);
        const { fileId } = job.preview ?? {};
        if (ledger.preview === "thrown_away" && fileId !== undefined) this.#removed.add(fileId);
        return {};
      });
    },
    openUpload: (job) =>
      this.#call(job, () => {
        const fileId = `F${++this.#made}` as SlackFileId;
        this.ledgerOf(job.id).files.add(fileId);
        if (this.#settings.chance.rarely()) this.#neverShown.add(fileId);
        return { fileId, uploadUrl: "https://example.com/upload" };
      }),
    shareFile: (job, fileId) => {
      const shares = this.#shares.get(fileId);
      if (shares && this.#settings.secondComplete === "error")
        return this.#call(job, () => ({}), { type: "refused", code: "file_not_found" });
      return this.#call(job, () => {
        if (shownWhere(job).channelId === DIRECT) this.#direct.add(fileId);
        else this.ledgerOf(job.id).handedToPlace += 1;
        return this.#share(fileId);
      });
    },
    findShare: async (job, fileId) => {
      if (!this.#settings.mayLook) return { type: "refused", code: "missing_scope" };
      const how = await this.#draw(job.id);
      if (dies(how)) return this.#settings.crash();
      if (how !== "ok" && how !== "refused") return this.#plainAnswer(how);
      const visible = (this.#shares.get(fileId) ?? []).some((at) => at <= this.#settings.now());
      return visible ? { type: "ok", sharedAs: this.#newTs() } : { type: "ok" };
    },
    postLink: async (job) => {
      const ledger = this.ledgerOf(job.id);
      const before = ledger.links;
      const answer = await this.#call(job, () => {
        ledger.links += 1;
        ledger.handedToPlace += 1;
        return { ts: this.#newTs() };
      });
      if (answer.type === "unclear" && ledger.links === before) ledger.unreachable = true;
      return answer;
    },
    dressFinish: (job) =>
      this.#call(job, () => {
        this.ledgerOf(job.id).dressed = true;
        return {};
      }),
    removeFinish: async (job, fileId) => {
      const answer = await this.#call(job, () => {
        this.#removed.add(fileId);
        if (job.state.status === "delivered" && job.state.as === "link") this.ledgerOf(job.id).links = 0;
        return {};
      });
      // Of a file that is gone Slack says so, and that counts as deleted.
      return answer.type === "refused" && this.#removed.has(fileId) ? { type: "ok" } : answer;
    },
  };

  #show(job: Job, at: number): void {
    const ledger = this.ledgerOf(job.id);
    ledger.shown = shownBy(job) ?? "";
    ledger.said.push(tellsTime(job) ? `${ledger.shown} ${minutesSoFar(job, at)}` : ledger.shown);
  }

  /** One call to Slack with an effect that people see, or that they do not. */
  async #call<T extends object>(
    job: Job,
    effect: () => T,
    refusal?: SlackAnswer<T>,
  ): Promise<SlackAnswer<T>> {
    const how = await this.#draw(job.id);
    if (how === "crash before") {
      this.#noteLoss(job);
      return this.#settings.crash();
    }
    if (refusal && takesEffect(how)) return dies(how) ? this.#settings.crash() : refusal;
    const result = takesEffect(how) ? effect() : undefined;
    if (how === "crash after") return this.#settings.crash();
    return how === "ok" && result ? { type: "ok", ...result } : this.#plainAnswer(how);
  }

  #noteLoss(job: Job): void {
    // A link is posted at most once: killed just before, it is not there, and the app cannot know.
    if (job.state.status === "linking") this.ledgerOf(job.id).unreachable = true;
  }

  async #draw(owner: JobId | undefined): Promise<How> {
    const how = this.#settings.chance.among<How>(
      "ok",
      "unclear, done",
      "unclear, nothing",
      "crash before",
      "crash after",
      "refused",
      "busy",
      "not_sent",
    );
    await this.#settings.meanwhile(owner);
    return how;
  }

  #plainAnswer(how: How): Exclude<SlackAnswer, { type: "ok" }> {
    if (how === "refused")
      return {
        type: "refused",
        code: this.#settings.chance.among("not_in_channel", "is_archived", "file_update_failed"),
      };
    if (how === "busy") return { type: "busy", retryAfterMs: 30 * SECOND };
    if (how === "not_sent") return { type: "not_sent", error: broken };
    return { type: "unclear", error: broken };
  }

  #startRender(key: AttemptKey): RenderId {
    const { chance, now } = this.#settings;
    const id = `render${++this.#made}` as RenderId;
    const owner = this.#ownerOf.get(key);
    if (owner !== undefined) this.ledgerOf(owner).paid += 1;
    const ends = chance.among<Render["ends"]>("well", "well", "well", "badly", "never");
    const finishedAt = now() + chance.among(90, 20, 40 * 60, 600) * SECOND;
    this.#renders.set(id, { id, finishedAt, ends });
    if (chance.among("fetched", "not yet") === "fetched") this.fetches.push(key);
    if (ends === "never") return id;
    for (const at of chance.among([SECOND], [], [SECOND, 60 * SECOND], [86_400 * SECOND]))
      this.webhooks.push({ at: finishedAt + at, key, renderId: id });
    return id;
  }

  /** A speech lives like a render, and its id is one of theirs. */
  #startSpeech(key: AttemptKey): SpeechId {
    const owner = this.#ownerOf.get(key);
    const paidBefore = owner === undefined ? 0 : this.ledgerOf(owner).paid;
    const id = this.#startRender(key) as string as SpeechId;
    if (owner !== undefined) {
      this.ledgerOf(owner).paid = paidBefore;
      this.ledgerOf(owner).spoken += 1;
    }
    return id;
  }

  #share(fileId: SlackFileId): object {
    const { chance, now, secondComplete } = this.#settings;
    const shares = this.#shares.get(fileId) ?? [];
    this.#shares.set(fileId, shares);
    const takes = chance.among(300, 5 * SECOND, 45 * SECOND, Number.POSITIVE_INFINITY);
    const landsAt = this.#neverShown.has(fileId) ? Number.POSITIVE_INFINITY : now() + takes;
    if (shares.every((at) => at === Number.POSITIVE_INFINITY) || secondComplete === "second_share")
      shares.push(landsAt);
    return {};
  }

  #newTs(): MessageTs {
    return `1700000000.${String(++this.#made).padStart(6, "0")}` as MessageTs;
  }
}

function takesEffect(how: How): boolean {
  return how === "ok" || how === "unclear, done" || how === "crash after";
}

function dies(how: How): boolean {
  return how === "crash before" || how === "crash after";
}

/** The order carries its attempt in the webhook's address, as a real one does. */
function keyOf(order: Pick<RenderOrder, "webhookUrl">): AttemptKey {
  return (order.webhookUrl?.split("/").at(-1) ?? "") as AttemptKey;
}
