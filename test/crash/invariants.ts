import { createHash } from "node:crypto";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import type { Request } from "./doors.ts";
import { type Ending, lookAt, MARKS, saidTooOften } from "./outcome.ts";
import { type JobDocument, jobIn } from "./read-store.ts";
import type { World } from "./world.ts";

export interface Expected {
  /** How it may end. */
  readonly endings: readonly Ending[];
  /** The answer to the first post may be lost, and with it the way to edit it. */
  readonly mayLoseJobMessage: boolean;
  /** Slack itself shows one share twice: no app can help that. */
  readonly sharedTwiceBySlack?: boolean;
  /** Killed while they hand media to AKOOL, two processes can spoil both orders that may be placed: unpaid, and told. */
  readonly mediaMayBeCut?: boolean;
  /** How many kills there were: each may leave one intent without its call. */
  readonly kills: number;
}

export interface Broken {
  readonly invariant: "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "contract";
  readonly what: string;
}

/** What must hold at rest, counted at the stand-ins; the app's own rows are read for its audit alone. */
export async function findBroken(world: World, request: Request, expected: Expected): Promise<Broken[]> {
  const broken: Broken[] = [];
  const say = (invariant: Broken["invariant"], what: string) => void broken.push({ invariant, what });
  const { slack, akool, app } = world;
  const seen = lookAt(world, request);
  const ending = seen.endings[0];
  const unpaidFailure = expected.mediaMayBeCut && akool.creates === 0;
  const endings: readonly Ending[] = unpaidFailure ? [...expected.endings, "failure"] : expected.endings;
  const rows = await app.query("SELECT job FROM jobs");
  const accepted = request.acknowledged || rows.length > 0;

  if (akool.creates > 1) say("I1", `${akool.creates} creates were paid for one request`);
  if (akool.speechCreates > 1) say("I1", `${akool.speechCreates} speeches were paid for one request`);
  if (rows.length > 1) say("I1", `one request became ${rows.length} jobs`);
  const message = rows[0] && jobIn(rows[0]).message;

  // I2
  const finished = akool.renders.filter((render) => render.status === 3 && render.videoUrl);
  const most = expected.sharedTwiceBySlack ? 2 : 1;
  if (seen.videos.length + seen.links.length > most)
    say("I2", `${seen.videos.length} videos and ${seen.links.length} links are visible`);
  if (finished.length === 0 && seen.videos.length > 0)
    say("I2", "a video is visible that AKOOL never finished");
  if (finished.length > 0 && ending !== "video" && !(ending && endings.includes(ending)))
    say(
      "I2",
      `AKOOL finished a render and it is not visible; the person sees: ${seen.endings.join(", ") || "nothing"}`,
    );
  for (const { post, sha256 } of seen.videos) {
    const expectedSha = await resultSha256(finished.at(-1)?.videoUrl);
    if (expectedSha !== undefined && sha256 !== expectedSha)
      say("I2", "the video is not the one AKOOL rendered");
    const thread = threadOf(message, request, expected);
    if (post.channel !== request.channel || !thread.includes(post.threadTs))
      say(
        "I2",
        `the video is in ${post.channel}/${post.threadTs}, not in ${request.channel}/${thread.join("|")}`,
      );
  }

  // I3 and I4
  if (accepted && seen.endings.length === 0)
    say(request.acknowledged ? "I4" : "I3", "an accepted request came to no visible end");
  if (seen.endings.length > 1) say("I3", `more than one outcome: ${seen.endings.join(", ")}`);
  if (!accepted && seen.posts.length > 0) say("I3", "posts about a request that was never accepted");
  if (ending && !endings.includes(ending))
    say("I3", `it ended in ${ending}; here only ${endings.join(" or ")} would be right`);
  if (seen.jobMessages.length > 1) say("I3", `${seen.jobMessages.length} job messages`);
  const [jobMessage] = seen.jobMessages;
  const hasJobMessage = message?.status === "posted";
  if (saidTooOften(seen.failures, hasJobMessage)) say("I3", "the same failure was told twice");
  if (saidTooOften(seen.questions, hasJobMessage)) say("I3", "the same question was asked twice");
  if (message?.status === "lost" && !expected.mayLoseJobMessage)
    say("I3", "the job message was given up for no reason");
  if (hasJobMessage && ending) {
    if (!jobMessage) say("I3", "the app believes in a job message that is not there");
    else if (!jobMessage.text.startsWith(MARKS[ending]))
      say("I3", `the job message still says "${jobMessage.text}" although it ended in ${ending}`);
  }

  // I5
  const own = slack.workspace.openDm(ANNA).id;
  for (const post of seen.posts) {
    if (post.channel !== request.channel && post.channel !== own)
      say("I5", `a post in a foreign conversation ${post.channel}: ${post.text}`);
  }
  for (const { user, channel } of slack.ephemerals)
    if (user !== ANNA || (channel !== request.channel && channel !== own))
      say("I5", `something private was said to ${user} in ${channel}`);

  // A question keeps the media for "Try again".
  if (ending !== "question") broken.push(...(await findLeftMedia(world)));
  broken.push(...(await findUnaudited(world, expected.kills)));
  for (const problem of [...slack.problems, ...akool.problems]) say("contract", problem);
  return broken;
}

