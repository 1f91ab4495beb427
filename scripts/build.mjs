import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What the files in dist/ were built from; written last, so that a dist/ without it is not finished. */
const STAMP_FILE = ".built-from";
/** Everything besides src/ that decides what comes out. */
const BUILD_FILES = ["tsconfig.json", "tsconfig.build.json", "package-lock.json", "scripts/build.mjs"];

/**
 * Compiles `root`/src to `root`/dist, unless dist/ is what these sources make already. Answers "fresh",
 * "built", or "no compiler" (an older dist/ is there, and the development tools are not installed).
 *
 * Several processes may do this at once, and others may be running from dist/: the compiler writes to a
 * folder of its own, whose files then replace those in dist/ one by one. Each replacement is atomic, and
 * from the same sources everybody brings the same files, so no file is ever missing or half written.
 */
export async function buildIfStale(root) {
  const dist = join(root, "dist");
  const hasDist = existsSync(join(dist, "main.js"));
  const sources = await stampOf(root);
  if (hasDist && (sources === undefined || sources === (await readStamp(dist)))) return "fresh";

  const compiler = findCompiler(root);
  if (!compiler && hasDist) return "no compiler";
  if (!compiler || sources === undefined) {
    throw new BuildError(
      "There is no build in dist/ and nothing to make one with: run npm ci, then try again.",
    );
  }

  // Beside dist/, not inside it: source maps name the sources by relative path.
  const output = await mkdtemp(join(root, ".dist-"));
  try {
    await compile(root, compiler, output);
    await moveInto(dist, output);
    await writeFile(join(output, STAMP_FILE), sources);
    await rename(join(output, STAMP_FILE), join(dist, STAMP_FILE));
  } finally {
    await rm(output, { recursive: true, force: true });
  }
  return "built";
}

/** Its message is all a person needs. */
export class BuildError extends Error {}

/** A hash of all sources, or undefined where there are none (an image that ships dist/ alone). */
async function stampOf(root) {
  const sources = join(root, "src");
  if (!existsSync(sources)) return undefined;
  const files = [...BUILD_FILES.map((name) => join(root, name)), ...(await filesIn(sources))];
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${relative(root, file)}\0`);
    hash.update(await readFile(file).catch(() => ""));
  }
  return hash.digest("hex");
}

async function readStamp(dist) {
  return readFile(join(dist, STAMP_FILE), "utf8").catch(() => undefined);
}

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Both in node_modules, or undefined: an installation without development tools builds nothing. */
function findCompiler(root) {
  const project = createRequire(join(root, "package.json"));
  try {
    return {
      tsc: join(dirname(project.resolve("typescript/package.json")), "bin", "tsc"),
      rolldown: project.resolve("rolldown"),
    };
  } catch {
    return undefined;
  }
}

/** Loaded when they are needed, if ever, or with binaries of their own: they stay what they are in node_modules. */
const NOT_BUNDLED = [
  "sharp",
  "prom-client",
  "mediabunny",
  "audio-decode",
  "wasm-media-encoders",
  "pg",
  "pg-boss",
];

/** What an operator runs beside the app. Files of their own, where there are no sources: in an image. */
const TOOLS = ["doctor.ts", "backup.ts", "restored.ts"];

/**
 * Checks the types, then makes one file of the app and everything it imports, and one of each worker thread:
 * hundreds of small modules take longer to find and to read than to run.
 */
async function compile(root, { tsc, rolldown }, output) {
  await checkTypes(root, tsc);
  const { build } = await import(pathToFileURL(rolldown).href);
  const sources = join(root, "src");
  const workers = (await filesIn(sources)).filter(
    (file) => file.endsWith("-worker.ts") && !file.startsWith(join(sources, "sandbox")),
  );
  const bundle = (input, names) =>
    build({
      cwd: root,
      input,
      platform: "node",
      external: NOT_BUNDLED,
      logLevel: "silent",
      output: { dir: output, format: "esm", sourcemap: true, entryFileNames: "[name].js", ...names },
    });
  await bundle([join(sources, "main.ts"), ...workers]);
  // Apart from the app, which stays in one piece.
  const tools = TOOLS.map((name) => join(sources, name)).filter((file) => existsSync(file));
  if (tools.length > 0) await bundle(tools, { chunkFileNames: "tools-[hash].js" });
}

function checkTypes(root, tsc) {
  const args = [tsc, "-p", join(root, "tsconfig.build.json"), "--noEmit"];
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += chunk;
    });
    child.on("error", failed);
    child.on("close", (code) => {
      if (code === 0) done();
      else
        failed(new BuildError(`${printed}The sources do not compile: mend the errors above and try again.`));
    });
  });
}

/** Files of removed sources go only after everything new is in place. */
async function moveInto(dist, output) {
  const built = (await filesIn(output)).map((file) => relative(output, file));
  for (const name of built) {
    await mkdir(dirname(join(dist, name)), { recursive: true });
    await rename(join(output, name), join(dist, name));
  }
  const wanted = new Set([...built, STAMP_FILE]);
  for (const file of await filesIn(dist)) {
    if (!wanted.has(relative(dist, file))) await rm(file, { force: true });
  }
}

// `npm run build`; import.meta.main would need Node 24.
if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const result = await buildIfStale(join(import.meta.dirname, ".."));
    console.log(
      { fresh: "dist/ is up to date.", built: "dist/ is built." }[result] ??
        "The development tools are not installed.",
    );
    if (result === "no compiler") process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof BuildError ? error.message : error);
    process.exitCode = 1;
  }
}
