import { describe, expect, it } from "vitest";
import { afterRestore } from "../../src/job/after-restore.ts";
import { cancelled } from "../../src/job/decisions.ts";
import * as deliver from "../../src/job/deliver-transitions.ts";
import { requestAgain } from "../../src/job/follow-up.ts";
import type { MessageTs } from "../../src/job/ids.ts";
import { holdsSlot, isDoneWithMedia, type Job, type JobState, needsMedia } from "../../src/job/job.ts";
import { laneOf } from "../../src/job/lane.ts";
import { nextStep, wakeAt } from "../../src/job/next-step.ts";
import type { Preview } from "../../src/job/posts.ts";
import * as preview from "../../src/job/preview.ts";
import { resumed } from "../../src/job/resume.ts";
import * as first from "../../src/job/show-first.ts";
import { shownBy } from "../../src/job/shown-by.ts";
import { workspaceGone } from "../../src/job/workspace-gone.ts";
import { describeEvent, each } from "./every-state.ts";
import {
  CHANNEL,
  DIRECT,
  FILE,
  FINISHED,
  NOW,
  POSTED,
  type StateName,
  sampleJob,
  WAITS,
} from "./sample-jobs.ts";

const TS = "1700000000.000900" as MessageTs;
const failure = { reason: "not_in_channel", code: "cannot_dm_bot" } as const;
const IN_DIRECT: Preview = { channelId: DIRECT, fileId: FILE, ts: TS, tries: 0 };
const request = { ...sampleJob("rendered").request, showFirst: true } as const;

/** Asked to be shown first, its direct message known. */
function asked(name: StateName | JobState, over: Partial<Job> = {}): Job {
  return sampleJob(name, { request, preview: { channelId: DIRECT, tries: 0 }, ...over });
}
const shown = (over: Partial<Preview> = {}) =>
  sampleJob("shown", { request, preview: { ...IN_DIRECT, ...over }, cleanedUp: true });
const step = (job: Job, at = NOW) => nextStep(job, at, WAITS).step;

describeEvent(
  "post it",
  (job) => first.approved(job, NOW),
  each(["shown", "not shown"], {
    state: { status: "rendered", render: FINISHED },
    preview: { approved: true },
    dueAt: NOW,
  }),
);
describeEvent(
  "throw away",
  (job) => first.thrownAway(job, NOW),
  each(["shown", "not shown"], {
    state: { status: "cancelled", renderWasRunning: true, instead: "thrown_away" },
  }),
);
describeEvent("show me again", (job) => first.shownAgain(job, NOW), {
  "not shown": { state: { status: "rendered", render: FINISHED } },
});
describeEvent(
  "nobody decides",
  (job) => first.leftUndecided(job, NOW),
  each(["shown", "not shown"], {
    state: { status: "cancelled", instead: "undecided" },
  }),
);

