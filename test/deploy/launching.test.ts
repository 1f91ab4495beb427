import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { execForm, one, readDockerfile } from "./dockerfile.ts";

/** `MALLOC_ARENA_MAX=2`, `--expose-gc`: what is asked of malloc and of Node. */
const ASKED = /(?<=^|\s)(?:MALLOC_\w+=\d+|--[\w-]+)(?=\s|$)/g;
const askedIn = (text: string) => (text.match(ASKED) ?? []).sort();

it("npm start, the image and the unit ask the same of malloc and of Node", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: { start: string } };
  const last = readDockerfile().at(-1);
  const image = [one(last, "ENV"), ...execForm(one(last, "CMD"))].join(" ");
  const unit = readFileSync("deploy/talkingphoto.service", "utf8")
    .split("\n")
    .filter((line) => /^(?:Environment|ExecStart)=/.test(line))
    .join(" ");
  const asked = ["--expose-gc", "MALLOC_ARENA_MAX=2", "MALLOC_TRIM_THRESHOLD_=131072"];
  expect(askedIn(scripts.start)).toEqual(asked);
  expect(askedIn(image)).toEqual(asked);
  expect(askedIn(unit)).toEqual(asked);
});
