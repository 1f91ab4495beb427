import type { UsersInfoResponse, WebClient } from "@slack/web-api";
import { WebAPIPlatformError, WebAPIRateLimitedError } from "@slack/web-api";
import { expect, it } from "vitest";
import type { InstallationId, UserId } from "../../src/job/ids.ts";
import { createReaders } from "../../src/slack/readers.ts";

const TEAM = "T1" as InstallationId;
const OTHER_TEAM = "T2" as InstallationId;
const [DORA, ANNA] = ["U1" as UserId, "U2" as UserId];

/** Readers whose Slack answers as `tell` says; `asked` has whom it was asked about. */
function readersOf(tell: (user: string) => Promise<UsersInfoResponse>) {
  const asked: string[] = [];
  const lines: object[] = [];
  const clock = { now: 1_700_000_000_000 };
  const info = async ({ user }: { user: string }) => {
    asked.push(user);
    return tell(user);
  };
  const readers = createReaders({
    // The one method that is called.
    clientFor: async () => ({ users: { info } }) as unknown as WebClient,
    log: { info: (fields) => lines.push(fields) },
    now: () => clock.now,
  });
  return { readers, asked, lines, clock };
}

const refusal = (error: string) => Promise.reject(new WebAPIPlatformError({ ok: false, error }));

it("asks once about each person, however many wait for the answer", async () => {
  const { readers, asked } = readersOf(async (user) => ({
    ok: true,
    user: { locale: user === DORA ? "de-DE" : "en-US" },
  }));
  const said = await Promise.all([DORA, DORA, ANNA, DORA].map((user) => readers.sayTo(TEAM, user)));
  expect(said.map(({ locale }) => locale)).toEqual(["de", "de", "en", "de"]);
  await readers.sayTo(TEAM, DORA);
  expect(asked).toEqual([DORA, ANNA]);
});

it.each(["missing_scope", "token_revoked"])(
  "finds out once for everybody in a workspace that Slack says %s, and looks again later",
  async (code) => {
    const { readers, asked, lines, clock } = readersOf(() => refusal(code));
    for (const user of [DORA, ANNA]) expect((await readers.sayTo(TEAM, user)).locale).toBe("en");
    expect(asked).toEqual([DORA]);
    expect(lines).toHaveLength(1);
    await readers.sayTo(OTHER_TEAM, ANNA);
    expect(asked).toEqual([DORA, ANNA]);
    clock.now += 11 * 60_000;
    await readers.sayTo(TEAM, "U3" as UserId);
    expect(asked).toEqual([DORA, ANNA, "U3"]);
  },
);

it("does as Slack says where that is to wait", async () => {
  const { readers, asked, clock } = readersOf(() => Promise.reject(new WebAPIRateLimitedError(30)));
  await readers.sayTo(TEAM, DORA);
  await readers.sayTo(TEAM, ANNA);
  expect(asked).toEqual([DORA]);
  clock.now += 31_000;
  await readers.sayTo(TEAM, "U3" as UserId);
  expect(asked).toEqual([DORA, "U3"]);
});

it("thinks nothing of the others when one person is not known", async () => {
  const { readers, asked } = readersOf(async (user) =>
    user === DORA ? refusal("user_not_found") : { ok: true, user: { locale: "ja-JP" } },
  );
  expect((await readers.sayTo(TEAM, DORA)).locale).toBe("en");
  expect((await readers.sayTo(TEAM, ANNA)).locale).toBe("ja");
  expect(asked).toEqual([DORA, ANNA]);
});

it("speaks English meanwhile to whom Slack keeps it waiting about", async () => {
  const { readers } = readersOf(() => new Promise(() => {}));
  expect((await readers.sayTo(TEAM, DORA)).locale).toBe("en");
});