describe("on its way to its person", () => {
  it("needs their direct message before anything is sent there", () => {
    const job = sampleJob("rendered", { request });
    expect(step(job)).toBe("open_direct");
    const opened = first.directOpened(job, DIRECT);
    expect(step(opened)).toBe("relay");
    expect(first.shownWhere(opened)).toEqual({ channelId: DIRECT });
  });

  it("is shown by the same steps, and not posted", () => {
    const job = deliver.shareFound(asked("sharing called"), TS, NOW, WAITS);
    expect(job.state).toMatchObject({ status: "shown", until: FINISHED.renderedAt + WAITS.renderGiveUp });
    expect(job.preview).toEqual(IN_DIRECT);
    expect(job.finish).toBeUndefined();
    expect(step({ ...job, cleanedUp: true })).toBe("edit_preview");
  });

  it.each<[string, (job: Job) => Job, StateName]>([
    ["cannot be opened", (job) => first.notShown(job, failure, NOW, WAITS), "rendered"],
    ["gives no ticket", (job) => deliver.undeliverable(job, failure, NOW, WAITS), "rendered"],
    ["takes no share", (job) => deliver.undeliverable(job, failure, NOW, WAITS), "sharing ready"],
    [
      "never shows the file",
      (job) => {
        if (job.state.status !== "sharing") return job;
        const late = { ...job, state: { ...job.state, calls: 3, calledAt: NOW - WAITS.shareDeadline } };
        return deliver.shareFound(late, undefined, NOW, WAITS);
      },
      "sharing called",
    ],
  ])("asks in the place asked for where the direct message %s", (_, change, name) => {
    const job = change(asked(name));
    expect(job.state).toMatchObject({ status: "shown", failure: { reason: expect.any(String) } });
    expect(job.notice).toMatchObject({ kind: "deciding", stage: "todo" });
    expect(shownBy(job)).toBe("not shown");
    expect(first.decidesHere(job)).toBe(true);
  });

  it("is tried again for a while where Slack does not answer, and then asked about", () => {
    const job = sampleJob("rendered", { request });
    const later = first.openDirectLater(job, NOW, 5000, WAITS);
    expect(later).toMatchObject({ state: { status: "rendered" }, dueAt: NOW + 5000, tries: 1 });
    const last = first.openDirectLater({ ...job, tries: 7 }, NOW, undefined, WAITS);
    expect(last.state.status).toBe("shown");
  });

  it("is tried again by itself while it could not be shown, and announced once for the same reason", () => {
    const unshown = first.notShown(asked("rendered"), failure, NOW, WAITS);
    expect(unshown.dueAt).toBe(NOW + WAITS.undeliverableRetry);
    const { notice: _said, ...told } = unshown;
    const seen = { ...told, message: { ...POSTED, shown: "not shown" } };
    expect(step(seen, NOW + WAITS.undeliverableRetry)).toBe("stop_deciding");
    const again = first.decisionDue(told, NOW + 1000);
    expect(again.state.status).toBe("rendered");
    expect(first.notShown(again, failure, NOW + 2000, WAITS).notice).toBeUndefined();
    expect(first.notShown(again, { reason: "cannot_post" }, NOW + 2000, WAITS).notice?.kind).toBe("deciding");
    // Nobody has heard of it yet: then the next time is news, too.
    const unheard = first.decisionDue(unshown, NOW + 1000);
    expect(first.notShown(unheard, failure, NOW + 2000, WAITS).notice?.kind).toBe("deciding");
  });

  it("is left unposted once AKOOL keeps it no longer, and not before", () => {
    const waiting = shown();
    const until = waiting.state.status === "shown" ? waiting.state.until : 0;
    expect(first.decisionDue(waiting, until - 1)).toMatchObject({ state: { status: "shown" }, dueAt: until });
    expect(first.decisionDue(waiting, until).state).toMatchObject({
      status: "cancelled",
      instead: "undecided",
      made: { renderId: FINISHED.renderId },
    });
  });

  it("can be posted for as long as AKOOL keeps it, also when the place refuses it at first", () => {
    const over = { request, preview: { ...IN_DIRECT, approved: true } } as const;
    const refused = sampleJob("undeliverable", over);
    const late = FINISHED.renderedAt + WAITS.undeliverableGiveUp + 1000;
    expect(deliver.redelivering(refused, late, WAITS).state.status).not.toBe("failed");
    expect(deliver.redelivering({ ...refused, preview: IN_DIRECT }, late, WAITS).state.status).toBe("failed");
  });

  it("asks on the job message where the post's id is not known", () => {
    const job = first.shown(asked("sharing called"), FILE, undefined, NOW, WAITS);
    expect([shownBy(job), job.notice?.kind, preview.previewSays(job)]).toEqual([
      "shown plain",
      "deciding",
      undefined,
    ]);
  });
});

describe("while it waits for a decision", () => {
  it("takes nothing up: no slot, no files, no lane, no step until the end", () => {
    const job = { ...shown({ says: "shown" }), dueAt: NOW + 1000, message: { ...POSTED, shown: "shown" } };
    expect([holdsSlot(job), needsMedia(job), isDoneWithMedia(job), laneOf(job)]).toEqual([
      false,
      false,
      true,
      "quick",
    ]);
    expect(nextStep(job, NOW, WAITS)).toEqual({ step: "wait", until: NOW + 1000 });
    expect(step({ ...job, cleanedUp: false })).toBe("clean_up");
    expect(step(job, NOW + 1000)).toBe("stop_deciding");
  });

  it("can be had once more, shown first, too", () => {
    expect(requestAgain(shown(), "again")).toEqual(request);
  });

  it("is no news to anybody when a process takes it up", () => {
    const job = { ...shown(), dueAt: NOW + 1000 };
    expect(resumed(job, 3, NOW, WAITS)).toEqual(job);
    expect(shownBy({ ...job, resumed: true })).toBe("shown");
  });

  it("is thrown away by cancelling it", () => {
    expect(cancelled(shown(), NOW, WAITS)).toEqual(first.thrownAway(shown(), NOW));
  });

  it("cannot be posted once AKOOL has deleted it", () => {
    const job = first.approved(shown(), NOW + 2000);
    expect(job.state).toMatchObject({ status: "cancelled", instead: "undecided" });
  });

  it("says nothing more when the app was removed, and on a copy of the store nothing is posted or deleted", () => {
    expect(workspaceGone(shown(), NOW).preview).toBeUndefined();
    const restored = afterRestore(shown(), 0, NOW, WAITS);
    expect(restored.state).toMatchObject({ status: "failed", failure: { reason: "restored" } });
    expect(preview.previewSays(restored)).toBe("failed");
    const thrown = afterRestore(first.thrownAway(shown(), NOW), 0, NOW, WAITS);
    expect(preview.previewSays(thrown)).toBeUndefined();
  });
});

