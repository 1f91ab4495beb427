/** The page's client, built by Vite where it is not yet, or where its sources have changed since. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CLIENT = join(ROOT, "src/sandbox/page/client");
const BUILT = join(ROOT, "dist-page");
/** What the client bundles of the rest of the program. */
const BUNDLED = ["src/sandbox/emoji.ts", "src/sandbox/parse-mrkdwn.ts", "src/akool/codes.ts"];
/** Holds what the build was made from, and is served to nobody. */
const STAMP = ".built-from";

/** The folder with the built client. `onBuild` is told when there is something to wait for. */
export async function buildPage({ onBuild = () => {} }: { onBuild?: () => void } = {}): Promise<string> {
  const stamp = await stampOf();
  const stampPath = join(BUILT, STAMP);
  const before = await readFile(stampPath, "utf8").catch(() => "");
  if (before === stamp && existsSync(join(BUILT, "index.html"))) return BUILT;
  onBuild();
  const { build } = await import("vite");
  // Under another name first: somebody else may be building it, too, or serving it.
  const making = await mkdtemp(join(ROOT, ".dist-page-"));
  try {
    await build({
      root: CLIENT,
      configFile: join(CLIENT, "vite.config.ts"),
      logLevel: "warn",
      build: { outDir: making, emptyOutDir: true },
    });
    await writeFile(join(making, STAMP), stamp);
    await rm(BUILT, { recursive: true, force: true });
    await rename(making, BUILT).catch(async (error: unknown) => {
      // Somebody else was a moment earlier, with the same.
      if ((await readFile(stampPath, "utf8").catch(() => "")) !== stamp) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return BUILT;
}

/** Of everything that the client is made of: its own sources, the types it shares, the packages. */
async function stampOf(): Promise<string> {
  const own = await readdir(CLIENT, { recursive: true, withFileTypes: true });
  const paths = [
    ...own.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
    ...["acts.ts", "snapshot.ts", "switches.ts"].map((name) => join(CLIENT, "..", name)),
    ...BUNDLED.map((path) => join(ROOT, path)),
    join(ROOT, "package-lock.json"),
  ].sort();
  const hash = createHash("sha256");
  for (const path of paths)
    hash
      .update(path.slice(ROOT.length))
      .update("\0")
      .update(await readFile(path));
  return hash.digest("hex");
}