/** I6: at the end nobody can fetch anything any more, and nothing is left on disk. */
export async function findLeftMedia({ akool, door, spool }: World): Promise<Broken[]> {
  const broken: Broken[] = [];
  const ordered = akool.renders.flatMap(({ order }) => [order.talking_photo_url, order.audio_url]);
  const urls = new Set([...ordered, ...[...door.mediaPaths].map((path) => door.url + path)]);
  for (const url of urls) {
    const { status } = await fetch(url, { method: "HEAD" });
    if (status !== 404)
      broken.push({ invariant: "I6", what: `a media link still answers ${status} at the end` });
  }
  const left = spool();
  if (left.length > 0) broken.push({ invariant: "I6", what: `left in the spool: ${left.join(", ")}` });
  return broken;
}

/** I7: every outward effect the stand-ins saw has its line; a kill may leave a line for an intent that never went out. */
async function findUnaudited({ app, slack, akool }: World, kills: number): Promise<Broken[]> {
  const broken: Broken[] = [];
  const lines = await app.query("SELECT effect, attempt, outcome FROM audit ORDER BY id");
  const told = lines.map((line) => `${line.effect}#${line.attempt}: ${line.outcome}`).join("; ");
  const written = (...effects: string[]) =>
    lines.filter((line) => effects.includes(String(line.effect))).length;
  const called = (...methods: string[]) => slack.calls.filter((call) => methods.includes(call.method)).length;
  const compare = (what: string, effects: number, audited: number, more: number) => {
    if (audited < effects || audited > effects + more)
      broken.push({
        invariant: "I7",
        what: `${effects} × ${what}, but ${audited} lines in the audit (${told})`,
      });
  };
  const creates = akool.calls.filter((call) => call.endpoint === "create").length;
  compare("create", creates, written("create"), kills);
  const spoken = akool.calls.filter((call) => call.endpoint === "speak").length;
  compare("speak", spoken, written("speak"), kills);
  compare("share", called("files.completeUploadExternal"), written("share"), kills);
  // A relay that failed while it read from AKOOL has its line, too.
  const reads = akool.calls.filter((call) => call.endpoint === "result").length;
  compare("upload", called("upload"), written("upload"), kills + reads);
  const said = called("chat.postMessage", "chat.postEphemeral", "response_url");
  compare("post", called("chat.postMessage"), written("post", "notice", "private"), kills + said);
  for (const line of lines)
    if (!line.outcome || !Number.isInteger(line.attempt))
      broken.push({
        invariant: "I7",
        what: `an audit line without attempt or outcome: ${JSON.stringify(line)}`,
      });
  return broken;
}

function threadOf(
  message: JobDocument["message"] | undefined,
  request: Request,
  expected: Expected,
): (string | undefined)[] {
  if (request.threadTs !== undefined) return [request.threadTs];
  const own = message?.ts === undefined ? [] : [message.ts];
  // Without the job message's ts there is no thread: the channel itself is the place.
  return expected.mayLoseJobMessage ? [...own, undefined] : own;
}

async function resultSha256(url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined;
  const response = await fetch(url);
  const bytes = Buffer.from(await response.arrayBuffer());
  return response.status === 200 ? createHash("sha256").update(bytes).digest("hex") : undefined;
}
