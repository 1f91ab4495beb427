import { z } from "zod";
import type { ChannelId, JobId } from "../../job/ids.ts";
import type { Cursor } from "../../job/store.ts";
import { homeActions } from "../surface.ts";

/** What a person looks for in their Home, and where in it they are. */
export interface Looking {
  readonly search?: string;
  readonly channelId?: ChannelId;
  /** The page that lies there; absent: the newest. */
  readonly page?: { readonly direction: "older" | "newer"; readonly from: Cursor };
}

/** Kept in the view's `private_metadata`, of which Slack takes 3000 characters. */
export interface HomeState extends Looking {
  /** The ends of the page that is shown. */
  readonly newest?: Cursor;
  readonly oldest?: Cursor;
}

export const MOST_SEARCHED_CHARACTERS = 100;

const cursor = z
  .tuple([z.number(), z.string()])
  .transform(([acceptedAt, id]): Cursor => ({ acceptedAt, id: id as JobId }));
const saved = z.object({
  s: z.string().optional(),
  c: z.string().optional(),
  d: z.enum(["older", "newer"]).optional(),
  f: cursor.optional(),
  n: cursor.optional(),
  o: cursor.optional(),
});

/** A view that was published by another version, or none yet, begins anew. */
export function readState(metadata: string): HomeState {
  const parsed = saved.safeParse(jsonOrNothing(metadata));
  if (!parsed.success) return {};
  const { s, c, d, f, n, o } = parsed.data;
  return {
    ...(s ? { search: s } : {}),
    ...(c ? { channelId: c as ChannelId } : {}),
    ...(d && f ? { page: { direction: d, from: f } } : {}),
    ...(n ? { newest: n } : {}),
    ...(o ? { oldest: o } : {}),
  };
}

export function writeState({ search, channelId, page, newest, oldest }: HomeState): string {
  const pair = (at: Cursor | undefined) => at && [at.acceptedAt, at.id];
  return JSON.stringify({
    s: search,
    c: channelId,
    d: page?.direction,
    f: pair(page?.from),
    n: pair(newest),
    o: pair(oldest),
  });
}

/** Where a press leads. Whatever is none of ours leaves everything as it is. */
export function nextLook(
  { search, channelId, page, newest, oldest }: HomeState,
  pressed: {
    readonly action_id: string;
    readonly value?: string | undefined;
    readonly selected_conversation?: ChannelId | undefined;
  },
): Looking {
  const wanted = { ...(search ? { search } : {}), ...(channelId ? { channelId } : {}) };
  switch (pressed.action_id) {
    case homeActions.older:
      return oldest ? { ...wanted, page: { direction: "older", from: oldest } } : wanted;
    case homeActions.newer:
      return newest ? { ...wanted, page: { direction: "newer", from: newest } } : wanted;
    case homeActions.newest:
      return {};
    case homeActions.search: {
      const typed = (pressed.value ?? "").trim().slice(0, MOST_SEARCHED_CHARACTERS);
      return { ...(typed ? { search: typed } : {}), ...(channelId ? { channelId } : {}) };
    }
    case homeActions.channel: {
      const chosen = pressed.selected_conversation;
      return { ...(search ? { search } : {}), ...(chosen ? { channelId: chosen } : {}) };
    }
    // A press on something else, or none.
    default:
      return { ...wanted, ...(page ? { page } : {}) };
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
