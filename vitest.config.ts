import { configDefaults, defineConfig } from "vitest/config";

/** Run by `npm run test:long`: they take minutes, and prove the others. */
const LONG = ["test/crash/**/*.test.ts", "test/planted/**/*.test.ts", "test/deploy/production-tree.test.ts"];

export default defineConfig(({ mode }) => ({
  test: {
    include: mode === "long" ? LONG : ["test/**/*.test.ts"],
    exclude: mode === "long" ? configDefaults.exclude : [...configDefaults.exclude, ...LONG],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
  },
}));
