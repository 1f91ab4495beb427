import type { App } from "@slack/bolt";
import { z } from "zod";
import { workspaceGone } from "../../job/workspace-gone.ts";
import type { InstallationStore } from "../../store/installations.ts";
import { namedInstallations } from "./caller.ts";
import type { IntakeDeps } from "./handlers.ts";

/** Source: docs.slack.dev, events "app_uninstalled" and "tokens_revoked". */
const goodbye = z.object({
  event_time: z.number(),
  event: z.object({
    type: z.enum(["app_uninstalled", "tokens_revoked"]),
    tokens: z.object({ bot: z.array(z.unknown()).nullish() }).nullish(),
  }),
});

/**
 * The app is removed, or its bot token taken away: Slack says both, in any order, late and more than once. The
 * tokens go first, then whatever is unfinished ends; only then is Slack answered, so that a crash in between has
 * it delivered again. What was installed after the event stays.
 */
export function registerUninstalls(
  app: App,
  { store, now, log }: Pick<IntakeDeps, "store" | "now" | "log">,
  installations: InstallationStore | undefined,
): void {
  async function goneFrom(raw: unknown): Promise<void> {
    const { event, event_time: eventTime } = goodbye.parse(raw);
    const [installationId] = namedInstallations(raw);
    // People's own tokens are none of ours: the app asks for none.
    if (event.type === "tokens_revoked" && !event.tokens?.bot?.length) return;
    const about = { installationId, event: event.type };
    if (!installations || installationId === undefined) {
      log.warn(about, "Slack says that the app was removed; if so, SLACK_BOT_TOKEN no longer works");
      return;
    }
    // Slack counts whole seconds.
    const removal = await installations.remove(installationId, eventTime * 1000 + 999);
    if (removal === "newer") {
      log.info(about, "an old goodbye: the app has been installed again since");
      return;
    }
    const jobs = await store.changeAll(installationId, (job) => workspaceGone(job, now()));
    log.info(
      { ...about, removal, jobs },
      "the app was removed; its tokens and unfinished jobs there are gone",
    );
  }

  app.event("app_uninstalled", ({ body }) => goneFrom(body));
  app.event("tokens_revoked", ({ body }) => goneFrom(body));
}
