import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createInstallState } from "../../../src/slack/installations/install-state.ts";

const KEY = randomBytes(32).toString("base64");
const MINUTE = 60_000;

function begun(key = KEY) {
  const clock = { now: 1_700_000_000_000 };
  const states = createInstallState(key, { secure: true, now: () => clock.now });
  const { state, setCookie } = states.begin();
  const cookie = setCookie.slice(0, setCookie.indexOf(";"));
  return { clock, states, state, setCookie, cookie };
}

describe("the state of an install", () => {
  it("is genuine in the browser it was given to, among other cookies too", () => {
    const { states, state, cookie } = begun();
    expect(states.isGenuine(state, cookie)).toBe(true);
    expect(states.isGenuine(state, `a=1; ${cookie}; b=2`)).toBe(true);
  });

  it("is genuine to every process that has the key, and to none that has another", () => {
    const { state, cookie } = begun();
    expect(begun().states.isGenuine(state, cookie)).toBe(true);
    expect(begun(randomBytes(32).toString("base64")).states.isGenuine(state, cookie)).toBe(false);
  });

  it("lives for ten minutes", () => {
    const { clock, states, state, cookie } = begun();
    clock.now += 10 * MINUTE - 1;
    expect(states.isGenuine(state, cookie)).toBe(true);
    clock.now += 1;
    expect(states.isGenuine(state, cookie)).toBe(false);
  });

  it("belongs to one browser", () => {
    const { states, state } = begun();
    expect(states.isGenuine(state, undefined)).toBe(false);
    expect(states.isGenuine(state, "")).toBe(false);
    expect(states.isGenuine(state, "talkingphoto_install=")).toBe(false);
    expect(states.isGenuine(state, begun().cookie)).toBe(false);
  });

  it("cannot be changed in any character", () => {
    const { states, state, cookie } = begun();
    for (let place = 0; place < state.length; place++) {
      const changed = state.slice(0, place) + (state[place] === "1" ? "2" : "1") + state.slice(place + 1);
      expect(states.isGenuine(changed, cookie)).toBe(false);
    }
  });

  it.each(["", ".", "..", "a.b.c", `${"9".repeat(20)}.x.y`])("is not %j", (state) => {
    const { states, cookie } = begun();
    expect(states.isGenuine(state, cookie)).toBe(false);
  });

  it("is never the same twice, and its name tells nothing of it", () => {
    const { states, state } = begun();
    expect(states.begin().state).not.toBe(state);
    expect(states.nameOf(state)).toBe(states.nameOf(state));
    expect(states.nameOf(state)).not.toContain(state.slice(14, 30));
  });

  it("comes with a cookie that scripts and other sites do not get, over https alone where there is https", () => {
    const { setCookie, states } = begun();
    expect(setCookie).toMatch(
      /^talkingphoto_install=[\w-]{32}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(states.clearCookie).toMatch(/^talkingphoto_install=; Max-Age=0; Path=\/;.*Secure$/);
    const plain = createInstallState(KEY, { secure: false, now: () => 0 });
    expect(plain.begin().setCookie).not.toContain("Secure");
  });
});
