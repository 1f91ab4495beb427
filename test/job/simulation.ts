import { postedAfterAll } from "../../src/job/after-all.ts";
import { completed, wentOn } from "../../src/job/choosing.ts";
import { cancelled, leftAlone, madeAnother, triedAgain } from "../../src/job/decisions.ts";
import { redelivering } from "../../src/job/deliver-transitions.ts";
import { removalWanted } from "../../src/job/finish-transitions.ts";
import type { AttemptKey, JobId, MessageTs } from "../../src/job/ids.ts";
import { holdsSlot, type Job } from "../../src/job/job.ts";
import { nextStep, wakeAt } from "../../src/job/next-step.ts";
import { createWebhookHealth } from "../../src/job/poll-plan.ts";
import type { SharedFile, SpeechSource } from "../../src/job/request.ts";
import { resumed } from "../../src/job/resume.ts";
import { runStep } from "../../src/job/run-step.ts";
import { approved, shownAgain, thrownAway } from "../../src/job/show-first.ts";
import type { StepDeps } from "../../src/job/step-deps.ts";
import type { JobStore } from "../../src/job/store.ts";
import { mediaFetched, webhookArrived } from "../../src/job/transitions.ts";
import type { Waits } from "../../src/job/waits.ts";
import { newJob } from "../../src/slack/intake/new-job.ts";
import { Chance } from "./chance.ts";
import { FakeWorld, type Ledger, type WorldSettings } from "./fake-world.ts";
import { createMemoryStore } from "./memory-store.ts";
import { ANNA, CHANNEL, INSTALLATION, NOW, WAITS, WORKSPACE } from "./sample-jobs.ts";

const HOUR_MS = 3_600_000;
/** What takes days in life takes hours here: the days only repeat themselves. */
const SIMULATED_WAITS: Waits = {
  ...WAITS,
  renderGiveUp: 3 * HOUR_MS,
  undeliverableGiveUp: 3 * HOUR_MS,
  askFor: 6 * HOUR_MS,
  chooseFor: 6 * HOUR_MS,
};
/** A render, a question, another render, its delivery: what still wants something then never rests. */
const LONGEST_LIFE_MS = 48 * HOUR_MS;
const MOST_STEPS = 10_000;
/** Enough to call a render slow that takes more than a minute. */
const PAST_RENDERS_MS = Array.from({ length: 10 }, () => 60_000);
const VOICE = { id: "voice", name: "Anna" };
const TS = "1700000000.000777" as MessageTs;

export interface SimulationOptions {
  /** What happens, see Chance: the same tape gives the same history, to the last step. */
  readonly tape: readonly number[];
  readonly jobs?: number;
  readonly slots?: number;
  readonly webhooks?: boolean;
  readonly secondComplete?: WorldSettings["secondComplete"];
  readonly mayLook?: boolean;
  readonly waits?: Waits;
  /** The real store may stand in for the quick one. */
  readonly openStore?: (settings: Parameters<typeof createMemoryStore>[0]) => JobStore;
}

/** How one job ended, by its row and by what really happened. */
export interface Life {
  readonly job: Job;
  readonly ledger: Ledger;
  readonly videos: number;
  /** How often the person allowed another payment. */
  readonly triedAgain: number;
  /** The same for speech. */
  readonly saidAgain: number;
  /** "Show me first": videos in the direct message, and how often the person had it posted. */
  readonly previews: number;
  readonly approved: number;
}

export interface History {
  readonly lives: readonly Life[];
  readonly steps: number;
  readonly crashes: number;
  /** Renders under way at once, counted at each create; those that came back from a lost answer apart. */
  readonly mostSlots: number;
}

/**
 * The real steps and transitions against a fake world on a virtual clock: one process that is killed and
 * restarted at any point between two effects, people who press buttons, webhooks that come late, twice or
 * never. Runs until nothing is due any more.
 * @throws when a job is claimed and has nothing to do, or is never at rest.
 */
