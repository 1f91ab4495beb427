/** The Dockerfile as instructions, for tests that check it or do what it says without a container engine. */
import { readFileSync } from "node:fs";

export interface Instruction {
  /** In capitals: FROM, COPY, RUN, … */
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly base: string;
  readonly alias: string | undefined;
  readonly instructions: readonly Instruction[];
}

export function readDockerfile(path = "Dockerfile"): readonly Stage[] {
  const lines = readFileSync(path, "utf8")
    .replace(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const stages: { base: string; alias: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = "", text = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === "FROM") {
      const [, base = "", alias] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text) ?? [];
      stages.push({ base, alias, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ name, text });
    }
  }
  return stages;
}

/** A command in exec form. Throws for the shell form, in which no signal would reach the program. */
export function execForm(text: string): string[] {
  const words: unknown = JSON.parse(text.slice(text.indexOf("[")));
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string"))
    throw new Error(`not in exec form: ${text}`);
  return words;
}

export interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly to: string;
}

export function copyOf({ text }: Instruction): Copy {
  const words = text.split(/\s+/);
  const from = words[0]?.startsWith("--from=") ? words.shift()?.slice("--from=".length) : undefined;
  return { from, sources: words.slice(0, -1), to: words.at(-1) ?? "" };
}

export function one(stage: Stage | undefined, name: string): string {
  const found = stage?.instructions.filter((instruction) => instruction.name === name) ?? [];
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${found.length} times ${name}`);
  return only.text;
}

/** Whether a path of the build context gets to the builder. The last pattern that matches decides. */
export function isInContext(path: string, ignoreFile: string): boolean {
  let ignored = false;
  for (const line of ignoreFile.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const pattern = line.replace(/^!/, "");
    const matches = pattern === "*" || path === pattern || path.startsWith(`${pattern}/`);
    if (matches) ignored = !line.startsWith("!");
  }
  return !ignored;
}
