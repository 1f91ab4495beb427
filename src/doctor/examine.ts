import { type Config, ConfigError, secretsOf } from "../config.ts";
import { createScrubber } from "../logger.ts";
import { checkAkool } from "./akool.ts";
import { checkBucket } from "./bucket.ts";
import type { Finding } from "./finding.ts";
import { checkPublicAddress } from "./public-address.ts";
import { checkSlack } from "./slack.ts";
import { checkStoreFolder } from "./store-folder.ts";

/** Checks a real configuration, one line a finding. Whether all is well. */
export async function examine(getConfig: () => Config, print: (line: string) => void): Promise<boolean> {
  let scrub = createScrubber([]);
  let healthy = true;
  const report = ({ mark, about, text }: Finding) => {
    if (mark === "✗") healthy = false;
    print(scrub(`${mark} ${about}: ${text}`));
  };

  try {
    const config = getConfig();
    scrub = createScrubber(secretsOf(config));
    for await (const finding of findings(config)) report(finding);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { variable, advice } of error.problems) report({ mark: "✗", about: variable, text: advice });
    report({
      mark: "–",
      about: "Everything else",
      text: "not checked until the settings are right (.env.example explains each; npm run demo needs none)",
    });
  }
  print(healthy ? "All is well: npm start." : "Mend what is marked ✗, then run npm run doctor again.");
  return healthy;
}

async function* findings(config: Config): AsyncGenerator<Finding> {
  yield { mark: "✓", about: "Settings", text: "complete and well formed" };
  yield* checkSlack(config);
  yield* checkAkool(config);
  yield await checkPublicAddress(config);
  yield await checkBucket(config);
  yield await checkStoreFolder(config);
}
