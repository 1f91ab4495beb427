import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { ask, expectOneVideo } from "../flow/asking.ts";
import { type Metrics, readMetrics } from "../flow/read-metrics.ts";
import { useWorld } from "../flow/world.ts";

/** Known to Compose, to the S3 protocol's clients, or to pg_dump, rather than to the app itself. */
const NOT_IN_EXAMPLE = ["POSTGRES_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

const operations = readFileSync("OPERATIONS.md", "utf8");
const { groups } = z
  .object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            alert: z.string(),
            expr: z.string(),
            for: z
              .string()
              .regex(/^\d+[smh]$/)
              .optional(),
            labels: z.object({ severity: z.enum(["page", "ticket"]) }),
            annotations: z.object({ summary: z.string().min(20) }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(readFileSync("deploy/alerts.yml", "utf8")));
const rules = groups.flatMap((group) => group.rules);

interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

/** Every metric that a PromQL expression asks for. Throws when Prometheus would not read it. */
function selectorsIn(expression: string): Selector[] {
  const found: Selector[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expression}`);
      if (node.name !== "VectorSelector") return;
      const text = expression.slice(node.from, node.to);
      const matchers = [...text.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(
        ([, label = "", operator = "", value = ""]) => ({ label, operator, value }),
      );
      found.push({ metric: /^[\w:]+/.exec(text)?.[0] ?? "", matchers });
    },
  });
  return found;
}

describe("what OPERATIONS.md and the alerts speak of", () => {
  const world = useWorld();
  let metrics: Metrics;
  beforeAll(async () => {
    await expectOneVideo(world(), await ask(world(), "command"));
    await fetch(`${world().app.url}/slack/events`, { method: "POST" });
    metrics = await readMetrics(world().app.url);
  });

  const familyOf = (name: string) =>
    metrics.types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, "");

  it("are metrics that the app has", () => {
    const named = operations.match(/\b(?:talkingphoto|process|nodejs)_[a-z_0-9]+/g) ?? [];
    expect(named.length).toBeGreaterThan(20);
    for (const name of named.filter((each) => !/_$/.test(each) && each !== "talkingphoto_new"))
      expect([...metrics.types.keys()], name).toContain(familyOf(name));
  });

  it("are all the metrics of the app's own, each explained once", () => {
    for (const name of [...metrics.types.keys()].filter((each) => each.startsWith("talkingphoto_")))
      expect(operations.match(new RegExp(`^\\| \`${name}[{\`]`, "gm")), name).toHaveLength(1);
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))("%s can fire", (_name, { expr }) => {
    const selectors = selectorsIn(expr);
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, matchers } of selectors) {
      // Prometheus' own, about the scrape.
      if (metric === "up") continue;
      const samples = metrics.samples.filter(({ name }) => name === metric);
      // A gauge by status has no sample for a status in which no job is.
      if (metric === "talkingphoto_jobs") continue;
      expect(samples.length, metric).toBeGreaterThan(0);
      for (const { label, operator, value } of matchers.filter((each) => each.label !== "job")) {
        const values = new Set(samples.map(({ labels }) => labels[label]));
        const wanted = operator.includes("~") ? new RegExp(`^(?:${value})$`) : undefined;
        const hit = [...values].some(
          (each) => each !== undefined && (wanted ? wanted.test(each) : each === value),
        );
        expect(hit, `${metric}{${label}${operator}"${value}"} of ${[...values].join(", ")}`).toBe(true);
      }
    }
  });

  it("are alerts that there are, each with what to do", () => {
    const explained = [...operations.matchAll(/^\| (TalkingPhoto\w+) \| (.+) \|$/gm)];
    expect(explained.map(([, name]) => name)).toEqual(rules.map(({ alert }) => alert));
    for (const [, name, advice = ""] of explained) expect(advice.length, name).toBeGreaterThan(60);
    for (const [name] of operations.matchAll(/\bTalkingPhoto[A-Z]\w+/g))
      expect(rules.map(({ alert }) => alert)).toContain(name);
  });

  it("are settings, files and commands that there are", () => {
    const example = readFileSync(".env.example", "utf8");
    const known = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    const settings = [...operations.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(
      ([, name]) => name,
    );
    expect(new Set(settings).size).toBeGreaterThan(8);
    for (const name of settings) expect([...known, ...NOT_IN_EXAMPLE]).toContain(name);

    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    for (const [, script = ""] of operations.matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(script);
    for (const [, file = ""] of operations.matchAll(/\]\(([\w./-]+)\)/g))
      expect(() => readFileSync(file)).not.toThrow();
    const headings = [...operations.matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
      text.toLowerCase().replaceAll(" ", "-"),
    );
    for (const [, anchor] of operations.matchAll(/\]\(#([\w-]+)\)/g)) expect(headings).toContain(anchor);
  });

  it("has a way to rotate every secret", () => {
    const secrets = [
      "SLACK_BOT_TOKEN",
      "SLACK_SIGNING_SECRET",
      "SLACK_APP_TOKEN",
      "SLACK_CLIENT_SECRET",
      "TOKEN_ENCRYPTION_KEY",
      "AKOOL_API_KEY",
      "DATABASE_URL",
      "AWS_SECRET_ACCESS_KEY",
    ];
    for (const name of secrets)
      expect(operations).toMatch(new RegExp(`^\\| (?:Password in )?\`${name}\` \\|`, "m"));
  });
});
