import { describe, expect, it, onTestFinished } from "vitest";
import type { InstallationId, UserId } from "../../src/job/ids.ts";
import type { Installation, InstallationStore } from "../../src/store/installations.ts";

export interface OpenedInstallations {
  readonly installations: InstallationStore;
  close(): Promise<void>;
}

const ACME = "T0ACME" as InstallationId;
const GLOBEX = "T0GLOBEX" as InstallationId;

function installation(over: Partial<Installation> = {}): Installation {
  return {
    id: ACME,
    name: "Acme, Inc.",
    isEnterpriseInstall: false,
    appId: "A1",
    botUserId: "U1BOT",
    scopes: ["commands", "chat:write"],
    installedBy: "U1" as UserId,
    installedAt: 1_700_000_000_000,
    sealed: "box-1",
    ...over,
  };
}

/** What every store owes the installations, whatever it is made of. `open` gives an empty one. */
export function describeInstallations(name: string, open: () => Promise<OpenedInstallations>): void {
  describe(name, () => {
    async function emptyStore(): Promise<InstallationStore> {
      const opened = await open();
      onTestFinished(() => opened.close());
      return opened.installations;
    }

    it("gives an installation back as it was saved, and knows no other", async () => {
      const store = await emptyStore();
      await store.save(installation());
      expect(await store.find(ACME)).toEqual(installation());
      expect(await store.find(GLOBEX)).toBeUndefined();
    });

    it("keeps an org-wide install, and one without a scope", async () => {
      const store = await emptyStore();
      const wide = installation({ id: "E0WIDE" as InstallationId, isEnterpriseInstall: true, scopes: [] });
      await store.save(wide);
      expect(await store.find(wide.id)).toEqual(wide);
    });

    it("replaces everything when the app is installed again", async () => {
      const store = await emptyStore();
      await store.save(installation());
      const again = installation({
        name: "Acme",
        isEnterpriseInstall: true,
        appId: "A2",
        botUserId: "U2BOT",
        scopes: ["commands"],
        installedBy: "U2" as UserId,
        installedAt: 1_700_000_000_001,
        sealed: "box-2",
      });
      await store.save(again);
      expect(await store.list()).toEqual([again]);
    });

    it("lists all of them", async () => {
      const store = await emptyStore();
      expect(await store.list()).toEqual([]);
      await Promise.all([store.save(installation()), store.save(installation({ id: GLOBEX }))]);
      expect((await store.list()).map(({ id }) => id).sort()).toEqual([ACME, GLOBEX]);
    });

    it("changes the box only while it is the one that was read", async () => {
      const store = await emptyStore();
      await store.save(installation());
      expect(await store.replaceSealed(ACME, "box-1", "box-2")).toBe(true);
      expect(await store.find(ACME)).toEqual(installation({ sealed: "box-2" }));
      expect(await store.replaceSealed(ACME, "box-1", "box-3")).toBe(false);
      expect(await store.find(ACME)).toEqual(installation({ sealed: "box-2" }));
    });

    it("brings no removed installation back by a change of its box", async () => {
      const store = await emptyStore();
      await store.save(installation());
      await store.remove(ACME, installation().installedAt);
      expect(await store.replaceSealed(ACME, "box-1", "box-2")).toBe(false);
      expect(await store.find(ACME)).toBeUndefined();
    });

    it("lets one of many changes of the same box win", async () => {
      const store = await emptyStore();
      await store.save(installation());
      const won = await Promise.all(
        Array.from({ length: 10 }, (_, n) => store.replaceSealed(ACME, "box-1", `new-${n}`)),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await store.find(ACME))?.sealed).toBe(`new-${won.indexOf(true)}`);
    });

    it.each([
      ["at the very moment", 0, "removed"],
      ["later", 1, "removed"],
      ["before it was installed again", -1, "newer"],
    ] as const)("asked to remove what was there %s: %s ms, %s", async (_when, offsetMs, outcome) => {
      const store = await emptyStore();
      await store.save(installation());
      await store.save(installation({ id: GLOBEX }));
      expect(await store.remove(ACME, installation().installedAt + offsetMs)).toBe(outcome);
      expect(await store.find(ACME)).toEqual(outcome === "removed" ? undefined : installation());
      expect(await store.find(GLOBEX)).toBeDefined();
    });

    it("finds nothing to remove the second time", async () => {
      const store = await emptyStore();
      await store.save(installation());
      const upTo = installation().installedAt;
      expect([await store.remove(ACME, upTo), await store.remove(ACME, upTo)]).toEqual(["removed", "absent"]);
    });

    describe("exclusively", () => {
      it("runs one piece of work at a time for one installation, in which the store can be used", async () => {
        const store = await emptyStore();
        await store.save(installation({ sealed: "0" }));
        let inside = 0;
        const overlaps: number[] = [];
        const one = () =>
          store.exclusively(ACME, async () => {
            inside += 1;
            overlaps.push(inside);
            const sealed = (await store.find(ACME))?.sealed ?? "";
            await new Promise((resolve) => setImmediate(resolve));
            await store.replaceSealed(ACME, sealed, String(Number(sealed) + 1));
            inside -= 1;
            return sealed;
          });
        const results = await Promise.all(Array.from({ length: 20 }, one));
        expect(new Set(overlaps)).toEqual(new Set([1]));
        expect(new Set(results).size).toBe(20);
        expect((await store.find(ACME))?.sealed).toBe("20");
      });

      it("keeps nobody else waiting", async () => {
        const store = await emptyStore();
        const held = Promise.withResolvers<void>();
        const slow = store.exclusively(ACME, () => held.promise);
        expect(await store.exclusively(GLOBEX, async () => "done")).toBe("done");
        held.resolve();
        await slow;
      });

      it("goes on after work that failed, and passes the failure to its own caller", async () => {
        const store = await emptyStore();
        const failing = store.exclusively(ACME, async () => {
          throw new Error("no luck");
        });
        const next = store.exclusively(ACME, async () => "done");
        await expect(failing).rejects.toThrow("no luck");
        expect(await next).toBe("done");
      });
    });
  });
}
