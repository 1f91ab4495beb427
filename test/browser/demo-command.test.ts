import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openBrowser } from "./open-browser.ts";
import { Person, PHOTO, SPEECH } from "./person.ts";

const DEMO = join(import.meta.dirname, "../../src/demo.ts");
const TIMEOUT_MS = 240_000;

it("npm run demo -- --page prints an address at which a photo talks, until Ctrl-C", {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "demo-page-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const child: ChildProcess = spawn(process.execPath, [DEMO, "--page", "--no-open", "--port", "0"], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.once("close", resolve));
  let printed = "";
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      printed += chunk;
      const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed) ?? [];
      if (found) resolve(found);
    });
    child.once("close", (code) => reject(new Error(`it ended with ${code}:\n${printed}`)));
  });

  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const anna = new Person(await browser.newPage());
  anna.page.setDefaultTimeout(TIMEOUT_MS / 2);
  await anna.page.goto(address);
  await anna.page.getByRole("region", { name: "#general" }).waitFor();
  await anna.drop([PHOTO, SPEECH]);
  await anna.say("@Talking Photo make her talk");
  await anna.seesVideo(await anna.openThread("make her talk"));
  expect(anna.complaints).toEqual([]);

  child.kill("SIGINT");
  expect(await ended).toBe(0);
});
