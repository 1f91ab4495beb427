import type { HomeView, KnownBlock } from "@slack/web-api";
import type { Habits } from "../../job/habits.ts";
import type { ChannelId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import type { PersonCount } from "../../job/store.ts";
import { startButton } from "../intake/welcome.ts";
import { homeActions, unwatchAction } from "../surface.ts";
import { buttons, fieldId, type HomeButton, header, note, section } from "./blocks.ts";
import { defaultsBlocks } from "./defaults.ts";
import { entryBlocks } from "./entries.ts";
import type { GalleryPage } from "./gallery.ts";
import { type Looking, MOST_SEARCHED_CHARACTERS, writeState } from "./state.ts";

const MOST_BLOCKS = 100;
const RUNNING_SHOWN = 10;
const CHANNELS_SHOWN = 10;
const PEOPLE_SHOWN = 20;

export interface Home {
  readonly now: number;
  readonly site: string;
  readonly running: readonly Job[];
  readonly looking: Looking;
  readonly page: GalleryPage;
  readonly habits: Habits;
  readonly admin?: AdminPart;
}

export interface AdminPart {
  /** Undefined: AKOOL has not said. */
  readonly credit: number | undefined;
  readonly watched: readonly ChannelId[];
  readonly counts: readonly PersonCount[];
}

export function homeView(home: Home): HomeView {
  const { looking, page } = home;
  const { newest, oldest } = page;
  const blocks = [
    header("Talking photos"),
    { type: "actions" as const, elements: [startButton] },
    ...runningBlocks(home),
    ...galleryBlocks(home),
    ...defaultsBlocks(home.habits),
    ...(home.admin ? adminBlocks(home.admin) : []),
  ];
  return {
    type: "home",
    private_metadata: writeState({
      ...looking,
      ...(newest ? { newest } : {}),
      ...(oldest ? { oldest } : {}),
    }),
    blocks: blocks.slice(0, MOST_BLOCKS),
  };
}

/** For whoever may not use the app. */
export function closedView(refusal: string): HomeView {
  return { type: "home", private_metadata: "", blocks: [section(refusal)] };
}

function runningBlocks({ running, ...more }: Home): KnownBlock[] {
  if (running.length === 0) return [];
  const rest = running.length - RUNNING_SHOWN;
  return [
    header("Running"),
    ...running.slice(0, RUNNING_SHOWN).flatMap((job) => entryBlocks(job, more)),
    ...(rest > 0 ? [note(`… and ${rest} more. \`/talkingphoto status\` lists them all.`)] : []),
  ];
}

function galleryBlocks({ page, looking, ...more }: Home): KnownBlock[] {
  const { jobs, hasNewer, hasOlder } = page;
  const isNarrowed = looking.search !== undefined || looking.channelId !== undefined;
  const nothing = isNarrowed
    ? "Nothing of yours fits that."
    : "Nothing has finished yet. *Make a video* starts your first one.";
  const turns: HomeButton[] = [
    ...(hasNewer ? [{ text: "Previous", action: homeActions.newer }] : []),
    ...(hasOlder ? [{ text: "Next", action: homeActions.older }] : []),
    ...(isNarrowed || hasNewer ? [{ text: "Show the newest of all", action: homeActions.newest }] : []),
  ];
  return [
    header("My finished ones"),
    ...searchBlocks(looking),
    ...(jobs.length === 0
      ? [note(hasOlder ? "Nothing that fits among these; *Next* looks further back." : nothing)]
      : jobs.flatMap((job) => entryBlocks(job, more))),
    ...buttons(turns),
  ];
}

function searchBlocks({ search, channelId }: Looking): KnownBlock[] {
  return [
    {
      type: "input",
      block_id: fieldId(homeActions.search, search),
      label: { type: "plain_text", text: "Search, by words, gestures or how it ended" },
      optional: true,
      dispatch_action: true,
      element: {
        type: "plain_text_input",
        action_id: homeActions.search,
        max_length: MOST_SEARCHED_CHARACTERS,
        ...(search === undefined ? {} : { initial_value: search }),
        dispatch_action_config: { trigger_actions_on: ["on_enter_pressed"] },
      },
    },
    {
      type: "actions",
      block_id: fieldId(homeActions.channel, channelId),
      elements: [
        {
          type: "conversations_select",
          action_id: homeActions.channel,
          placeholder: { type: "plain_text", text: "Only in…" },
          filter: { include: ["public", "private", "im"] },
          ...(channelId === undefined ? {} : { initial_conversation: channelId }),
        },
      ],
    },
  ];
}

function adminBlocks({ credit, watched, counts }: AdminPart): KnownBlock[] {
  const people = counts
    .slice(0, PEOPLE_SHOWN)
    .map(
      ({ requesterId, asked, delivered }) =>
        `• <@${requesterId}>: ${asked} asked for, ${delivered} delivered`,
    );
  const more = counts.length - PEOPLE_SHOWN;
  const hidden = watched.length - CHANNELS_SHOWN;
  return [
    header("For admins"),
    section(`AKOOL credit left: ${credit ?? "AKOOL has not answered; look again in a minute"}`),
    section(
      [
        "*Asked for this month, in this workspace*",
        ...(people.length === 0 ? ["Nothing yet."] : people),
        ...(more > 0 ? [`… and ${more} more people`] : []),
      ].join("\n"),
    ),
    section(watched.length === 0 ? "*Watched channels:* none" : "*Watched channels*"),
    ...watched
      .slice(0, CHANNELS_SHOWN)
      .flatMap((channel) => [
        section(`<#${channel}>`),
        ...buttons([{ text: "Switch off", action: unwatchAction(channel) }]),
      ]),
    ...(hidden > 0 ? [note(`… and ${hidden} more; they show once these are switched off.`)] : []),
  ];
}
