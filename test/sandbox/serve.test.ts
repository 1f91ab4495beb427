import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "dotenv";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { freePort } from "../free-port.ts";

const MAIN = resolve("src/sandbox/serve/main.ts");
const MEDIA = resolve("test/fixtures/media");
/** It starts two programs and encodes video. */
const TIMEOUT_MS = 120_000;
const LOOK_AGAIN_MS = 50;

function start(path: string, args: readonly string[], env: Record<string, string> = {}, cwd = ".") {
  const child: ChildProcess = spawn(process.execPath, [path, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const run = { child, stdout: "", stderr: "", code: once(child, "close").then(([code]) => code) };
  child.stdout?.on("data", (chunk) => (run.stdout += chunk));
  child.stderr?.on("data", (chunk) => (run.stderr += chunk));
  return run;
}

/** The sandbox on free ports, once it has said what it has to say. */
async function startSandbox(requestUrl: string) {
  const ports = ["--page-port", "0", "--slack-port", "0", "--akool-port", "0"];
  const run = start(MAIN, [...ports, "--request-url", requestUrl]);
  await until("the settings", () => run.stdout.includes("SLACK_AUTHORIZE_URL="), run);
  const settings = parse(run.stdout);
  const [, page = ""] = /page +(http:\S+)/i.exec(run.stdout) ?? [];
  const { SLACK_API_URL = "", AKOOL_API_URL: akool = "" } = settings;
  return { run, settings, page, slack: new URL(SLACK_API_URL).origin, akool };
}

async function startApp(settings: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "talkingphoto-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const run = start(resolve("src/main.ts"), [], { ...settings, DATA_DIR: folder, TIME_SCALE: "20" }, folder);
  const isReady = () =>
    fetch(`${settings.PUBLIC_URL}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until("the app", isReady, run);
}

async function until(what: string, isSo: () => boolean | Promise<boolean>, run: ReturnType<typeof start>) {
  while (!(await isSo())) {
    if (run.child.exitCode !== null) throw new Error(`no ${what}:\n${run.stdout}\n${run.stderr}`);
    await new Promise((wait) => setTimeout(wait, LOOK_AGAIN_MS));
  }
}

async function post(url: string, body: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.json();
}

const read = (url: string) => fetch(url).then((answer) => answer.text());

describe("npm run sandbox", { timeout: TIMEOUT_MS }, () => {
  it("prints what the app needs, and somebody without a browser gets a video from it", async () => {
    const port = await freePort();
    const { run, settings, page, slack, akool } = await startSandbox(`http://127.0.0.1:${port}/slack/events`);
    await startApp(settings);

    // Trouble once, as docs/sandbox.md says.
    expect(await post(`${akool}/sandbox/misbehave`, { endpoint: "create", kind: "429" })).toEqual({
      ok: true,
    });
    const upload = async (name: string, query = "") => {
      const body = await readFile(join(MEDIA, name));
      const answer = await fetch(`${page}uploads?name=${name}${query}`, { method: "POST", body });
      const { id } = z.object({ id: z.string() }).parse(await answer.json());
      return id;
    };
    const uploads = [await upload("portrait.jpg"), await upload("slack-clip.m4a", "&clip=1")];
    const say = { do: "say", conversation: "C0GENERAL", text: "@Talking Photo make her talk", uploads };
    expect(await post(`${page}act`, { me: "U0ANNA", act: say })).toEqual({});

    const transcript = `${slack}/sandbox/transcript?channel=general`;
    await until("video", async () => (await read(transcript)).includes("[video talking-photo.mp4"), run);
    expect(await read(transcript)).toMatch(
      /@Talking Photo make her talk\s+\[image portrait\.jpg, .*\[audio slack-clip/,
    );
    const calls: { endpoint: string; outcome: string }[] = JSON.parse(await read(`${akool}/sandbox/calls`));
    const creates = calls.filter(({ endpoint }) => endpoint === "create").map(({ outcome }) => outcome);
    expect(creates).toEqual(["429", "1000"]);
    for (const where of [slack, akool])
      expect(JSON.parse(await read(`${where}/sandbox/problems`))).toEqual([]);

    run.child.kill("SIGINT");
    expect(await run.code).toBe(0);
    expect(run.stderr).toBe("");
  });

  it("says what the stand-ins object to, as it happens", async () => {
    const { run, slack } = await startSandbox("http://127.0.0.1:9/slack/events");
    await fetch(`${slack}/api/chat.nothing`, { method: "POST" });
    await until("objection", () => run.stdout.includes("Slack objects: chat.nothing: unknown_method"), run);
  });

  it("says in one sentence that a port is in use, and which option takes another", async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    for (const option of ["--slack-port", "--akool-port", "--page-port"]) {
      const others = ["--slack-port", "--akool-port", "--page-port"].flatMap((name) =>
        name === option ? [] : [name, "0"],
      );
      const run = start(MAIN, [...others, option, port]);
      expect(await run.code).toBe(1);
      expect(run.stderr).toBe(
        `Port ${port} is in use: stop what listens there, or choose another with ${option}.\n`,
      );
      expect(run.stdout).toBe("");
    }
  });

  it.each([
    [["--slack-prot", "1"], "Unknown option '--slack-prot'. See npm run sandbox -- --help\n"],
    [
      ["--slack-port", "x"],
      '--slack-port takes a port, 0 to 65535, and not "x". See npm run sandbox -- --help\n',
    ],
    [
      ["--request-url", "localhost"],
      '--request-url takes an address like http://127.0.0.1:3000/slack/events, and not "localhost". See npm run sandbox -- --help\n',
    ],
  ])("does not start with %j", async (args, said) => {
    const run = start(MAIN, args);
    expect(await run.code).toBe(1);
    expect(run.stderr).toBe(said);
  });

  it("says how it is used", async () => {
    const run = start(MAIN, ["--help"]);
    expect(await run.code).toBe(0);
    expect(run.stdout).toContain("npm run sandbox -- --request-url http://127.0.0.1:3000/slack/events");
  });
});
