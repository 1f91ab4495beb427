import type { MessageTs, SlackFileId } from "../../src/job/ids.ts";
import type { Job, JobState } from "../../src/job/job.ts";
import { withRequest } from "../../src/slack/delivery/asked-for.ts";
import { jobMessage, type Message } from "../../src/slack/delivery/messages.ts";
import type { Say } from "../../src/words/say.ts";
import { CHANNEL, POSTED, sampleJob } from "../job/sample-jobs.ts";
import type { Picture } from "./draw-picture.ts";

/** What the pictures are about: jobs of Anna's, in a thread of their own, with the photo and the words that she asked for. */

export type Named = readonly [name: string, shown: Picture];

export const MINUTE_MS = 60_000;

export const REQUEST: Job["request"] = {
  photo: {
    type: "slack",
    fileId: "F0PHOTO" as SlackFileId,
    url: "https://files.slack.com/files-pri/T1-F0PHOTO/anna.jpg",
  },
  speech: {
    type: "words",
    text: "Welcome to the team, Ben!",
    voice: { id: "v1", name: "Gloria" },
  },
  resolution: "720",
  gesturePrompt: "waves with one hand",
};

/** With a photo and a recording instead. */
export const FILES: Job["request"] = {
  ...REQUEST,
  speech: { type: "url", url: "https://example.com/voice.mp3" },
};

export function job(state: JobState, over: Partial<Job> = {}): Job {
  const made = sampleJob(state, {
    place: { channelId: CHANNEL, threadTs: "1764158400.000100" as MessageTs },
    message: POSTED,
    ...over,
  });
  return over.request ? made : { ...made, request: REQUEST };
}

/** The job message as it is edited. */
export function edited(say: Say, state: JobState, minutes = 0, over: Partial<Job> = {}): Message {
  const about = job(state, over);
  const times = { soFar: minutes, usualMs: 2 * MINUTE_MS };
  return withRequest(say, jobMessage(say, about, undefined, times), about, { thumbnail: true });
}
