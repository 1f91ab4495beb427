import { randomBytes } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SlackAnswer } from "../../../src/job/delivery.ts";
import type { InstallationId, UserId } from "../../../src/job/ids.ts";
import { createTokenBox } from "../../../src/slack/installations/token-box.ts";
import { NoTokenError, TokenNotReadyError } from "../../../src/slack/installations/token-errors.ts";
import { createTokenSource } from "../../../src/slack/installations/token-source.ts";
import { openTokens, sealTokens, type Tokens } from "../../../src/slack/installations/tokens.ts";
import type { Installation } from "../../../src/store/installations.ts";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import { temporaryFolder } from "../../media/serve.ts";

const HOUR = 60 * 60_000;
const ACME = "T0ACME" as InstallationId;
const NOW = 1_700_000_000_000;

type Refresh = (refreshToken: string) => Promise<SlackAnswer<{ tokens: Tokens }>>;

/** One installation, whose first token lives for `life` ms; each refresh makes token-2, token-3 … of 12 hours. */
async function installed(life: number | undefined, more: Partial<Tokens> = { refreshToken: "refresh-1" }) {
  const store = openSqliteStore({
    dataDir: await temporaryFolder(),
    now: () => NOW,
    wakeAt: () => undefined,
    responseUrlLife: 0,
  });
  onTestFinished(() => store.close());
  const { installations } = store;
  const box = createTokenBox([randomBytes(32).toString("base64")]);
  const clock = { now: NOW };
  const asked: string[] = [];
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  let made = 1;
  const world = {
    refresh: (async () => {
      made += 1;
      const tokens = {
        botToken: `token-${made}`,
        refreshToken: `refresh-${made}`,
        expiresAt: clock.now + 12 * HOUR,
      };
      return { type: "ok", tokens };
    }) as Refresh,
  };
  const put = (tokens: Tokens, over: Partial<Installation> = {}) =>
    installations.save({
      id: ACME,
      name: "Acme",
      isEnterpriseInstall: false,
      appId: "A1",
      botUserId: "U1",
      scopes: [],
      installedBy: "U2" as UserId,
      installedAt: NOW,
      sealed: sealTokens(box, ACME, tokens),
      ...over,
    });
  await put({ botToken: "token-1", expiresAt: life === undefined ? undefined : NOW + life, ...more });
  const newSource = () =>
    createTokenSource({
      installations,
      box,
      refresh: (token) => {
        asked.push(token);
        return world.refresh(token);
      },
      now: () => clock.now,
      log: { info: note, warn: note, error: note },
    });
  const stored = async () => {
    const row = await installations.find(ACME);
    return row && openTokens(box, ACME, row.sealed);
  };
  return { installations, tokenFor: newSource(), newSource, world, clock, asked, lines, put, stored };
}

describe("the present token", () => {
  it("is the one in the row, without asking Slack, while more than two hours are left or it never ends", async () => {
    for (const life of [undefined, 2 * HOUR, 12 * HOUR]) {
      const { tokenFor, asked } = await installed(life);
      expect(await tokenFor(ACME)).toBe("token-1");
      expect(asked).toEqual([]);
    }
  });

  it("is refreshed before its last two hours, and both of the new pair are stored", async () => {
    const { tokenFor, asked, stored, clock } = await installed(2 * HOUR - 1);
    expect(await tokenFor(ACME)).toBe("token-2");
    expect(await stored()).toEqual({
      botToken: "token-2",
      refreshToken: "refresh-2",
      expiresAt: NOW + 12 * HOUR,
    });
    clock.now += 11 * HOUR;
    expect(await tokenFor(ACME)).toBe("token-3");
    expect(asked).toEqual(["refresh-1", "refresh-2"]);
  });

  it("is refreshed once however many ask at once, in this process and in others", async () => {
    const { tokenFor, newSource, asked } = await installed(HOUR);
    const other = newSource();
    const all = Array.from({ length: 40 }, (_, n) => (n % 2 ? tokenFor : other)(ACME));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["token-2"]));
    expect(asked).toEqual(["refresh-1"]);
  });

  it("is never one that the row no longer holds", async () => {
    const { tokenFor, put, installations } = await installed(undefined);
    expect(await tokenFor(ACME)).toBe("token-1");
    await put({ botToken: "token of a new install" });
    expect(await tokenFor(ACME)).toBe("token of a new install");
    await installations.remove(ACME, NOW);
    await expect(tokenFor(ACME)).rejects.toThrow(NoTokenError);
  });

  it("of what was removed during a refresh does not come back", async () => {
    const { tokenFor, world, installations } = await installed(HOUR);
    const { refresh } = world;
    world.refresh = async (token) => {
      await installations.remove(ACME, NOW);
      return refresh(token);
    };
    await expect(tokenFor(ACME)).rejects.toThrow(NoTokenError);
    expect(await installations.find(ACME)).toBeUndefined();
  });

  it("of what was installed anew during a refresh is the new install's", async () => {
    const { tokenFor, world, put } = await installed(HOUR);
    const { refresh } = world;
    world.refresh = async (token) => {
      await put({ botToken: "token of a new install" }, { installedAt: NOW + 1 });
      return refresh(token);
    };
    expect(await tokenFor(ACME)).toBe("token of a new install");
    expect(await tokenFor(ACME)).toBe("token of a new install");
  });
});

