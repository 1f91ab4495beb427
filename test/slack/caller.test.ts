import { describe, expect, it } from "vitest";
import type { InstallationId } from "../../src/job/ids.ts";
import { manyWorkspaces, namedInstallations } from "../../src/slack/intake/caller.ts";

const own = { enterprise_id: null, team_id: "T1", is_enterprise_install: false };
const wide = { enterprise_id: "E1", team_id: "T1", is_enterprise_install: true };

describe("the installation a payload is for", () => {
  it.each<[string, unknown, string[]]>([
    ["a command", { team_id: "T1", is_enterprise_install: "false" }, ["T1"]],
    [
      "a command in an organisation",
      { team_id: "T1", enterprise_id: "E1", is_enterprise_install: "false" },
      ["T1", "E1"],
    ],
    [
      "a command under an org-wide install",
      { team_id: "T1", enterprise_id: "E1", is_enterprise_install: "true" },
      ["E1", "T1"],
    ],
    ["an event", { team_id: "T1", authorizations: [own] }, ["T1"]],
    ["an event of another team, in a shared channel", { team_id: "T2", authorizations: [own] }, ["T1"]],
    ["an event under an org-wide install", { team_id: "T1", authorizations: [wide] }, ["E1", "T1"]],
    ["an event without authorizations", { team_id: "T1", enterprise_id: null }, ["T1"]],
    ["a goodbye with an empty list of them", { team_id: "T1", authorizations: [] }, ["T1"]],
    [
      "a goodbye of an organisation",
      { team_id: null, enterprise_id: "E1", is_enterprise_install: true },
      ["E1"],
    ],
    [
      "a button",
      { team: { id: "T1" }, user: { id: "U1" }, enterprise: null, is_enterprise_install: false },
      ["T1"],
    ],
    [
      "a button under an org-wide install",
      {
        team: null,
        user: { id: "U1", team_id: "T1" },
        enterprise: { id: "E1" },
        is_enterprise_install: true,
      },
      ["E1", "T1"],
    ],
    [
      "a form opened elsewhere",
      { team: { id: "T2" }, user: {}, view: { app_installed_team_id: "T1" } },
      ["T1"],
    ],
    ["nothing of the kind", { team: 7, authorizations: "x", is_enterprise_install: "maybe" }, []],
    ["null", null, []],
  ])("%s", (_what, body, expected) => {
    expect(namedInstallations(body)).toEqual(expected);
  });
});

describe("among many workspaces", () => {
  const body = { team_id: "T1", enterprise_id: "E1" };
  const silent = { warn: () => {} };
  const known = (...ids: string[]) =>
    manyWorkspaces({ find: async (id) => (ids.includes(id) ? ({ id } as never) : undefined) }, silent);

  it("the workspace's own install comes before its organisation's", async () => {
    expect(await known("T1", "E1")(body)).toBe("T1");
    expect(await known("E1")(body)).toBe("E1");
    expect(await known("T2")(body)).toBeUndefined();
  });

  it("a store in trouble turns nobody away", async () => {
    const find = async (_id: InstallationId) => {
      throw new Error("disk");
    };
    expect(await manyWorkspaces({ find }, silent)(body)).toBe("T1");
  });
});
