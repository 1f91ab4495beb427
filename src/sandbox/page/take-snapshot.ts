/** The workspace as one person sees it. */
import type { World } from "../demo/start-world.ts";
import type { SlackFile } from "../slack/file-room.ts";
import type { Channel, Ephemeral, Message, View } from "../slack/records.ts";
import type {
  Backstage,
  PageConversation,
  PageFile,
  PageMessage,
  PagePerson,
  PageView,
  Snapshot,
} from "./snapshot.ts";

const SLACKBOT = { id: "USLACKBOT", name: "Slackbot", locale: "en-US", isApp: true };

export function takeSnapshot({ slack }: World, me: string, backstage: Backstage): Snapshot {
  const { workspace } = slack;
  const mine = workspace.views.filter((view) => view.user === me);
  const home = slack.homeOf(me);
  return {
    me,
    people: [
      ...[...workspace.users.values()].map(
        ({ id, name, locale, isBot }): PagePerson => ({ id, name, locale, isApp: isBot }),
      ),
      SLACKBOT,
    ],
    conversations: [...workspace.channels.values()]
      .filter((channel) => channel.members.has(me))
      .map((channel) => conversation(channel, me, slack)),
    forms: mine.filter(({ state, content }) => state === "open" && content.type === "modal").map(view),
    home: home ? view(home) : null,
    backstage,
  };
}

function conversation(channel: Channel, me: string, slack: World["slack"]): PageConversation {
  const { workspace, settings } = slack;
  const { id, kind } = channel;
  const whispers = workspace.ephemerals.filter(
    (each) => each.channel === id && each.user === me && !each.gone,
  );
  const messages = [
    ...channel.messages.filter((each) => !each.deleted).map(message),
    ...whispers.map((each) => whisper(each, settings.botUserId)),
  ];
  return {
    id,
    name: kind === "im" ? settings.botName : channel.name,
    kind,
    appIsIn: workspace.hasBot(channel),
    messages: messages.sort((a, b) => (a.ts < b.ts ? -1 : 1)),
  };
}

function message(from: Message): PageMessage {
  const { ts, user, threadTs, text, blocks, edits, forwards } = from;
  return {
    ts,
    user,
    threadTs: threadTs === undefined || threadTs === ts ? null : threadTs,
    text,
    blocks,
    files: filesOf(from),
    edited: edits.length > 0,
    onlyYou: false,
    forwards: forwards ? { user: forwards.user, text: forwards.text, files: filesOf(forwards) } : null,
  };
}

function whisper({ ts, threadTs, text, blocks, from }: Ephemeral, app: string): PageMessage {
  return {
    ts,
    user: from === "app" ? app : SLACKBOT.id,
    threadTs: threadTs ?? null,
    text,
    blocks,
    files: [],
    edited: false,
    onlyYou: true,
    forwards: null,
  };
}

function filesOf({ files }: Message): PageFile[] {
  return files.filter((file) => !file.deleted).map(file);
}

function file({ id, name, mimetype, content, subtype }: SlackFile): PageFile {
  const url = `/files/${id}/${encodeURIComponent(name)}`;
  return { id, name, mimetype, bytes: content.size, url, isClip: subtype === "slack_audio" };
}

function view({ id, hash, content }: View): PageView {
  return { id, hash, content };
}