describe("a refresh that fails", () => {
  const passing: SlackAnswer<never>[] = [
    { type: "busy", retryAfterMs: 30_000 },
    { type: "not_sent", error: new Error("no way") },
    { type: "unclear", error: new Error("cut off") },
  ];
  const over = { type: "refused", code: "invalid_refresh_token" } as const;

  it.each([...passing, over])(
    "$type: the token is used while it lives, and Slack is asked again a minute later",
    async (answer) => {
      const { tokenFor, world, asked, clock, lines } = await installed(HOUR);
      const { refresh } = world;
      world.refresh = async () => answer;
      for (let n = 0; n < 5; n++) expect(await tokenFor(ACME)).toBe("token-1");
      expect(asked).toHaveLength(1);
      expect(lines.filter((line) => line.startsWith("a token could not be refreshed"))).toHaveLength(1);
      world.refresh = refresh;
      clock.now += 60_000;
      expect(await tokenFor(ACME)).toBe("token-2");
    },
  );

  it.each(passing)("$type: with a token that has run out, nothing can be sent just now", async (answer) => {
    const { tokenFor, world } = await installed(0);
    const { refresh } = world;
    world.refresh = async () => answer;
    const refused = await tokenFor(ACME).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TokenNotReadyError);
    expect(refused).toMatchObject({ retryAfterMs: answer.type === "busy" ? 30_000 : undefined });
    world.refresh = refresh;
    expect(await tokenFor(ACME)).toBe("token-2");
  });

  it.each(["invalid_refresh_token", "token_revoked", "account_inactive"])(
    "with a token that has run out, %s is the end",
    async (code) => {
      const { tokenFor, world } = await installed(0);
      world.refresh = async () => ({ type: "refused", code });
      await expect(tokenFor(ACME)).rejects.toThrow(NoTokenError);
    },
  );

  it("for the app's own settings is not the end of the install", async () => {
    const { tokenFor, world } = await installed(0);
    world.refresh = async () => ({ type: "refused", code: "bad_client_secret" });
    await expect(tokenFor(ACME)).rejects.toThrow(TokenNotReadyError);
  });

  it("writes no token into the log", async () => {
    const { tokenFor, world, lines } = await installed(0);
    world.refresh = async () => over;
    await tokenFor(ACME).catch(() => undefined);
    expect(lines.join("\n")).toContain("invalid_refresh_token");
    expect(lines.join("\n")).not.toMatch(/token-\d|refresh-\d/);
  });
});

it("a token that ends with nothing to renew it is used to its end", async () => {
  const { tokenFor, clock, asked } = await installed(HOUR, {});
  expect(await tokenFor(ACME)).toBe("token-1");
  clock.now += HOUR;
  await expect(tokenFor(ACME)).rejects.toThrow(NoTokenError);
  expect(asked).toEqual([]);
});

it("tokens that a key has sealed which only another process knows are waited for", async () => {
  const { tokenFor, put, lines } = await installed(undefined);
  await put({ botToken: "x" }, { sealed: "12345678.AAAA" });
  await expect(tokenFor(ACME)).rejects.toThrow(TokenNotReadyError);
  expect(lines.join("\n")).toContain("cannot be opened");
});
