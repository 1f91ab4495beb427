import { expect, it } from "vitest";
import { suggest } from "../../../src/sandbox/page/client/suggestions.ts";

const CHANNEL = { appName: "Talking Photo", inThread: false };
const typed = (text: string, at = CHANNEL) => suggest(text, text.length, at);

it("offers the commands that begin like this", () => {
  expect(typed("/talkingphoto s")?.all.map(({ text }) => text)).toEqual([
    "/talkingphoto status",
    "/talkingphoto settings",
  ]);
});

it("offers the shortcut by its name, and does it rather than write it", () => {
  expect(typed("/make")?.all).toMatchObject([{ text: "Make a photo talk", isShortcut: true, insert: "" }]);
  expect(typed("/")?.all.at(-1)?.text).toBe("Make a photo talk");
  expect(typed("/talk")?.all.some(({ isShortcut }) => isShortcut)).toBe(false);
});

it("leaves Enter to send a command that is whole", () => {
  expect(typed("/talkingphoto")?.firstIsMeant).toBe(false);
  expect(typed("/talk")?.firstIsMeant).toBe(true);
  expect(typed("/talkingphoto help")).toBeUndefined();
});

it("offers no command in a thread, where Slack takes none", () => {
  expect(typed("/talk", { ...CHANNEL, inThread: true })).toBeUndefined();
});

it("puts the app's mention in the place of what was typed of it", () => {
  expect(typed("hello @talk")).toMatchObject({ from: 6, all: [{ insert: "@Talking Photo " }] });
  expect(typed("mail me@talk")).toBeUndefined();
  expect(typed("hello @Talking Photo")).toBeUndefined();
});
