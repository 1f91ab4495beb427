import type { HomeView, KnownBlock } from "@slack/web-api";
import type { Habits } from "../../job/habits.ts";
import type { ChannelId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import type { PersonCount } from "../../job/store.ts";
import { type Markup, markup, type Said, type Say } from "../../words/say.ts";
import { credits } from "../delivery/time-text.ts";
import type { AccessSettings } from "../intake/access.ts";
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
  /** Of the AKOOL account, for all. Undefined: AKOOL has not said. */
  readonly credit: number | undefined;
  /** What the person's own videos of this month have cost. */
  readonly used: number;
  readonly admin?: AdminPart;
}

export interface AdminPart {
  readonly access: AccessSettings;
  readonly watched: readonly ChannelId[];
  readonly counts: readonly PersonCount[];
}

export function homeView(say: Say, home: Home): HomeView {
  const { looking, page } = home;
  const { newest, oldest } = page;
  const blocks = [
    header(say.plain("home.title")),
    { type: "actions" as const, elements: [startButton(say)] },
    ...runningBlocks(say, home),
    ...galleryBlocks(say, home),
    ...defaultsBlocks(say, home.habits),
    section(
      [
        say("home.used_this_month", { credits: credits(say, home.used) }),
        home.credit === undefined
          ? say("home.credit_unknown")
          : say("home.credit_left", { credit: home.credit }),
      ].join("\n"),
    ),
    ...(home.admin ? adminBlocks(say, home.admin) : []),
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

function runningBlocks(say: Say, { running, ...more }: Home): KnownBlock[] {
  if (running.length === 0) return [];
  const rest = running.length - RUNNING_SHOWN;
  return [
    header(say.plain("home.running")),
    ...running.slice(0, RUNNING_SHOWN).flatMap((job) => entryBlocks(say, job, more)),
    ...(rest > 0 ? [note(say("home.running_more", { count: rest }))] : []),
  ];
}

function galleryBlocks(say: Say, { page, looking, ...more }: Home): KnownBlock[] {
  const { jobs, hasNewer, hasOlder } = page;
  const isNarrowed = looking.search !== undefined || looking.channelId !== undefined;
  const nothing = isNarrowed
    ? say("home.nothing_fits")
    : say("home.nothing_yet", { button: { key: "welcome.make_a_video" } });
  const turns: HomeButton[] = [
    ...(hasNewer ? [{ text: say.plain("home.previous"), action: homeActions.newer }] : []),
    ...(hasOlder ? [{ text: say.plain("home.next"), action: homeActions.older }] : []),
    ...(isNarrowed || hasNewer ? [{ text: say.plain("home.newest"), action: homeActions.newest }] : []),
  ];
  return [
    header(say.plain("home.finished")),
    ...searchBlocks(say, looking),
    ...(jobs.length === 0
      ? [note(hasOlder ? say("home.nothing_here", { button: { key: "home.next" } }) : nothing)]
      : jobs.flatMap((job) => entryBlocks(say, job, more))),
    ...buttons(turns),
  ];
}

function searchBlocks(say: Say, { search, channelId }: Looking): KnownBlock[] {
  return [
    {
      type: "input",
      block_id: fieldId(homeActions.search, search),
      label: { type: "plain_text", text: say.plain("home.search") },
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
          placeholder: { type: "plain_text", text: say.plain("home.only_in") },
          filter: { include: ["public", "private", "im"] },
          ...(channelId === undefined ? {} : { initial_conversation: channelId }),
        },
      ],
    },
  ];
}

function adminBlocks(say: Say, { access, watched, counts }: AdminPart): KnownBlock[] {
  const people = counts.slice(0, PEOPLE_SHOWN).map(({ requesterId, asked, delivered, credits: spent }) => {
    const values = { person: markup(`<@${requesterId}>`), asked, delivered };
    return spent > 0
      ? say("home.month_person_spent", { ...values, credits: credits(say, spent) })
      : say("home.month_person", values);
  });
  const more = counts.length - PEOPLE_SHOWN;
  const total = counts.reduce((sum, { credits: spent }) => sum + spent, 0);
  const hidden = watched.length - CHANNELS_SHOWN;
  return [
    header(say.plain("home.admins")),
    section(accessText(say, access)),
    section(
      [
        say("home.month"),
        ...(people.length === 0 ? [say("home.month_nothing")] : people),
        ...(more > 0 ? [say("home.month_more", { count: more })] : []),
        ...(total > 0 ? [say("home.month_total", { credits: credits(say, total) })] : []),
      ].join("\n"),
    ),
    section(say(watched.length === 0 ? "home.watched_none" : "home.watched")),
    ...watched
      .slice(0, CHANNELS_SHOWN)
      .flatMap((channel) => [
        section(`<#${channel}>`),
        ...buttons([{ text: say.plain("home.switch_off"), action: unwatchAction(channel) }]),
      ]),
    ...(hidden > 0 ? [note(say("home.watched_more", { count: hidden }))] : []),
  ];
}

/** What the settings say of this workspace; they are changed where the app runs. */
function accessText(say: Say, { adminUsers, allowedUsers, allowedChannels }: AccessSettings): string {
  const everybody: Said = { key: "home.everybody" };
  const everywhere: Said = { key: "home.everywhere" };
  return [
    say("home.who_may", { people: named(allowedUsers, (id) => `<@${id}>`) ?? everybody }),
    say("home.where_it_works", { channels: named(allowedChannels, (id) => `<#${id}>`) ?? everywhere }),
    say("home.app_admins", { people: named(adminUsers, (id) => `<@${id}>`) ?? "" }),
    say("home.who_changes"),
  ].join("\n");
}

/** Undefined: the setting is empty. */
function named(ids: ReadonlySet<string>, mention: (id: string) => string): Markup | Said | undefined {
  const shown = markup([...ids].slice(0, PEOPLE_SHOWN).map(mention).join(", "));
  const count = ids.size - PEOPLE_SHOWN;
  if (count > 0) return { key: "home.and_more", values: { people: shown, count } };
  return ids.size === 0 ? undefined : shown;
}
