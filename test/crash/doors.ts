import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import type { World } from "./world.ts";

const PHOTO = "test/fixtures/media/portrait.jpg";
const SPEECH = "test/fixtures/media/speech.mp3";

const WORDS = "Happy birthday to everybody who was ever born";

export const DOORS = ["command", "share", "direct", "form", "first", "words"] as const;
/** `first` is a form with "Show me first" ticked. `direct` is a share in a direct message, where the app hears its own posts; `words` a photo with a text to be spoken. */
export type Door = (typeof DOORS)[number];

export interface Request {
  readonly channel: string;
  /** The thread it belongs to; undefined where the job message begins one. */
  readonly threadTs?: string;
  /** Slack got its 200: from here on nothing may be lost. */
  readonly acknowledged: boolean;
}

/** Anna asks for one video. Resolves when Slack has its answer, or has stopped asking for one. */
export async function askThrough(door: Door, world: World): Promise<Request> {
  const { slack, files, channel } = world;
  switch (door) {
    case "command": {
      const links = ["portrait.jpg", "speech.mp3"].map(files.url);
      const { status, body } = await slack.command(links.join(" "), { user: ANNA, channel });
      return { channel, acknowledged: status === 200 && body === "" };
    }
    case "form":
    case "first": {
      const { status } = await slack.command("", { user: ANNA, channel });
      if (status !== 200) return { channel, acknowledged: false };
      const form = await slack.waitForView("Recording", { user: ANNA });
      const answer = await slack.submitView(form, {
        "talkingphoto.photo": [PHOTO],
        "talkingphoto.speech": [SPEECH],
        ...(door === "first" && { "talkingphoto.show_first": ["show_first"] }),
      });
      return { channel, acknowledged: answer.status === 200 && answer.body === "" };
    }
    case "words": {
      const asked = { user: ANNA, channel, mention: true, text: WORDS };
      const { message, status } = await slack.shareFiles([PHOTO], asked);
      return { channel, threadTs: message.ts, acknowledged: status === 200 };
    }
    case "share":
    case "direct": {
      const where =
        door === "share" ? { channel, mention: true } : { channel: slack.openDm(ANNA).id, mention: false };
      const { message, status } = await slack.shareFiles([PHOTO, SPEECH], { user: ANNA, ...where });
      return { channel: where.channel, threadTs: message.ts, acknowledged: status === 200 };
    }
  }
}
