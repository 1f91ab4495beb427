import type { JobId, UserId } from "../../src/job/ids.ts";
import { closedView, type Home, homeView } from "../../src/slack/home/view.ts";
import { whyNotInDirectMessage } from "../../src/slack/intake/access.ts";
import type { Say } from "../../src/words/say.ts";
import { ANNA, CHANNEL, NOW, STATES } from "../job/sample-jobs.ts";
import type { Picture } from "./draw-picture.ts";
import { FILES, job, MINUTE_MS, type Named, REQUEST } from "./sample-requests.ts";

/** The Home tab, as one person finds it. */

const CURSOR = { acceptedAt: NOW, id: "jjjjjjjjjj" as JobId };
const NOTHING: Home = {
  now: NOW,
  site: "https://example.slack.com/",
  running: [],
  looking: {},
  page: { jobs: [], hasNewer: false, hasOlder: false },
  habits: {},
  credit: 1234,
  used: 20,
};
const OPEN = {
  adminUsers: new Set(["U2"]),
  allowedUsers: new Set<string>(),
  allowedChannels: new Set<string>(),
};

export function homeTabs(say: Say): Named[] {
  const home = (over: Partial<Home>): Picture => ({ view: homeView(say, { ...NOTHING, ...over }) });
  const done = job(STATES.delivered, { finish: { stage: "dressed", tries: 0 } });
  const older = { ...done, acceptedAt: NOW - 90 * MINUTE_MS };
  const habits = {
    voice: { id: "v1", name: "Gloria", language: "en" },
    resolution: "1080",
    gesturePrompt: "waves with one hand",
  } as const;
  return [
    ["the first time", home({})],
    [
      "with some running and some finished, and defaults",
      home({
        running: [
          job(STATES.rendering),
          job(STATES.undeliverable, { request: FILES }),
          job(STATES["sharing called"]),
          job(STATES.choosing, { request: { ...FILES, photo: { type: "none" }, speech: { type: "none" } } }),
        ],
        page: {
          jobs: [
            { ...done, request: { ...REQUEST, resolution: "1080" } },
            { ...older, finish: { stage: "removed", tries: 0 } },
            job({ ...STATES.failed, failure: { reason: "akool_busy" } }),
            job(STATES.duplicate),
            job(STATES.cancelled, { request: FILES }),
          ],
          hasNewer: false,
          hasOlder: true,
          oldest: CURSOR,
        },
        habits,
      }),
    ],
    [
      "with more running than it lists",
      home({ running: Array.from({ length: 12 }, () => job(STATES.rendering)) }),
    ],
    [
      "a page in the middle of a search",
      home({
        looking: { search: "welcome", channelId: CHANNEL },
        page: { jobs: [done, older], hasNewer: true, hasOlder: true, newest: CURSOR, oldest: CURSOR },
      }),
    ],
    ["a search that finds nothing", home({ looking: { search: "needle" } })],
    [
      "a search that has not looked far enough",
      home({
        looking: { search: "needle" },
        page: { jobs: [], hasNewer: false, hasOlder: true, oldest: CURSOR },
      }),
    ],
    [
      "of an admin, on the first day",
      home({ credit: undefined, used: 0, admin: { access: OPEN, watched: [], counts: [] } }),
    ],
    [
      "of an admin",
      home({
        admin: {
          access: {
            ...OPEN,
            allowedUsers: new Set(Array.from({ length: 23 }, (_, index) => `U${index + 1}`)),
            allowedChannels: new Set([CHANNEL]),
          },
          watched: [CHANNEL, ...Array.from({ length: 10 }, (_, index) => `C${index + 10}` as typeof CHANNEL)],
          counts: Array.from({ length: 22 }, (_, index) => ({
            requesterId: `U${index + 1}` as UserId,
            asked: 30 - index,
            delivered: 28 - index,
            credits: 10 * (28 - index),
          })),
        },
      }),
    ],
    ["of somebody who may not use the app", closed(say)],
  ];
}

function closed(say: Say): Picture {
  const settings = {
    adminUsers: new Set(["U2"]),
    allowedUsers: new Set(["U2"]),
    allowedChannels: new Set<string>(),
  };
  return { view: closedView(say.kept(whyNotInDirectMessage(ANNA, settings) ?? "")) };
}
