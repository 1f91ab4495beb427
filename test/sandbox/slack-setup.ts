import { createServer } from "node:http";
import { type Logger, LogLevel, WebClient } from "@slack/web-api";
import { afterEach, expect } from "vitest";
import { type SlackOptions, startSlack } from "../../src/sandbox/slack/slack-sandbox.ts";

export const PORTRAIT = "test/fixtures/media/portrait.jpg";
export const SPEECH = "test/fixtures/media/speech.mp3";
export const SIGNING_SECRET = "a-test-signing-secret";

export const atEnd: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of atEnd.splice(0).reverse()) await close();
});

interface Heard {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: payloads of every kind, read by the tests that know which
  readonly payload: any;
}

/** Refused calls are what these tests are about; the SDK logs each. */
export const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

/** An app that remembers what it is told and answers what it is told to. */
async function startApp() {
  const heard: Heard[] = [];
  const app = {
    heard,
    url: "",
    answer: (_heard: Heard): { status?: number; body?: string; headers?: Record<string, string> } => ({}),
    /** The `type` of every event heard. */
    events: () => heard.flatMap((each) => (each.payload.event ? [each.payload.event.type] : [])),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const form = new URLSearchParams(body);
    const isJson = request.headers["content-type"] === "application/json";
    const payload = isJson ? JSON.parse(body) : JSON.parse(form.get("payload") ?? "null");
    const one = { headers: request.headers, body, payload: payload ?? Object.fromEntries(form) };
    heard.push(one);
    const { status = 200, body: said = "", headers = {} } = app.answer(one);
    response.writeHead(status, headers).end(said);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  app.url = `http://127.0.0.1:${address.port}/slack/events`;
  atEnd.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return app;
}

export async function start(options: SlackOptions = {}) {
  const app = await startApp();
  const slack = await startSlack({ signingSecret: SIGNING_SECRET, requestUrl: app.url, ...options });
  atEnd.push(slack.close);
  const web = new WebClient(slack.settings.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
  });
  return { slack, app, web };
}

/** What an app does by hand to share a video. */
export async function upload(
  web: WebClient,
  {
    bytes = new Uint8Array(Buffer.from("....ftypisom")),
    ...place
  }: Record<string, unknown> & { bytes?: Uint8Array },
) {
  const ticket = await web.files.getUploadURLExternal({ filename: "talking.mp4", length: bytes.length });
  await fetch(String(ticket.upload_url), { method: "POST", body: new Uint8Array(bytes) });
  const complete = await web.apiCall("files.completeUploadExternal", {
    files: [{ id: ticket.file_id, title: "Talking" }],
    ...place,
  });
  return { fileId: String(ticket.file_id), complete };
}

export const refusal = (error: string) =>
  expect.objectContaining({ data: expect.objectContaining({ error }) });
export const section = { type: "section", text: { type: "mrkdwn", text: "hello" } };
export const cancel = {
  type: "actions",
  elements: [
    {
      type: "button",
      text: { type: "plain_text", text: "Cancel" },
      action_id: "talkingphoto.cancel",
      value: "job1",
    },
  ],
};
export const form = {
  type: "modal",
  callback_id: "talkingphoto.form",
  title: { type: "plain_text", text: "Talking Photo" },
  submit: { type: "plain_text", text: "Make it" },
  blocks: [
    {
      type: "input",
      block_id: "photo",
      label: { type: "plain_text", text: "Photo" },
      element: { type: "file_input", action_id: "talkingphoto.photo", filetypes: ["jpg"], max_files: 1 },
    },
    {
      type: "input",
      block_id: "gesture",
      optional: true,
      label: { type: "plain_text", text: "Gestures" },
      element: { type: "plain_text_input", action_id: "talkingphoto.gesture" },
    },
  ],
};
