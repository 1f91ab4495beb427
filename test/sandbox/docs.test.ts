import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { akoolControls } from "../../src/sandbox/akool/control.ts";
import { ROUTES, ROUTES_WITH_ID } from "../../src/sandbox/akool/endpoints.ts";
import { startAkool } from "../../src/sandbox/akool/start-akool.ts";
import { act } from "../../src/sandbox/page/acts.ts";
import { DEFAULTS } from "../../src/sandbox/serve/read-options.ts";
import { slackControls } from "../../src/sandbox/slack/control.ts";
import { startSlack } from "../../src/sandbox/slack/slack-sandbox.ts";
import { METHOD_NAMES } from "../../src/sandbox/slack/web-api.ts";

const docs = readFileSync("docs/sandbox.md", "utf8");
/** All that stands in backticks, `GET /a`, `POST /a` and `GET`, `POST /a` alike. */
const named = [...docs.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
const addresses = named.map((code) => code.replace(/\?.*$/, ""));

describe("docs/sandbox.md", () => {
  it("names every method of Slack's Web API that is served", () => {
    expect(METHOD_NAMES.filter((name) => !named.includes(name))).toEqual([]);
  });

  it("names every other place at the stand-in for Slack", () => {
    const source = readFileSync("src/sandbox/slack/routes.ts", "utf8");
    const places = [...source.matchAll(/place === "([\w-]+)"|pathname === "\/([^"]+)"/g)].map(
      ([, place, path]) => place ?? path,
    );
    expect(places.length).toBeGreaterThan(5);
    const isNamed = (place: string | undefined) =>
      addresses.some((address) => address.split(" ").at(-1)?.startsWith(`/${place}`));
    expect(places.filter((place) => !isNamed(place))).toEqual([]);
  });

  it("names every address at the stand-in for AKOOL, with its endpoint", () => {
    const fixed = Object.entries(ROUTES).map(([address, endpoint]) => `| \`${address}\` | \`${endpoint}\` |`);
    expect(fixed.filter((row) => !docs.includes(row))).toEqual([]);
    const isNamed = ({ endpoint, path }: (typeof ROUTES_WITH_ID)[number]) =>
      docs
        .split("\n")
        .filter((line) => line.includes(`| \`${endpoint}\` |`))
        .some((line) => path.test((/`GET ([^`]+)`/.exec(line)?.[1] ?? "").replace("<id>", "0".repeat(24))));
    expect(ROUTES_WITH_ID.filter((route) => !isNamed(route))).toEqual([]);
  });

  it("names all that can be asked of the stand-in for AKOOL under /sandbox/", async () => {
    await using akool = await startAkool();
    const controls = Object.keys(akoolControls(akool)).map((name) => name.replace(" ", " /sandbox/"));
    expect(controls.filter((name) => !addresses.includes(name))).toEqual([]);
  });

  it("names all that can be asked of the stand-in for Slack under /sandbox/", async () => {
    await using slack = await startSlack();
    const controls = slack.town.worlds.flatMap((world) => Object.keys(slackControls(world)));
    const asNamed = controls.map((name) => name.replace(" ", " /sandbox/"));
    expect(asNamed.length).toBeGreaterThan(3);
    expect(asNamed.filter((name) => !addresses.includes(name))).toEqual([]);
  });

  it("names all that a person can do", () => {
    const deeds = act.shape.act.options.map(({ shape }) => shape.do.value);
    const isNamed = (deed: string) => named.includes(deed) || docs.includes(`"do":"${deed}"`);
    expect(deeds.filter((deed) => !isNamed(deed))).toEqual([]);
  });

  it("names the ports and the address that hold without options", () => {
    const { requestUrl, ...ports } = DEFAULTS;
    const rows = docs.split("\n").filter((line) => line.startsWith("| "));
    for (const port of Object.values(ports))
      expect(rows.some((row) => row.startsWith(`| ${port} |`))).toBe(true);
    expect(docs).toContain(requestUrl);
  });
});
