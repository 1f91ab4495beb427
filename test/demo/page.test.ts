import { describe, expect, it } from "vitest";
import { readPageArguments } from "../../src/sandbox/demo/read-page-arguments.ts";
import { newFolder, runDemo } from "./run.ts";

describe("npm run demo -- --page", { timeout: 90_000 }, () => {
  it("says where the page is, and leaves nothing when it is told to end", async () => {
    const place = await newFolder();
    const run = runDemo(place, ["--page", "--no-open"]);
    await expect.poll(() => run.stdout, { timeout: 60_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+\/\n/);
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(run.stdout)?.[0] ?? "";
    expect(await (await fetch(url)).text()).toContain("<title>");
    run.child.kill("SIGTERM");
    expect(await run.code, run.stdout + run.stderr).toBe(0);
    expect(run.stderr).toBe("");
    expect(await place.leftovers()).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });
});

it("shows the page on a terminal, unless files are handed in", () => {
  expect(readPageArguments([], true)).toEqual({ type: "page", port: 0, open: true });
  expect(readPageArguments([], false)).toBeUndefined();
  expect(readPageArguments(["a.jpg", "b.mp3"], true)).toBeUndefined();
  expect(readPageArguments(["--help"], true)).toBeUndefined();
  expect(readPageArguments(["--page", "--port=3100", "--no-open"], false)).toEqual({
    type: "page",
    port: 3100,
    open: false,
  });
  for (const args of [
    ["--page", "a.jpg"],
    ["--port", "x"],
    ["--port", "70000"],
    ["--page", "--open"],
  ])
    expect(readPageArguments(args, true)).toMatchObject({ type: "unusable" });
});
