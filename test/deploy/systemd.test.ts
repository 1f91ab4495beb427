import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../media/serve.ts";

const run = promisify(execFile);
const text = readFileSync("deploy/talkingphoto.service", "utf8");
const settings = new Map(
  [...text.matchAll(/^([A-Za-z]+)=(.*)$/gm)].map(([, name, value]) => [name ?? "", value ?? ""]),
);
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

describe("the systemd unit", () => {
  it("starts what npm run build makes, and does not restart on bad settings", () => {
    expect(settings.get("ExecStart")).toMatch(/ dist\/main\.js$/);
    expect(settings.get("Restart")).toBe("always");
    const exit = /const EXIT_BAD_CONFIG = (\d+);/.exec(readFileSync("src/main.ts", "utf8"))?.[1];
    expect(settings.get("RestartPreventExitStatus")).toBe(exit);
  });

  it("gives the app longer to stop than the app takes", () => {
    const within = /const EXIT_WITHIN_MS = (\d+);/.exec(readFileSync("src/main.ts", "utf8"))?.[1];
    expect(Number(settings.get("TimeoutStopSec")) * 1000).toBeGreaterThan(Number(within));
  });

  it("keeps the data where the app is told to look for it", () => {
    expect(settings.get("Environment")?.split(" ")[0]).toBe(
      `DATA_DIR=/var/lib/${settings.get("StateDirectory")}`,
    );
    expect(settings.get("ProtectSystem")).toBe("strict");
  });

  // Where there is no systemd to ask, the tests above are all that can be said.
  if (hasSystemd)
    it("is what systemd understands", async () => {
      const unit = join(await temporaryFolder(), "talkingphoto.service");
      await writeFile(unit, text.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      const { stderr } = await run("systemd-analyze", ["verify", unit]);
      expect(stderr).toBe("");
    });
});
