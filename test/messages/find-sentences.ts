import { parseAst } from "rolldown/parseAst";

/** Whatever may be read by a person: two words, or one that begins like a label. */
const READABLE = /\p{L}{2}[^\p{L}]*\s[^\p{L}]*\p{L}|^\P{L}*\p{Lu}\p{Ll}{3,}\P{L}*$/u;
const LOG: ReadonlySet<unknown> = new Set(["info", "warn", "error", "debug"]);

type Node = Readonly<Record<string, unknown>>;

/**
 * What a source says to people, as it stands there: each text in quotes, and each piece of a template between two
 * values. What goes to the log, into an error or into a type is not for them.
 */
export function findSentences(source: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (!isNode(value) || isForPrograms(value)) return;
    const text = textOf(value);
    if (READABLE.test(text)) found.push(text);
    for (const part of Object.values(value)) visit(part);
  };
  visit(parseAst(source, { lang: "ts" }).body);
  return found;
}

function textOf({ type, value }: Node): string {
  const text = type === "TemplateElement" && isNode(value) ? value.cooked : type === "Literal" ? value : "";
  return typeof text === "string" ? text : "";
}

function isForPrograms({ type, callee }: Node): boolean {
  if (typeof type !== "string") return false;
  if (type.startsWith("Import")) return true;
  // `x as T`, `x satisfies T` and `x!` hold an x.
  if (type.startsWith("TS")) return !/^TS(As|Satisfies|NonNull)/.test(type);
  if (!isNode(callee)) return false;
  if (type === "NewExpression") return /(Error|Problem)$/.test(String(callee.name));
  return type === "CallExpression" && isNode(callee.property) && LOG.has(callee.property.name);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}
