import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { InstallationId, UserId } from "../../../src/job/ids.ts";
import { resealInstallations, WrongEncryptionKeyError } from "../../../src/slack/installations/reseal.ts";
import { createTokenBox } from "../../../src/slack/installations/token-box.ts";
import { openTokens, sealTokens } from "../../../src/slack/installations/tokens.ts";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import { temporaryFolder } from "../../media/serve.ts";

const [FIRST = "", SECOND = "", STRANGE = ""] = Array.from({ length: 3 }, () =>
  randomBytes(32).toString("base64"),
);
const IDS = ["T1", "T2", "T3"] as InstallationId[];
const tokensOf = (id: InstallationId) => ({
  botToken: `xoxb-${id}`,
  refreshToken: `xoxe-1-${id}`,
  expiresAt: 7,
});

/** Three installations, sealed with the given keys. */
async function installed(...keys: string[]) {
  const dataDir = await temporaryFolder();
  const store = openSqliteStore({ dataDir, now: () => 0, wakeAt: () => undefined, responseUrlLife: 0 });
  onTestFinished(() => store.close());
  for (const [index, id] of IDS.entries()) {
    await store.installations.save({
      id,
      name: id,
      isEnterpriseInstall: false,
      appId: "A1",
      botUserId: "U1",
      scopes: [],
      installedBy: "U2" as UserId,
      installedAt: 1,
      sealed: sealTokens(createTokenBox([keys[index % keys.length] ?? ""]), id, tokensOf(id)),
    });
  }
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { store, dataDir, lines, log: { info: note, error: note } };
}

describe("resealInstallations", () => {
  it("seals what an older key has sealed with the first key, so that the older one can go", async () => {
    const { store, log, lines } = await installed(FIRST, SECOND);
    const check = await resealInstallations(store.installations, createTokenBox([SECOND, FIRST]), log);
    expect(check).toEqual({ installations: 3, resealed: 2, unreadable: 0 });
    expect(lines.join("\n")).toContain('"resealed":2');
    const alone = createTokenBox([SECOND]);
    for (const { id, sealed } of await store.installations.list())
      expect(openTokens(alone, id, sealed)).toEqual(tokensOf(id));
  });

  it("changes nothing and says nothing when all is in order", async () => {
    const { store, log, lines } = await installed(FIRST);
    const before = await store.installations.list();
    await resealInstallations(store.installations, createTokenBox([FIRST, SECOND]), log);
    expect(await store.installations.list()).toEqual(before);
    expect(lines).toEqual([]);
  });

  it("stops with what to do when the keys open nothing", async () => {
    const { store, log } = await installed(FIRST, SECOND);
    const run = resealInstallations(store.installations, createTokenBox([STRANGE]), log);
    await expect(run).rejects.toThrow(WrongEncryptionKeyError);
    await expect(run).rejects.toThrow(/opens none of the 3 installations\. Put the key of before back/);
  });

  it("goes on with the others when some do not open, and names those", async () => {
    const { store, log, lines } = await installed(FIRST, STRANGE);
    const check = await resealInstallations(store.installations, createTokenBox([SECOND, FIRST]), log);
    expect(check).toEqual({ installations: 3, resealed: 2, unreadable: 1 });
    expect(lines.filter((line) => line.includes('"installationId":"T2"'))).toHaveLength(1);
    expect(lines.join("\n")).not.toMatch(/xox/);
  });

  it("has nothing to say to an empty store", async () => {
    const { store, log } = await installed(FIRST);
    for (const id of IDS) await store.installations.remove(id, 1);
    const check = await resealInstallations(store.installations, createTokenBox([STRANGE]), log);
    expect(check).toEqual({ installations: 0, resealed: 0, unreadable: 0 });
  });

  it("leaves no token readable in any file of the store", async () => {
    const { store, dataDir } = await installed(FIRST);
    await store.check();
    for (const file of ["talkingphoto.sqlite", "talkingphoto.sqlite-wal"])
      expect(readFileSync(join(dataDir, file)).toString("latin1")).not.toMatch(/xox[be]-/);
  });
});
