import { configDefaults, defineConfig } from "vitest/config";

/** Run by `npm run test:long`: they take minutes, and prove the others. */
const LONG = ["test/crash/**/*.test.ts", "test/planted/**/*.test.ts", "test/deploy/production-tree.test.ts"];
/** Run by `npm run test:browser`: they need Chromium. */
const IN_A_BROWSER = ["test/browser/**/*.test.ts"];
/** Run by `npm run test:postgres`: the shared store itself, and everything a person can do once more on it. */
const ON_POSTGRES = [
  "test/flow/**/*.test.ts",
  "test/store/*postgres*.test.ts",
  "test/store/migrations.test.ts",
  "test/media/prepared-media.test.ts",
];

/** About the embedded store: its one process, its file. What a process leaves behind on the shared one: test/crash. */
const EMBEDDED_ONLY = ["restart", "restore", "store-trouble", "words-restart"].map(
  (name) => `test/flow/${name}.test.ts`,
);

const INCLUDED: Readonly<Record<string, readonly string[]>> = {
  long: LONG,
  postgres: ON_POSTGRES,
  browser: IN_A_BROWSER,
};
/** The long ones need a server for the cases with several processes. */
const NEED_POSTGRES = ["long", "postgres"];

export default defineConfig(({ mode }) => ({
  test: {
    include: [...(INCLUDED[mode] ?? ["test/**/*.test.ts"])],
    exclude: [
      ...configDefaults.exclude,
      ...(mode === "long" ? [] : LONG),
      ...(mode === "browser" ? [] : IN_A_BROWSER),
      ...(mode === "postgres" ? EMBEDDED_ONLY : []),
    ],
    ...(mode === "browser" && { globalSetup: "test/browser/global-setup.ts" }),
    ...(NEED_POSTGRES.includes(mode) && { globalSetup: "test/postgres/global-setup.ts" }),
    ...(mode === "postgres" && { env: { TEST_STORE: "postgres" } }),
    // Nothing is measured by it: shared machines are slow at times, and some tests start a PostgreSQL of their own.
    testTimeout: mode === "browser" ? 240_000 : 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
}));
