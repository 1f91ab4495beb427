/** What a person does on the page, done in the stand-in Slack. Whatever cannot be done is one sentence for them. */
import { surface } from "../../slack/surface.ts";
import type { World } from "../demo/start-world.ts";
import type { InputBlock } from "../slack/block-kit.ts";
import type { Answer } from "../slack/delivery.ts";
import { NotPossible } from "../slack/not-possible.ts";
import { inputsOf } from "../slack/payloads.ts";
import type { FileSpec } from "../slack/people.ts";
import type { Channel, Ephemeral, Message, View } from "../slack/records.ts";
import { Refusal } from "../slack/refusal.ts";
import type { FormValues } from "../slack/slack-sandbox.ts";
import type { Given } from "../slack/use-element.ts";
import { isWire, readJson } from "../slack/wire.ts";
import type { Act, Outcome } from "./acts.ts";
import { asSlackSends, escaped } from "./as-slack-sends.ts";
import type { Trouble } from "./make-trouble.ts";
import type { UploadRoom } from "./upload-room.ts";

export interface ActDeps {
  readonly world: World;
  readonly uploads: UploadRoom;
  readonly trouble: Trouble;
  /** Ends what is still being started. */
  readonly closing: AbortSignal;
}

type Doing<Name extends Act["do"]> = Extract<Act, { do: Name }>;

const DONE: Outcome = {};

export async function doAct(act: Act, me: string, deps: ActDeps): Promise<Outcome> {
  try {
    return await perform(act, me, deps);
  } catch (error) {
    if (error instanceof NotPossible) return { problem: sentence(error.message) };
    if (error instanceof Refusal) return { problem: "That is not there any more." };
    throw error;
  }
}

async function perform(act: Act, me: string, deps: ActDeps): Promise<Outcome> {
  const { world, trouble } = deps;
  const { slack } = world;
  switch (act.do) {
    case "say":
      return say(act, me, deps);
    case "press": {
      const target = findPost(act, me, world);
      return heard(await slack.useElement(target, act, act.value, { user: me }));
    }
    case "use":
      return use(act, me, world);
    case "shortcut": {
      const target = findPost(act, me, world);
      if ("gone" in target) throw new NotPossible("what only you see has no shortcuts");
      return heard(await slack.messageShortcut(surface.shortcuts[0], target, { user: me }));
    }
    case "globalShortcut":
      return heard(await slack.globalShortcut(surface.shortcuts[1], { user: me }));
    case "openHome":
      slack.openHomeInBackground(me, act.tab);
      return DONE;
    case "submit":
      return submit(act, me, deps);
    case "close": {
      const view = findView(act.view, me, world);
      await slack.closeView(view, { user: me });
      return DONE;
    }
    case "search": {
      const view = findView(act.view, me, world);
      return { options: await slack.searchOptions(view, act.blockId, act.typed, { user: me }) };
    }
    case "invite":
      return invite(act, me, world);
    case "makeTrouble":
      trouble.set(definedOf(act.switches));
      return DONE;
    case "app":
      return switchApp(act.how, deps);
  }
}

async function say(act: Doing<"say">, me: string, { world, uploads }: ActDeps): Promise<Outcome> {
  const { slack } = world;
  const { workspace, settings } = slack;
  const channel = findConversation(act.conversation, me, world);
  const threadTs = act.threadTs === undefined ? undefined : rootOf(channel, act.threadTs);
  const typed = act.text.trim();
  const files = uploads.get(act.uploads);
  if (typed === "" && files.length === 0) throw new NotPossible("there is nothing to send");
  const slackbotSays = (text: string) =>
    workspace.whisper({ channel: channel.id, user: me, from: "slackbot", text, threadTs });

  const [command = ""] = /^\/\S+/.exec(typed) ?? [];
  if (command) {
    if (files.length > 0) throw new NotPossible("Slack sends no files along with a command");
    if (threadTs !== undefined) slackbotSays(`${escaped(command)} is not supported in threads. Sorry!`);
    else if (surface.commands.some((known) => known === command))
      await slack.command(typed, { user: me, channel: channel.id });
    else if (
      command === "/invite" &&
      asSlackSends(typed, workspace.users.values()).includes(`<@${settings.botUserId}>`)
    )
      return invite({ do: "invite", conversation: channel.id }, me, world);
    else slackbotSays(`\`${escaped(command)}\` is not a valid command.`);
    return DONE;
  }
  const text = asSlackSends(typed, workspace.users.values());
  await slack.shareFiles(files, {
    user: me,
    channel: channel.id,
    text,
    inBackground: true,
    ...(threadTs !== undefined && { threadTs }),
  });
  const app = `<@${settings.botUserId}>`;
  if (text.includes(app) && !workspace.hasBot(channel))
    slackbotSays(`You mentioned ${app}, but they’re not in this channel.`);
  return DONE;
}

