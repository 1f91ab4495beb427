import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { expect, it } from "vitest";

const SRC = join(import.meta.dirname, "../src");
const IMPORT =
  /^(?:import|export)\b(?:[\s\w{},*$]*?\bfrom)?\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

interface Source {
  /** From src/, with forward slashes: "job/ids.ts". */
  readonly path: string;
  readonly text: string;
  /** Our own files as paths from src/, packages by name. */
  readonly imports: readonly string[];
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((native) => {
    const path = relative(SRC, join(SRC, native)).replaceAll("\\", "/");
    const text = readFileSync(join(SRC, native), "utf8");
    const imports = [...text.matchAll(IMPORT)].map(([, from, dynamic]) => {
      const name = from ?? dynamic ?? "";
      return name.startsWith(".") ? posix.join(dirname(path), name) : name;
    });
    return { path, text, imports };
  });

/** Each import of files that `whose` picks, as "from -> to", if `forbidden` says so. */
function offences(whose: (path: string) => boolean, forbidden: (name: string) => boolean): string[] {
  return sources
    .filter(({ path }) => whose(path))
    .flatMap(({ path, imports }) => imports.filter(forbidden).map((name) => `${path} -> ${name}`));
}

const isIn = (folder: string) => (path: string) => path.startsWith(`${folder}/`);

it("finds the sources and their imports", () => {
  const logger = sources.find(({ path }) => path === "logger.ts");
  expect(logger?.imports).toEqual(["node:async_hooks", "node:util", "pino"]);
  expect(sources.find(({ path }) => path === "doctor/slack.ts")?.imports).toContain("slack/surface.ts");
});

it("job/ imports only itself, and the words", () => {
  expect(offences(isIn("job"), (name) => !isIn("job")(name) && !isIn("words")(name))).toEqual([]);
});

it("@slack/* is imported only under slack/ and in main.ts", () => {
  const isOutside = (path: string) => !isIn("slack")(path) && path !== "main.ts";
  expect(offences(isOutside, isIn("@slack"))).toEqual([]);
});

it("only the demo imports the sandbox", () => {
  const isApp = (path: string) => !isIn("sandbox")(path) && path !== "demo.ts";
  expect(offences(isApp, isIn("sandbox"))).toEqual([]);
});

it("AKOOL's field names stay in akool/ and the sandbox", () => {
  const wireNames = /\b(?:video_model_id|talking_photo_url|video_status)\b/;
  const offenders = sources
    .filter(({ path }) => !isIn("akool")(path) && !isIn("sandbox")(path))
    .filter(({ text }) => wireNames.test(text));
  expect(offenders.map(({ path }) => path)).toEqual([]);
});
