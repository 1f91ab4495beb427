import { type Block, slackFilesIn } from "../block-kit.ts";
import type { SlackFile } from "../file-room.ts";
import { malformed, Refusal } from "../refusal.ts";
import type { World } from "./method.ts";

/** What a `slack_file` may be. Source: docs.slack.dev, "Slack file object". */
const SHOWN_TYPES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif"]);

/**
 * Files of Slack's in a message's pictures, as Slack checks them: there, pictures of the few kinds it shows, and for
 * the app to see. One that somebody has deleted meanwhile is nobody's mistake.
 */
export function checkPictures(blocks: readonly Block[], { files }: World): void {
  for (const named of slackFilesIn(blocks)) {
    const file = "id" in named ? files.files.get(named.id) : findByAddress(files.files.values(), named.url);
    if (!file) throw malformed("invalid_blocks", [`no such file: ${JSON.stringify(named)}`]);
    if (!SHOWN_TYPES.has(file.mimetype))
      throw malformed("invalid_blocks", [`slack_file of type ${file.mimetype}`]);
    if (file.deleted || !files.canBotRead(file)) throw new Refusal("invalid_blocks");
  }

  function findByAddress(all: Iterable<SlackFile>, url: string): SlackFile | undefined {
    return [...all].find((file) => {
      const { url_private, permalink } = files.wire(file);
      return url === url_private || url === permalink;
    });
  }
}
