import { type Said, sayIn } from "../../src/words/say.ts";

/** What is kept of a failure or of a concern, as somebody reads it who uses Slack in English. */
export function inEnglish<T extends { readonly seen?: Said | string; readonly limit?: Said | string }>({
  seen,
  limit,
  ...rest
}: T) {
  const say = sayIn("en");
  return {
    ...rest,
    ...(seen === undefined ? {} : { seen: say.kept(seen) }),
    ...(limit === undefined ? {} : { limit: say.kept(limit) }),
  };
}
