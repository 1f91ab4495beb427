import { describe, expect, it } from "vitest";
import { ask, expectFailure, expectOneVideo, jobMessageOf } from "./asking.ts";
import { useWorld } from "./world.ts";

const GENERIC = /AKOOL answered with an error/;
const ADMIN = /tell the person who runs this app/;

describe("a code that AKOOL answers create with", () => {
  const world = useWorld({ polling: true });

  it.each([
    [1003, /did not accept the request/],
    [1004, ADMIN],
    [1006, /no credit left/],
    [1007, /too many faces/],
    [1008, GENERIC],
    [1009, /does not allow/],
    [1010, GENERIC],
    [1011, GENERIC],
    [1013, /recording/],
    [1014, GENERIC],
    [1015, /photo or recording.*clear face/],
    [1016, GENERIC],
    [1017, /could not use the recording/],
    [1101, /refused this app's key/],
    [1102, /refused this app's key/],
    [1103, /no credit left/],
    [1104, /no credit left/],
    [1105, GENERIC],
    [1108, /photo/],
    [1109, ADMIN],
    [1110, /could not use the recording/],
    [1111, GENERIC],
    [1112, /could not use the recording/],
    [1200, ADMIN],
    [1201, /could not use the recording/],
    [1202, GENERIC],
    [1203, /recording/],
    [1204, /too long/],
    [1205, GENERIC],
    [1206, GENERIC],
    [1207, /too big/],
    [1208, /could not use this photo or recording/],
    [1209, /could not use this photo or recording/],
    [1210, /could not use this photo or recording/],
    [1211, GENERIC],
    [1212, GENERIC],
    [1213, ADMIN],
    [1214, GENERIC],
    [1221, ADMIN],
    [1222, GENERIC],
    [1223, GENERIC],
    [4711, GENERIC],
  ])("%i ends the job with a sentence, and no code in it", async (code, sentence) => {
    const { akool } = world();
    akool.misbehave("create", { kind: "code", code, times: 10 });
    const thread = await ask(world(), "command");
    await expectFailure(thread, sentence);
    expect(jobMessageOf(thread).text).not.toContain(String(code));
    expect(akool.creates).toBe(0);
  });

  it.each([
    ["1005", { kind: "code", code: 1005, times: 3 }],
    ["429 with Retry-After", { kind: "429", retryAfterSeconds: 1 }],
    ["1015 once", { kind: "code", code: 1015 }],
  ] as const)("that means try again (%s) is tried again, and pays once", async (_what, how) => {
    const { akool } = world();
    const creates = akool.creates;
    akool.misbehave("create", how);
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(akool.creates).toBe(creates + 1);
  });

  it("of no credit is told once credit has really run out", async () => {
    const { akool } = world();
    const { credit } = akool;
    akool.credit = 0;
    await expectFailure(await ask(world(), "share"), /no credit left/);
    akool.credit = credit;
  });
});
