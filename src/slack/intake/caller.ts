import { z } from "zod";
import type { InstallationId } from "../../job/ids.ts";
import type { InstallationStore } from "../../store/installations.ts";

/** Which installation a payload is meant for. Undefined: the app is not installed there (any more). */
export type CallerOf = (body: unknown) => Promise<InstallationId | undefined>;

const text = z.string().min(1).nullish().catch(undefined);
const flag = z
  .union([z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")])
  .nullish()
  .catch(undefined);
const withId = z.object({ id: text }).nullish().catch(undefined);

/** Commands are flat and made of strings, interactions nest, events name the installation in `authorizations`. */
const whose = z.object({
  team_id: text,
  enterprise_id: text,
  is_enterprise_install: flag,
  team: withId,
  enterprise: withId,
  user: z.object({ team_id: text }).nullish().catch(undefined),
  // A form opened in another organisation's channel says where the app that opened it is installed.
  view: z.object({ app_installed_team_id: text }).nullish().catch(undefined),
  authorizations: z
    .array(z.object({ team_id: text, enterprise_id: text, is_enterprise_install: flag }))
    .nullish()
    .catch(undefined),
});

/** The installations a payload can belong to, the one it names itself first. */
export function namedInstallations(body: unknown): InstallationId[] {
  const parsed = whose.safeParse(body);
  if (!parsed.success) return [];
  const { authorizations, view, team, enterprise, user, ...flat } = parsed.data;
  const [own] = authorizations ?? [];
  const teamId = own?.team_id ?? view?.app_installed_team_id ?? team?.id ?? flat.team_id ?? user?.team_id;
  const enterpriseId = own?.enterprise_id ?? enterprise?.id ?? flat.enterprise_id;
  const isWide = own?.is_enterprise_install ?? flat.is_enterprise_install ?? false;
  const ids = isWide ? [enterpriseId, teamId] : [teamId, enterpriseId];
  return ids.filter((id) => id !== undefined && id !== null) as InstallationId[];
}

/** One bot token serves whoever can reach the app. */
export const oneWorkspace: CallerOf = async (body) => namedInstallations(body)[0] ?? ("" as InstallationId);

/** Reads the store and nothing else: Slack is waiting. */
export function manyWorkspaces(
  installations: Pick<InstallationStore, "find">,
  log: { warn(fields: object, message: string): void },
): CallerOf {
  return async (body) => {
    const ids = namedInstallations(body);
    try {
      for (const id of ids) if (await installations.find(id)) return id;
      return undefined;
    } catch (error) {
      // A store in trouble is no reason to say that the app is not installed: the listener has words for that.
      log.warn({ err: error }, "the store could not say whether the app is installed");
      return ids[0];
    }
  };
}
