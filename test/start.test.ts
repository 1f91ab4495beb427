import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const REPO = join(import.meta.dirname, "..");
const SCRIPT = join(REPO, "scripts/start.mjs");

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing of the environment but PATH, so that no setting of this machine gets in. */
function run(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Run> {
  const child = spawn(process.execPath, args, { cwd, env: { PATH: process.env.PATH, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "start-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A checkout of our scripts with a one-file app, to be built by the real compiler. */
async function checkout({ compiler = true } = {}): Promise<string> {
  const root = await temporaryFolder();
  await cp(join(REPO, "scripts"), join(root, "scripts"), { recursive: true });
  for (const name of ["package.json", "tsconfig.json", "tsconfig.build.json"]) {
    await cp(join(REPO, name), join(root, name));
  }
  if (compiler) await symlink(join(REPO, "node_modules"), join(root, "node_modules"));
  await mkdir(join(root, "src"));
  await writeApp(root, "one");
  return root;
}

async function writeApp(root: string, word: string): Promise<void> {
  await writeFile(join(root, "src/word.ts"), `export const word: string = "${word}";\n`);
  await writeFile(
    join(root, "src/main.ts"),
    `import { word } from "./word.ts";\nconsole.log(word, process.pid);\n`,
  );
}

const start = (root: string) => run([join(root, "scripts/start.mjs")], root);

describe("npm start", () => {
  it("stops with exit 78 and names every missing setting when there are none", async () => {
    const { code, stderr } = await run([SCRIPT], await temporaryFolder());
    expect(stderr).toMatch(/SLACK_BOT_TOKEN.*SLACK_SIGNING_SECRET.*AKOOL_API_KEY.*PUBLIC_URL/s);
    expect(code).toBe(78);
  });

  it("stops with exit 78 and repeats no value when the settings are bad", async () => {
    const env = { SLACK_BOT_TOKEN: "canary", AKOOL_API_KEY: "can ary", PORT: "7777777" };
    const { code, stdout, stderr } = await run([SCRIPT], await temporaryFolder(), env);
    expect(stderr).toMatch(/SLACK_BOT_TOKEN.*AKOOL_API_KEY.*PORT/s);
    expect(stdout + stderr).not.toMatch(/canary|can ary|7777777/);
    expect(code).toBe(78);
  });

  it("builds once, and again only when a source has changed", async () => {
    const root = await checkout();
    expect((await start(root)).stdout).toMatch(/^one /);
    const builtAt = (await stat(join(root, "dist/main.js"))).ctimeMs;

    expect((await start(root)).stdout).toMatch(/^one /);
    expect((await stat(join(root, "dist/main.js"))).ctimeMs).toBe(builtAt);

    await writeApp(root, "two");
    expect((await start(root)).stdout).toMatch(/^two /);
    expect((await readdir(root)).filter((name) => name.startsWith(".dist-"))).toEqual([]);
  });

  it("lets several processes start at once from a fresh clone and after a change", async () => {
    const root = await checkout();
    for (const word of ["one", "two"]) {
      await writeApp(root, word);
      const runs = await Promise.all([start(root), start(root), start(root)]);
      expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
        Array.from({ length: 3 }, () => ({ code: 0, stderr: "" })),
      );
      for (const { stdout } of runs) expect(stdout).toMatch(new RegExp(`^${word} `));
    }
  });

  it("runs an older build where there is no compiler, and says what is missing where there is neither", async () => {
    const root = await checkout({ compiler: false });
    const missing = await start(root);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^There is no build.*npm ci.*\n$/),
    });

    await mkdir(join(root, "dist"));
    await writeFile(join(root, "dist/main.js"), 'console.log("older build");\n');
    expect(await start(root)).toMatchObject({ code: 0, stdout: "older build\n" });
  });

  it("keeps the last build and shows the errors when the sources do not compile", async () => {
    const root = await checkout();
    await start(root);
    const before = await readFile(join(root, "dist/main.js"), "utf8");
    await writeFile(join(root, "src/word.ts"), "export const word: string = 1;\n");
    const { code, stderr } = await start(root);
    expect(code).toBe(1);
    expect(stderr).toMatch(/word\.ts.*do not compile/s);
    expect(await readFile(join(root, "dist/main.js"), "utf8")).toBe(before);
  });

  it("stops with one sentence on a Node that is too old", async () => {
    const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
    const preload = `data:text/javascript,${encodeURIComponent(pretend)}`;
    const { code, stderr } = await run(["--import", preload, SCRIPT], await temporaryFolder());
    expect(stderr).toMatch(/^Talking Photo needs Node 22\.19 or newer.*\n$/);
    expect(code).toBe(1);
  });
});
