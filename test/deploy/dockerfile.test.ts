import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { copyOf, execForm, isInContext, one, readDockerfile } from "./dockerfile.ts";

const stages = readDockerfile();
const last = stages.at(-1);
const ignoreFile = readFileSync(".dockerignore", "utf8");
const run = promisify(execFile);

describe("the image", () => {
  it("is made of Node 24 slim in every stage", () => {
    expect(stages.map(({ base }) => base)).toEqual(stages.map(() => "node:24-slim"));
  });

  it("copies only what is there, and what .dockerignore lets through", () => {
    const aliases = new Set(stages.map(({ alias }) => alias));
    const copies = stages.flatMap(({ instructions }) => instructions.filter(({ name }) => name === "COPY"));
    expect(copies.length).toBeGreaterThan(4);
    for (const { from, sources } of copies.map(copyOf)) {
      if (from !== undefined) expect(aliases).toContain(from);
      else
        for (const source of sources) {
          expect(existsSync(source), source).toBe(true);
          expect(isInContext(source, ignoreFile), source).toBe(true);
        }
    }
  });

  it("never sees secrets, jobs, tests or the stand-ins", () => {
    for (const path of [
      ".env",
      ".env.example",
      "data/talkingphoto.sqlite",
      ".git/config",
      "test/free-port.ts",
    ])
      expect(isInContext(path, ignoreFile), path).toBe(false);
    for (const path of ["src/sandbox/slack/wire.ts", "src/demo.ts", "node_modules/sharp", "dist/main.js"])
      expect(isInContext(path, ignoreFile), path).toBe(false);
    expect(isInContext("src/main.ts", ignoreFile)).toBe(true);
  });

  it("runs as nobody special, and is told to stop by SIGTERM, itself", () => {
    expect(one(last, "USER")).toBe("node");
    const after = last?.instructions.slice(last.instructions.findIndex(({ name }) => name === "USER") + 1);
    expect(after?.map(({ name }) => name)).toEqual(["STOPSIGNAL", "HEALTHCHECK", "CMD"]);
    expect(one(last, "STOPSIGNAL")).toBe("SIGTERM");
    expect(execForm(one(last, "CMD"))).toEqual(["node", "--expose-gc", "dist/main.js"]);
  });

  it("keeps its data on a volume that its user may write to", () => {
    expect(one(last, "VOLUME")).toBe("/data");
    expect(one(last, "ENV")).toMatch(/^DATA_DIR=\/data /);
    expect(one(last, "RUN")).toMatch(/mkdir -m 700 \/data && chown node:node \/data$/);
  });

  it("names the port that the app listens on by default", () => {
    const example = /^PORT=(\d+)$/m.exec(readFileSync(".env.example", "utf8"))?.[1];
    expect(one(last, "EXPOSE")).toBe(example);
  });
});

describe("the image's health check", () => {
  const [command = "", ...args] = execForm(one(last, "HEALTHCHECK"));

  async function check(status: number | undefined): Promise<number> {
    const server = createServer((request, response) => {
      response.writeHead(request.url === "/healthz" && status !== undefined ? status : 404).end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const close = () => new Promise((closed) => server.close(closed));
    if (status === undefined) await close();
    else onTestFinished(async () => void (await close()));
    expect(command).toBe("node");
    return run(process.execPath, args, { env: { PORT: String(port) } }).then(
      () => 0,
      ({ code }) => Number(code),
    );
  }

  it("is content with a 200 alone", async () => {
    expect(await check(200)).toBe(0);
    expect(await check(503)).toBe(1);
    expect(await check(404)).toBe(1);
    expect(await check(undefined)).toBe(1);
  });
});
