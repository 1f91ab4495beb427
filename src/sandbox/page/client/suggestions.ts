/** What the composer offers while one types. */

export interface Suggestion {
  readonly text: string;
  readonly about: string;
  /** What takes the place of the letters from `from` to the caret. */
  readonly insert: string;
  /** It is done rather than written. */
  readonly isShortcut?: boolean;
}

export interface Suggestions {
  readonly from: number;
  readonly all: readonly Suggestion[];
  /** Enter takes the first without an arrow key before it. */
  readonly firstIsMeant: boolean;
}

const COMMAND = "/talkingphoto";
const COMMANDS: readonly (readonly [text: string, about: string])[] = [
  [COMMAND, "Opens the form"],
  [`${COMMAND} help`, "What it can do"],
  [`${COMMAND} status`, "How far your photos are"],
  [`${COMMAND} history`, "Your last videos"],
  [`${COMMAND} settings`, "Your voice, size and gestures"],
  [`${COMMAND} cancel`, "Stops the one that is running"],
  [`${COMMAND} watch on`, "Makes every photo with a recording here talk"],
  [`${COMMAND} watch off`, "Only when it is asked"],
];

/** Slack offers them among the commands, by their name. */
const SHORTCUT: Suggestion = {
  text: "Make a photo talk",
  about: "Shortcut: opens the form, which then asks where",
  insert: "",
  isShortcut: true,
};

export function suggest(
  text: string,
  caret: number,
  at: { appName: string; inThread: boolean },
): Suggestions | undefined {
  if (text.startsWith("/")) return at.inThread ? undefined : suggestCommand(text);
  const before = text.slice(0, caret);
  const [, typed] = /(?:^|\s)@([^@\n]*)$/.exec(before) ?? [];
  if (typed === undefined || !at.appName.toLowerCase().startsWith(typed.toLowerCase())) return undefined;
  if (typed === at.appName) return undefined;
  const app = { text: `@${at.appName}`, about: "App", insert: `@${at.appName} ` };
  return { from: caret - typed.length - 1, all: [app], firstIsMeant: true };
}

function suggestCommand(text: string): Suggestions | undefined {
  const typed = text.toLowerCase();
  const all = COMMANDS.filter(([command]) => command.startsWith(typed)).map(
    ([command, about]): Suggestion => ({ text: command, about, insert: command }),
  );
  if (SHORTCUT.text.toLowerCase().startsWith(typed.slice(1))) all.push(SHORTCUT);
  if (all.length === 0 || (all.length === 1 && all[0]?.text === text)) return undefined;
  const isWhole = all.some((each) => each.text === text.trim());
  return { from: 0, all, firstIsMeant: !isWhole };
}