export async function simulate(options: SimulationOptions): Promise<History> {
  const { slots = 1, webhooks = true, waits = SIMULATED_WAITS, secondComplete = "second_share" } = options;
  const chance = new Chance(options.tape);
  const clock = { now: NOW };
  const now = () => clock.now;
  const open = options.openStore ?? createMemoryStore;
  const store = open({ now, wakeAt: (job) => wakeAt(job, waits), responseUrlLife: waits.responseUrlLife });
  const ids: JobId[] = [];
  const presses = new Map<string, number>();
  const revived = new Set<JobId>();
  let died = Promise.withResolvers<"died">();
  let crashes = 0;
  let mostSlots = 0;

  const world = new FakeWorld({
    chance,
    now,
    secondComplete,
    mayLook: options.mayLook ?? true,
    meanwhile: async (job) => {
      if (job !== undefined && chance.rarely())
        await press(
          chance.among("cancelled", "postAgain", "postAfterAll", "deleted", "approved", "thrownAway"),
          job,
        );
      await deliverWhatIsDue();
    },
    crash: () => {
      crashes += 1;
      died.resolve("died");
      return new Promise<never>(() => {});
    },
  });

  const buttons = {
    cancelled: (job: Job) => cancelled(job, now(), waits),
    triedAgain: (job: Job) => triedAgain(job, now()),
    leftAlone: (job: Job) => leftAlone(job, now()),
    madeAnother: (job: Job) => madeAnother(job, now()),
    postAfterAll: (job: Job) => postedAfterAll(job, now()),
    deleted: (job: Job) => removalWanted(job, ANNA),
    postAgain: (job: Job) => redelivering(job, now(), waits),
    approved: (job: Job) => approved(job, now()),
    thrownAway: (job: Job) => thrownAway(job, now()),
    shownAgain: (job: Job) => shownAgain(job, now()),
    wentOn: (job: Job) =>
      wentOn(job, job.state.status === "choosing" ? job.state.question.kind : "no_face", now()),
    answered: (job: Job) => completed(job, { speech: { type: "words", text: "Hello" } }, TS, now(), waits),
  };

  /** Somebody presses a button, whether or not it is there to be pressed. */
  async function press(name: keyof typeof buttons, id: JobId): Promise<void> {
    await store.update(id, (job) => {
      const next = buttons[name](job);
      if (next === job) return undefined;
      if (!holdsSlot(job) && holdsSlot(next)) revived.add(id);
      const what = job.state.status === "choosing" ? `${name} ${job.state.question.kind}` : name;
      presses.set(`${what} ${id}`, (presses.get(`${what} ${id}`) ?? 0) + 1);
      return { job: next };
    });
  }

  /** While nothing happens people look at their jobs, and answer what they are asked, or not. */
  async function peopleAnswer(): Promise<void> {
    for (const id of ids) {
      const status = (await store.find(id))?.state.status;
      const answer =
        status === "choosing"
          ? chance.among(undefined, "answered", "wentOn", "wentOn", "answered", "cancelled")
          : status === "asking"
            ? chance.among(undefined, "triedAgain", "leftAlone", "triedAgain", "cancelled")
            : status === "duplicate"
              ? chance.among(undefined, "madeAnother")
              : status === "undeliverable"
                ? chance.among(undefined, "postAgain", "cancelled")
                : status === "shown"
                  ? chance.among(undefined, "approved", "thrownAway", "approved", "shownAgain", "cancelled")
                  : status === "cancelled"
                    ? chance.among(undefined, "postAfterAll")
                    : status === "delivered" && chance.rarely()
                      ? "deleted"
                      : undefined;
      if (answer) await press(answer, id);
    }
  }

  async function deliverWhatIsDue(): Promise<void> {
    for (const key of world.fetches.splice(0)) await change(key, (job) => mediaFetched(job, key));
    const due = world.webhooks.filter(({ at }) => at <= now());
    for (const webhook of due) {
      world.webhooks.splice(world.webhooks.indexOf(webhook), 1);
      if (!webhooks) continue;
      await change(webhook.key, (job) => {
        const next = webhookArrived(job, webhook.key, webhook.renderId, "over", now());
        if (next !== job && !holdsSlot(job) && holdsSlot(next)) revived.add(job.id);
        return next;
      });
    }
  }

  async function change(key: AttemptKey, transition: (job: Job) => Job): Promise<void> {
    const attempt = await store.findAttempt(key);
    if (!attempt) return;
    await store.update(attempt.jobId, (job) => {
      const next = transition(job);
      return next === job ? undefined : { job: next };
    });
  }

  let minted = 0;
  const deps: StepDeps = {
    store,
    renderApi: {
      ...world.renderApi,
      createRender: async (order) => {
        const jobs = await Promise.all(ids.map((id) => store.find(id)));
        const holding = jobs.filter((job) => job && holdsSlot(job) && !revived.has(job.id));
        mostSlots = Math.max(mostSlots, holding.length);
        return world.renderApi.createRender(order);
      },
    },
    delivery: world.delivery,
    speech: {
      api: world.speechApi,
      chooseVoice: async () => chance.among(VOICE, undefined, VOICE),
      keyOf: (_job, text, voice) => `${text} ${voice.id}`,
    },
    mintCallback: () => {
      const key = `key${++minted}` as AttemptKey;
      return { key, webhookUrl: `https://example.com/${key}` };
    },
    noteSpeech: () => {},
    media: world.media,
    mintAddresses: async (job) => {
      const key = `key${++minted}` as AttemptKey;
      world.own(key, job.id);
      const [photoUrl, speechUrl] = ["https://example.com/photo", "https://example.com/speech"];
      return { key, links: [], photoUrl, speechUrl, webhookUrl: `https://example.com/${key}` };
    },
    waits,
    now,
    slots,
    webhookHealth: createWebhookHealth(webhooks),
    pastRenders: () => PAST_RENDERS_MS,
    noteRender: () => {},
    webhooks,
    log: { warn: () => {} },
  };

  /** One step of one due job; false when nobody has anything to do now. */
  async function work(): Promise<boolean> {
    const [job] = await store.claimDue(now(), 1);
    if (!job) return false;
    const next = nextStep(job, now(), waits);
    if (next.step === "wait") throw new Error(`claimed for nothing: ${JSON.stringify(job)}`);
    const outcome = await Promise.race([
      runStep(job, next.step, deps, new AbortController().signal),
      died.promise,
    ]);
    await store.release(job.id);
    if (outcome === "died") {
      died = Promise.withResolvers();
      await store.resumeAll((each, index) => resumed(each, index, now(), waits));
    }
    clock.now += chance.among(0, 50, 20_000);
    return true;
  }

  for (let n = 0; n < (options.jobs ?? 1); n++) {
    const photo = { type: "url", url: `https://example.com/${chance.among(n, 0)}.jpg` } as const;
    const words = { type: "words", text: `Hello ${chance.among(n, 0)}` } as const;
    const speech = chance.among<SpeechSource>(photo, words, { type: "none" });
    const showFirst = chance.among(undefined, true as const);
    const request = { photo, speech, resolution: "720", ...(showFirst && { showFirst }) } as const;
    const place = { channelId: CHANNEL };
    const files = chance.among<SharedFile[]>(
      [],
      [],
      [
        { source: photo, label: "unknown" },
        { source: photo, label: "other" },
      ],
    );
    const job = {
      ...newJob(
        {
          ...(files.length > 0 ? { unsorted: { files, words: "Hello" } } : {}),
          workspaceId: WORKSPACE,
          installationId: INSTALLATION,
          requesterId: ANNA,
          door: "command",
          place,
          request,
        },
        NOW,
        waits,
      ),
      id: `job${n}` as JobId,
    };
    await store.accept({ keys: [job.id], job });
    ids.push(job.id);
  }

  let steps = 0;
  for (; ; steps++) {
    if (steps > MOST_STEPS || now() > NOW + LONGEST_LIFE_MS)
      throw new Error(`never at rest: ${JSON.stringify(await Promise.all(ids.map((id) => store.find(id))))}`);
    await deliverWhatIsDue();
    if (await work()) continue;
    await peopleAnswer();
    // What people have just answered is due now.
    const moments = [await store.nextDueAt(-1), ...world.webhooks.map(({ at }) => at)].filter(
      (at) => at !== undefined,
    );
    if (moments.length === 0) break;
    clock.now = Math.max(now(), Math.min(...moments));
  }
  // What is on its way at Slack arrives.
  clock.now += HOUR_MS;

  const lives = await Promise.all(
    ids.map(async (id): Promise<Life> => {
      const job = await store.find(id);
      if (!job) throw new Error(`${id} is gone`);
      const triedAgainTimes = presses.get(`triedAgain ${id}`) ?? 0;
      return {
        job,
        ledger: world.ledgerOf(id),
        videos: world.videosOf(id),
        triedAgain: triedAgainTimes,
        saidAgain: presses.get(`wentOn speech_unclear ${id}`) ?? 0,
        previews: world.previewsOf(job),
        approved: presses.get(`approved ${id}`) ?? 0,
      };
    }),
  );
  await store.close();
  return { lives, steps, crashes, mostSlots };
}
