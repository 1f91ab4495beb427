import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureTextOf } from "../../src/job/failure-text.ts";
import { hasEnded } from "../../src/job/job.ts";
import { wakeAt } from "../../src/job/next-step.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { sayIn } from "../../src/words/say.ts";
import { temporaryFolder } from "../media/serve.ts";
import { WAITS } from "./sample-jobs.ts";
import { type History, type Life, type SimulationOptions, simulate } from "./simulation.ts";

/** Any number is right; more find more. */
const HISTORIES = Number(process.env.HISTORIES ?? 1000);
/** Printed at the end, and with every failure: the same seed plays the same histories. */
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
/** Long stretches in which all goes well, so that bad luck finds a job at every age. */
const tape = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(99) }),
  {
    maxLength: 150,
    size: "max",
  },
);
const worlds = fc.record({
  tape,
  jobs: fc.integer({ min: 1, max: 3 }),
  slots: fc.integer({ min: 1, max: 2 }),
  webhooks: fc.boolean(),
  secondComplete: fc.constantFrom("error", "ok_no_share", "second_share"),
}) satisfies fc.Arbitrary<SimulationOptions>;

/** What must be true of every job in the end, whatever happened on the way. */
function expectKept({ job, ledger, videos, triedAgain, saidAgain, previews, approved }: Life): void {
  const { status } = job.state;
  const seen = videos + ledger.links;
  expect(hasEnded(job), "at rest").toBe(true);
  expect(wakeAt(job, WAITS), "wants nothing more").toBeUndefined();
  expect(ledger.paid, "paid").toBeLessThanOrEqual(1 + triedAgain);
  expect(ledger.spoken, "words paid").toBeLessThanOrEqual(1 + saidAgain);
  expect(seen, "videos and links that people see").toBeLessThanOrEqual(1);
  if (job.request.showFirst && approved === 0)
    expect(ledger.handedToPlace, "shown first, and posted without being asked").toBe(0);
  if (status === "cancelled" && job.state.instead) expectUnposted(job, ledger, previews);
  if (status === "delivered" && job.finish?.stage === "removed") {
    expect(seen, "a video that was deleted is gone").toBe(0);
  } else if (status === "delivered") {
    const { finish, message } = job;
    if (finish?.stage === "dressed") expect(ledger.dressed, "the video has its buttons").toBe(true);
    else if (message.status === "posted" && !ledger.unreachable)
      expect(ledger.shown, "the buttons are on the job message").toBe("delivered plain");
    if (!ledger.unreachable) expect(seen, "a delivered video is there").toBe(1);
    // What was left alone may turn up after all, as was promised then; and so may the unclear attempt before a
    // "Try again" that failed.
    const failures = ledger.failureNotices.filter((reason) => reason !== "left_alone");
    if (triedAgain === 0) expect(failures, "no failure beside a video").toEqual([]);
  } else {
    expect(seen, `nothing to see of a job that is ${status}`).toBe(0);
  }
  expect(new Set(ledger.failureNotices).size, "no failure is told twice").toBe(ledger.failureNotices.length);
  if (status === "failed" && !ledger.unreachable) {
    const heard = ledger.failureNotices.length + ledger.privates + (ledger.shown === "failed" ? 1 : 0);
    expect(heard, "the person heard of the failure").toBeGreaterThan(0);
  }
  expect(ledger.slowNotices, "told that it is slow").toBeLessThanOrEqual(1);
  const minutes = ledger.said.flatMap((said) => / (\d+)$/.exec(said)?.[1] ?? []).map(Number);
  expect(minutes, "time does not go back").toEqual([...minutes].sort((a, b) => a - b));
  if (status === "duplicate") expect(ledger.paid, "paid for a duplicate").toBe(0);
  const claimsNothingSpent =
    (status === "cancelled" && !job.state.renderWasRunning) ||
    (status === "failed" && failureTextOf(sayIn("en"), job, job.state.failure).includes("Nothing was spent"));
  if (claimsNothingSpent)
    expect(ledger.paid + ledger.spoken, "paid, with the word that nothing was spent").toBe(0);
}

/** Thrown away, or not decided about. */
function expectUnposted({ state, preview }: Life["job"], ledger: Life["ledger"], previews: number): void {
  const instead = state.status === "cancelled" ? state.instead : undefined;
  expect(ledger.handedToPlace, "posted, and not wanted").toBe(0);
  if (ledger.unreachable || preview?.closed) return;
  const heard =
    [ledger.shown, ledger.preview].includes(instead) || ledger.decisionNotices + ledger.privates > 0;
  expect(heard, `the person can see that it is ${instead}`).toBe(true);
  if (instead === "thrown_away") expect(previews, "a video that was thrown away is gone").toBe(0);
}

function expectAllKept({ lives, mostSlots }: History, slots = 1): void {
  for (const life of lives) expectKept(life);
  expect(mostSlots, "renders at once").toBeLessThanOrEqual(slots);
}

describe("the life of a job", () => {
  it("is over soon when nothing goes wrong", async () => {
    const { lives, steps, crashes } = await simulate({ tape: [], jobs: 3 });
    expect(lives.map(({ job, videos, ledger }) => [job.state.status, videos, ledger.paid])).toEqual([
      ["delivered", 1, 1],
      ["delivered", 1, 1],
      ["delivered", 1, 1],
    ]);
    expect(crashes).toBe(0);
    const [{ ledger }] = lives as [Life];
    expect(ledger.said).toEqual(["checking 0", "rendering 0", "rendering 1", "delivered"]);
    expect(steps).toBeLessThan(150);
  });

  it("that is shown first is posted once the person says so, and else nowhere", async () => {
    // The fourth draw decides about showing first; 60 is the first number that is not what usually happens.
    const tape = [0, 0, 0, 60];
    const [left] = (await simulate({ tape })).lives as [Life];
    expect(left.job.state).toMatchObject({ status: "cancelled", instead: "undecided" });
    expect([left.videos, left.ledger.handedToPlace, left.previews, left.ledger.preview]).toEqual([
      0,
      0,
      1,
      "undecided",
    ]);
  });

  it("is told to be slow once, where nine in ten were done sooner", async () => {
    const { lives } = await simulate({ tape: [], webhooks: false });
    expect(lives.map(({ ledger }) => ledger.slowNotices)).toEqual([1]);
  });

  it("is the same again for the same tape", async () => {
    const again = { tape: Array.from({ length: 60 }, (_, n) => (n * 37) % 100), jobs: 2 };
    expect(await simulate(again)).toEqual(await simulate(again));
  });

  it("takes Slack's yes for a share where the app may not look for it", async () => {
    const { lives } = await simulate({ tape: [], mayLook: false });
    expect(lives.map(({ job, videos, ledger }) => [job.state.status, videos, ledger.links])).toEqual([
      ["delivered", 1, 0],
    ]);
  });

  it(`ends in one outcome, paid once, shown once, in ${HISTORIES} unlucky histories`, {
    timeout: Math.max(120_000, 20 * HISTORIES),
  }, async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => expectAllKept(await simulate(world), world.slots)),
      { numRuns: HISTORIES, seed: SEED },
    );
    console.log(`simulation: ${HISTORIES} histories, seed ${SEED}, 0 violations`);
  });

  it("keeps the same promises on the real store", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const dataDir = await temporaryFolder();
        const openStore: SimulationOptions["openStore"] = (settings) =>
          openSqliteStore({ ...settings, dataDir });
        expectAllKept(await simulate({ ...world, openStore }), world.slots);
      }),
      { numRuns: 40 },
    );
  });
});
