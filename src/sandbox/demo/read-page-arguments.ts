/** Whether `npm run demo` is to show the page, and how. */
import { parseArgs } from "node:util";

export type PageOrder =
  | { readonly type: "page"; readonly port: number; readonly open: boolean }
  /** A sentence about what is of no use. */
  | { readonly type: "unusable"; readonly why: string };

const ITS_OWN = /^--(page|port|no-open)(=|$)/;
const WITH_PAGE = "npm run demo -- --page --port 3100 --no-open";

/** Undefined where it is about something else: files, help, or no terminal to leave the page from. */
export function readPageArguments(args: readonly string[], isTerminal: boolean): PageOrder | undefined {
  if (args.length === 0) return isTerminal ? { type: "page", port: 0, open: true } : undefined;
  if (!args.some((argument) => ITS_OWN.test(argument))) return undefined;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        page: { type: "boolean" },
        port: { type: "string", default: "0" },
        "no-open": { type: "boolean", default: false },
      },
    });
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      return { type: "unusable", why: `--port takes a number up to 65535: ${WITH_PAGE}` };
    return { type: "page", port, open: !values["no-open"] };
  } catch {
    return { type: "unusable", why: `The page takes no files; drop them into it: ${WITH_PAGE}` };
  }
}
