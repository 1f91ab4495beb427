import { AxeBuilder } from "@axe-core/playwright";
import { describe, expect, it } from "vitest";
import type { Person } from "./person.ts";
import { type Room, useStage } from "./stage.ts";

const LOOKS = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 390 },
] as const;

/** Every violation in a line: what, and where. */
async function violations({ page }: Person): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`),
  );
}

/** The pages are large, and machines are slow at times. */
const TIMEOUT_MS = 300_000;

describe("axe finds nothing", { timeout: TIMEOUT_MS }, () => {
  const stage = useStage();
  const room: { current?: Room } = {};

  /** A finished video, and one that failed. */
  async function furnish(): Promise<Room> {
    if (room.current) return room.current;
    const made = stage().newRoom();
    const anna = await stage().open({ room: made });
    await anna.seesVideo(await anna.ask("for everybody to use"));
    await anna.press("Close the thread", anna.thread);
    await anna.say("/talkingphoto help");
    await anna.sees("Only visible to you");
    room.current = made;
    return made;
  }

  it.each(LOOKS)("in $colorScheme, at a width of $width", async ({ colorScheme, width }) => {
    const at = await furnish();
    const height = width < 500 ? 844 : 800;
    const anna = await stage().open({
      room: at,
      colorScheme,
      viewport: { width, height },
      reducedMotion: "reduce",
    });
    const isPhone = width < 500;
    const tab = (name: string) =>
      anna.page
        .getByRole("navigation", { name: "Parts of the page" })
        .getByRole("button", { name, exact: true })
        .click();

    await anna.sees("for everybody to use");
    expect(await violations(anna), "the conversation").toEqual([]);
    await anna.openThread("for everybody to use");
    await anna.seesVideo(anna.thread);
    expect(await violations(anna), "the thread").toEqual([]);
    await anna.press("Close the thread", anna.thread);

    await anna.say("/talkingphoto");
    await anna.field("Photo").waitFor();
    expect(await violations(anna), "the form").toEqual([]);
    await anna.press("Make it talk", anna.form);
    await anna.form.getByText("Add a photo: one clear face").waitFor();
    expect(await violations(anna), "the form with errors").toEqual([]);
    await anna.press("Close the form", anna.form);
    await anna.page.getByRole("dialog").waitFor({ state: "detached" });

    if (isPhone) await tab("Behind the scenes");
    await anna.stage.waitFor();
    expect(await violations(anna), "behind the scenes").toEqual([]);
    if (isPhone) {
      await tab("Channels");
      expect(await violations(anna), "the list").toEqual([]);
    }
    await anna.goTo("Home");
    await anna.main.getByText("My finished ones").waitFor();
    expect(await violations(anna), "Home").toEqual([]);
  });
});