async function use(act: Doing<"use">, me: string, world: World): Promise<Outcome> {
  const { slack } = world;
  const view = findView(act.view, me, world);
  const input = inputsOf(view.content.blocks).find((each) => each.block_id === act.blockId);
  if (input?.element.type !== "external_select")
    return heard(await slack.useElement(view, act, act.value, { user: me }));
  const wanted = typeof act.value === "string" && act.value !== "" ? act.value : null;
  const answer = await slack.chooseOption(view, act.blockId, wanted, { user: me });
  return answer ? heard(answer) : DONE;
}

async function submit(act: Doing<"submit">, me: string, { world, uploads }: ActDeps): Promise<Outcome> {
  const view = findView(act.view, me, world);
  const inputs = inputsOf(view.content.blocks);
  const values: Record<string, NonNullable<FormValues[string]> | null> = {};
  for (const [blockId, value] of Object.entries(act.values))
    values[blockId] = filledIn(getInput(inputs, blockId), value);
  for (const [blockId, ids] of Object.entries(act.files)) {
    if (getInput(inputs, blockId).element.type !== "file_input")
      throw new NotPossible("files belong where the form asks for files");
    values[blockId] = uploads.get(ids);
  }
  const answer = await world.slack.submitView(view, values, { user: me });
  const said = readJson(answer.body);
  if (answer.status === 200 && isWire(said) && said.response_action === "errors" && isWire(said.errors))
    return { errors: Object.fromEntries(Object.entries(said.errors).map(([id, why]) => [id, String(why)])) };
  return heard(answer);
}

/** A path in a text never becomes a file: those come as uploads alone. */
function filledIn(input: InputBlock, value: Given): string | readonly FileSpec[] | null {
  if (input.element.type === "file_input") throw new NotPossible("files are handed in as uploads");
  if (input.element.type === "checkboxes") return typeof value === "string" ? [value] : value;
  if (Array.isArray(value)) throw new NotPossible(`“${input.label.text}” takes one answer`);
  return typeof value === "string" && value !== "" ? value : null;
}

function invite({ conversation }: Doing<"invite">, me: string, world: World): Outcome {
  const { workspace, settings } = world.slack;
  const channel = findConversation(conversation, me, world);
  if (workspace.hasBot(channel)) throw new NotPossible(`${settings.botName} is in this conversation already`);
  channel.members.add(settings.botUserId);
  const text = `OK! I’ve invited <@${settings.botUserId}> to this channel.`;
  workspace.whisper({ channel: channel.id, user: me, from: "slackbot", text });
  return DONE;
}

async function switchApp(how: "kill" | "start", { world, closing }: ActDeps): Promise<Outcome> {
  const { app } = world;
  if (how === "kill") {
    if (app.state === "stopped") throw new NotPossible("the app is stopped already");
    await app.kill();
    return DONE;
  }
  if (app.state !== "stopped") throw new NotPossible("the app is running already");
  try {
    await app.start(closing);
    return DONE;
  } catch (error) {
    return { problem: error instanceof Error ? error.message : "The app could not be started." };
  }
}

/** Slack puts a sign of its own beside what was pressed. */
function heard({ status }: Answer): Outcome {
  if (status === 200) return DONE;
  const why = status > 0 ? `answered Slack with ${status}` : "did not answer Slack";
  return { problem: `The app ${why}. Try again.` };
}

function findConversation(id: string, me: string, { slack }: World): Channel {
  const channel = slack.workspace.channels.get(id);
  if (!channel?.members.has(me)) throw new NotPossible("you are not in that conversation");
  return channel;
}

function findPost(at: { conversation: string; ts: string }, me: string, world: World): Message | Ephemeral {
  const channel = findConversation(at.conversation, me, world);
  const { workspace } = world.slack;
  const found =
    workspace.findMessage(channel.id, at.ts) ??
    workspace.ephemerals.find(
      (each) => each.channel === channel.id && each.user === me && each.ts === at.ts && !each.gone,
    );
  if (!found) throw new NotPossible("that message is not there any more");
  return found;
}

function findView(id: string, me: string, { slack }: World): View {
  const view = slack.views.find((each) => each.id === id && each.user === me);
  if (view?.state !== "open") throw new NotPossible("that form is closed");
  return view;
}

function getInput(inputs: readonly InputBlock[], blockId: string): InputBlock {
  const input = inputs.find((each) => each.block_id === blockId);
  if (!input) throw new NotPossible("the form has changed meanwhile; look at it once more");
  return input;
}

function rootOf(channel: Channel, ts: string): string {
  const found = channel.messages.find((each) => each.ts === ts);
  if (!found) throw new NotPossible("that thread is not there any more");
  return found.threadTs ?? found.ts;
}

/** A switch that is named and has no value stays as it is. */
function definedOf(switches: Doing<"makeTrouble">["switches"]) {
  return Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined));
}

function sentence(text: string): string {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
