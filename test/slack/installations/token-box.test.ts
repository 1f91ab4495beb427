import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BrokenBoxError,
  createTokenBox,
  UnknownKeyError,
} from "../../../src/slack/installations/token-box.ts";

const newKey = () => randomBytes(32).toString("base64");
const KEY = newKey();
const OLD_KEY = newKey();
const box = createTokenBox([KEY]);

const text = fc.string({ unit: "grapheme", maxLength: 300 });
const owner = fc.string({ minLength: 1, maxLength: 12 });

describe("a token box", () => {
  it("opens for its owner to what was sealed", () => {
    fc.assert(fc.property(text, owner, (secret, who) => box.open(box.seal(secret, who), who) === secret));
  });

  it("opens for nobody else", () => {
    fc.assert(
      fc.property(text, owner, owner, (secret, who, other) => {
        fc.pre(who !== other);
        expect(() => box.open(box.seal(secret, who), other)).toThrow(BrokenBoxError);
      }),
    );
  });

  it("does not open with any character of it changed", () => {
    const alphabet = fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    fc.assert(
      fc.property(text, fc.nat(), alphabet, (secret, at, other) => {
        const sealed = box.seal(secret, "T1");
        const place = at % sealed.length;
        fc.pre(sealed[place] !== other);
        const changed = sealed.slice(0, place) + other + sealed.slice(place + 1);
        expect(() => box.open(changed, "T1")).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it("does not open when it was cut short or made longer, anywhere", () => {
    fc.assert(
      fc.property(text, fc.nat(), (secret, at) => {
        const sealed = box.seal(secret, "T1");
        expect(() => box.open(sealed.slice(0, at % sealed.length), "T1")).toThrow(BrokenBoxError);
        expect(() => box.open(`${sealed}A`, "T1")).toThrow(BrokenBoxError);
      }),
    );
  });

  it("is never made twice alike, and shows nothing of what is in it or of the key", () => {
    const boxes = Array.from({ length: 200 }, () => box.seal("xoxb-1-secret", "T1"));
    expect(new Set(boxes).size).toBe(200);
    for (const sealed of boxes) {
      expect(Buffer.from(sealed.slice(9), "base64url").toString("latin1")).not.toContain("xoxb");
      expect(sealed).not.toContain("secret");
      expect(sealed).not.toContain(Buffer.from(KEY, "base64").toString("hex").slice(0, 8));
    }
  });

  it.each(["", ".", "12345678.", "nonsense", "xoxb-1-plain", `${"0".repeat(8)}.!!!!`])(
    "refuses %j, which is no box",
    (nonsense) => {
      expect(() => box.open(nonsense, "T1")).toThrow(BrokenBoxError);
    },
  );
});

describe("keys", () => {
  it("seal with the first and open with all", () => {
    const both = createTokenBox([KEY, OLD_KEY]);
    const old = createTokenBox([OLD_KEY]).seal("secret", "T1");
    expect(both.open(old, "T1")).toBe("secret");
    expect(both.isCurrent(old)).toBe(false);
    const fresh = both.seal("secret", "T1");
    expect(both.isCurrent(fresh)).toBe(true);
    expect(box.open(fresh, "T1")).toBe("secret");
  });

  it("that are missing are named by their id, not by what they are", () => {
    const sealed = createTokenBox([OLD_KEY]).seal("secret", "T1");
    const open = () => box.open(sealed, "T1");
    expect(open).toThrow(UnknownKeyError);
    expect(open).toThrow(`(${sealed.slice(0, 8)})`);
    expect(open).not.toThrow(OLD_KEY);
  });

  it("that merely share an id do not open each other's boxes", () => {
    const sealed = createTokenBox([OLD_KEY]).seal("secret", "T1");
    const renamed = box.seal("other", "T1").slice(0, 8) + sealed.slice(8);
    expect(() => box.open(renamed, "T1")).toThrow(BrokenBoxError);
  });

  it("are needed", () => {
    expect(() => createTokenBox([])).toThrow("needs a key");
  });
});
