import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { flag, type Method, method } from "./method.ts";

const authTest = method({
  name: "auth.test",
  args: z.object({}),
  run(_args, { workspace: { settings, url } }) {
    return {
      url: `${url}/`,
      team: settings.teamName,
      user: settings.botName.toLowerCase().replaceAll(" ", ""),
      team_id: settings.teamId,
      user_id: settings.botUserId,
      bot_id: settings.botId,
      ...(settings.enterprise && { enterprise_id: settings.enterprise.id }),
      is_enterprise_install: settings.enterprise !== undefined,
    };
  },
});

const connectionsOpen = method({
  name: "apps.connections.open",
  token: "app",
  args: z.object({}),
  run: (_args, { socket }) => ({ url: socket.newUrl() }),
});

const usersInfo = method({
  name: "users.info",
  takesJson: false,
  scope: "users:read",
  args: z.object({ user: z.string().min(1), include_locale: flag.optional() }),
  run({ user: id, include_locale }, { workspace }) {
    const user = workspace.users.get(id);
    if (!user) throw new Refusal("user_not_found");
    const profile = { real_name: user.name, display_name: user.name };
    const { teamId } = workspace.settings;
    return {
      user: {
        id,
        team_id: teamId,
        name: user.name,
        real_name: user.name,
        deleted: false,
        is_bot: user.isBot,
        is_admin: false,
        tz: "Europe/London",
        ...(include_locale && { locale: user.locale }),
        profile,
      },
    };
  },
});

export const accountMethods: readonly Method[] = [authTest, connectionsOpen, usersInfo];