describe("the post in the direct message", () => {
  it("says what becomes of the video, once", () => {
    const says = (job: Job) => preview.previewSays(job);
    const posting = first.approved(shown({ says: "shown" }), NOW);
    expect(says(posting)).toBe("posting");
    expect(step(posting)).toBe("edit_preview");
    expect(step(preview.previewEdited(posting, "posting"))).toBe("relay");
    const over = { request, preview: { ...IN_DIRECT, approved: true } } as const;
    expect(says(sampleJob("delivered", over))).toBe("posted");
    expect(says(sampleJob("undeliverable", over))).toBe("undeliverable:not_in_channel");
    expect(says(sampleJob("failed", over))).toBe("failed");
    expect(says(first.thrownAway(shown(), NOW))).toBe("thrown_away");
    expect(says(first.leftUndecided(shown(), NOW))).toBe("undecided");
  });

  it("leaves the buttons to the job message where it cannot be edited, now or after many tries", () => {
    for (const job of [
      preview.previewClosed(shown(), "shown"),
      preview.previewLater(shown({ tries: 30 }), "shown", NOW, undefined, WAITS),
    ]) {
      expect(shownBy(job)).toBe("shown plain");
      expect(job.notice?.kind).toBe("deciding");
      expect(preview.previewDueAt(job)).toBeUndefined();
    }
    const later = preview.previewLater(shown(), "shown", NOW, 5000, WAITS);
    expect(preview.previewDueAt(later)).toBe(NOW + 5000);
  });

  it("says next what has become of it, with tries of its own, whatever came of what was being said", () => {
    const tried = shown({ tries: 29, retryAt: NOW + 1000 });
    const thrown = first.thrownAway(tried, NOW);
    expect(thrown.preview).toMatchObject({ tries: 0 });
    expect(preview.previewDueAt(thrown)).toBe(0);
    // The edit that gave it buttons comes back refused, or unanswered.
    expect(preview.previewDueAt(preview.previewClosed(thrown, "shown"))).toBe(0);
    expect(preview.previewLater(thrown, "shown", NOW, 5000, WAITS)).toBe(thrown);
  });

  it("loses its file when it is thrown away, also where it cannot be edited", () => {
    const job = first.thrownAway(shown({ closed: true, says: "shown" }), NOW);
    expect(step({ ...job, message: { status: "none" } })).toBe("edit_preview");
    const done = preview.previewClosed(job, "thrown_away");
    const { dueAt: _, ...rest } = { ...done, message: { status: "none" } as const };
    expect(wakeAt(rest, WAITS)).toBeUndefined();
  });
});

describe("once it may be posted", () => {
  it("goes to the place asked for, by a fresh upload, and ends as ever", () => {
    const job = first.approved(shown(), NOW);
    expect(first.shownWhere(job)).toEqual({
      channelId: CHANNEL,
      threadTs: POSTED.status === "posted" ? POSTED.ts : undefined,
    });
    const over = { request, preview: { ...IN_DIRECT, approved: true } } as const;
    expect(deliver.shareFound(sampleJob("sharing called", over), TS, NOW, WAITS).state.status).toBe(
      "delivered",
    );
    expect(deliver.undeliverable(sampleJob("rendered", over), failure, NOW, WAITS).state).toMatchObject({
      status: "undeliverable",
    });
  });

  it("is a decision made once", () => {
    const job = first.approved(shown(), NOW);
    expect(first.approved(job, NOW)).toBe(job);
    expect(first.thrownAway(job, NOW)).toBe(job);
  });
});
