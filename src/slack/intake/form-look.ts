import type { ChannelId, UserId, WorkspaceId } from "../../job/ids.ts";
import type { ChosenVoice } from "../../job/request.ts";
import type { OpenForm } from "../../job/store.ts";
import type { Say } from "../../words/say.ts";
import type { FormLook } from "./form.ts";
import type { IntakeDeps } from "./handlers.ts";
import { voiceOption, voicesSoon } from "./voice-options.ts";

/** How a form that was opened looks for one person, the same each time it is shown. */
export async function lookOf(
  say: Say,
  form: OpenForm,
  who: { readonly workspaceId: WorkspaceId; readonly userId: UserId },
  deps: Pick<IntakeDeps, "store" | "voices">,
): Promise<FormLook> {
  const { channelId, taken } = form;
  const jobId = form.jobId ?? taken.changes;
  const [job, usual, habits] = await Promise.all([
    jobId === undefined ? undefined : deps.store.find(jobId),
    usualVoice(form, who, deps),
    deps.store.findHabits(who.workspaceId, who.userId),
  ]);
  return {
    taken,
    takenFrom: jobId === undefined ? "message" : "request",
    asksWhere: channelId === undefined,
    inChannel: isChannel(channelId),
    ...(usual ? { usualVoice: voiceOption(say, usual) } : {}),
    ...(job ? { begun: job.request } : {}),
    ...(habits ? { usual: habits } : {}),
  };
}

/** A direct message is one person's, and has their voice. */
export function isChannel(channelId: ChannelId | undefined): boolean {
  return channelId !== undefined && !channelId.startsWith("D");
}

async function usualVoice(
  { channelId, taken }: OpenForm,
  { workspaceId, userId }: { readonly workspaceId: WorkspaceId; readonly userId: UserId },
  { store, voices }: Pick<IntakeDeps, "store" | "voices">,
): Promise<ChosenVoice | undefined> {
  // Asked for now, so that the list is there once somebody looks into it.
  void voicesSoon(voices);
  if (taken.speech?.type === "words" && taken.speech.voice) return taken.speech.voice;
  for (const whose of channelId === undefined ? [userId] : [userId, channelId]) {
    const voice = (await store.findHabits(workspaceId, whose))?.voice;
    if (voice) return voice;
  }
  return undefined;
}
