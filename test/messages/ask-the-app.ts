import { App, LogLevel } from "@slack/bolt";
import { z } from "zod";
import type { Job } from "../../src/job/job.ts";
import { wakeAt } from "../../src/job/next-step.ts";
import type { OpenForm } from "../../src/job/store.ts";
import { NoTokenError } from "../../src/slack/installations/token-errors.ts";
import type { AccessSettings } from "../../src/slack/intake/access.ts";
import { dispatch, type FrontDesk } from "../../src/slack/intake/dispatch.ts";
import { type IntakeDeps, registerHandlers } from "../../src/slack/intake/handlers.ts";
import { classifySocketPayload } from "../../src/slack/intake/slack-payload.ts";
import { createNotInstalled, createUnknownPayload } from "../../src/slack/intake/unknown-payload.ts";
import { formCallbackId } from "../../src/slack/surface.ts";
import type { Say } from "../../src/words/say.ts";
import { createMemoryStore } from "../job/memory-store.ts";
import { ANNA, CHANNEL, INSTALLATION, NOW, WAITS, WORKSPACE } from "../job/sample-jobs.ts";

/** The app's own listeners, asked as Slack asks them, for the answers that no function gives by itself. */

const RESPONSE_URL = "https://hooks.slack.com/actions/T1/1/x";
/** A workspace where it is not installed. */
export const ELSEWHERE = "T9";

/** What Slack is answered, or what is said through the address that came with the request. */
const answer = z.union([
  z.object({ text: z.string() }),
  z.object({ response_action: z.literal("errors"), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal("update"), view: z.unknown() }),
]);
export type Answer = z.output<typeof answer>;

export interface AskTheApp {
  command(typed: string, body?: object): Promise<Answer>;
  press(actionId: string, jobId: string, body?: object): Promise<Answer>;
  sendForm(formId: string, body?: object): Promise<Answer>;
}

/** `broken`: its store takes nothing. `access` is open to everybody where nothing else is said. */
export async function askTheApp(
  say: Say,
  {
    jobs = [],
    forms = [],
    broken = false,
    access = {},
  }: {
    readonly jobs?: readonly Job[];
    readonly forms?: readonly OpenForm[];
    readonly broken?: boolean;
    readonly access?: Partial<AccessSettings>;
  },
): Promise<AskTheApp> {
  let hear: (text: string) => void = () => {};
  const store = createMemoryStore({
    now: () => NOW,
    wakeAt: (job) => wakeAt(job, WAITS),
    responseUrlLife: 1,
  });
  for (const job of jobs) await store.accept({ keys: [job.id], job });
  for (const form of forms) await store.saveForm(form);
  const fails = async () => {
    throw new Error("the store takes nothing");
  };
  const silent = { info() {}, warn() {}, error() {} };
  const readers = { sayTo: async () => say };
  const deps: IntakeDeps = {
    store: broken ? { ...store, find: fails, findForm: fails } : store,
    access: { adminUsers: new Set(), allowedUsers: new Set(), allowedChannels: new Set(), ...access },
    clientFor: async () => {
      throw new NoTokenError("Slack is not there");
    },
    answerPrivately: async (_url, text) => {
      hear(text);
      return { type: "ok" };
    },
    readers,
    isAllowedUrl: () => true,
    voices: { voices: async () => [] },
    creditLeft: async () => undefined,
    waits: WAITS,
    now: () => NOW,
    log: silent,
  };
  const app = new App({
    receiver: { init() {}, start: async () => {}, stop: async () => {} },
    authorize: async () => ({}),
    ignoreSelf: false,
    convoStore: false,
    tokenVerificationEnabled: false,
    logLevel: LogLevel.ERROR,
  });
  app.error(async (error) => {
    throw error;
  });
  registerHandlers(app, deps, undefined);
  const desk: FrontDesk = {
    callerOf: async (body) => (JSON.stringify(body).includes(ELSEWHERE) ? undefined : INSTALLATION),
    notInstalled: createNotInstalled(deps.answerPrivately, silent),
    unknown: createUnknownPayload(deps.answerPrivately, readers),
  };

  async function ask(body: object): Promise<Answer> {
    const heard = new Promise<string>((resolve) => {
      hear = resolve;
    });
    const payload = classifySocketPayload(body);
    if (payload?.type !== "command" && payload?.type !== "interaction")
      throw new Error(`nobody waits for an answer to ${JSON.stringify(body)}`);
    const reply = await dispatch(app, payload, {}, desk);
    if (reply.type !== "ok") throw new Error(`no answer to ${JSON.stringify(body)}`, { cause: reply });
    return reply.body ? answer.parse(reply.body) : { text: await heard };
  }

  const whose = {
    team: { id: WORKSPACE },
    user: { id: ANNA },
    trigger_id: "1.1",
    response_url: RESPONSE_URL,
  };
  return {
    command: (text, body) =>
      ask({
        command: "/talkingphoto",
        team_id: WORKSPACE,
        user_id: ANNA,
        channel_id: CHANNEL,
        trigger_id: "1.1",
        response_url: RESPONSE_URL,
        text,
        ...body,
      }),
    press: (action_id, value, body) =>
      ask({ ...whose, type: "block_actions", actions: [{ type: "button", action_id, value }], ...body }),
    sendForm: (private_metadata, body) =>
      ask({
        ...whose,
        type: "view_submission",
        view: { id: "V1", callback_id: formCallbackId, private_metadata, state: { values: FILLED_IN } },
        ...body,
      }),
  };
}

const file = (id: string, mimetype: string) => ({
  files: [{ id, mode: "hosted", mimetype, size: 1000, url_private: `https://files.slack.com/${id}` }],
});
const FILLED_IN = {
  "talkingphoto.photo": { "talkingphoto.photo_file": file("F1", "image/jpeg") },
  "talkingphoto.speech": { "talkingphoto.speech_file": file("F2", "audio/mpeg") },
};
