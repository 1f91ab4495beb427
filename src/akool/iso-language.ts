/** What AKOOL says of a voice's language: `locale` "pl", "pt-BR" or "cmn-CN"; `language` "Polish" or "Chinese (Mandarin)". */
export interface NamedLanguage {
  readonly locale?: string | undefined;
  readonly language?: string | undefined;
}

/** ISO 639-1, where what AKOOL says is one or has one. */
export function isoLanguage({ locale, language }: NamedLanguage): string | undefined {
  return codeOfLocale(locale) ?? codeOfName(language) ?? codeOfLocale(language);
}

const names = new Intl.DisplayNames("en", { type: "language", fallback: "none" });
let codesByName: ReadonlyMap<string, string> | undefined;

function codeOfLocale(locale: string | undefined): string | undefined {
  try {
    // "cmn_CN" is written "zh-CN", and "iw" is "he".
    const { language } = new Intl.Locale((locale ?? "").trim().replaceAll("_", "-"));
    return language.length === 2 && names.of(language) !== undefined ? language : undefined;
  } catch {
    return undefined; // no locale
  }
}

function codeOfName(name: string | undefined): string | undefined {
  const plain = (name ?? "")
    .replace(/\(.*?\)/g, "")
    .trim()
    .toLowerCase();
  codesByName ??= nameTable();
  return codesByName.get(plain);
}

/** "polish" → "pl", for every code of two letters that is in use. */
function nameTable(): ReadonlyMap<string, string> {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const table = new Map<string, string>();
  for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
    const name = codeOfLocale(code) === code ? names.of(code) : undefined;
    if (name !== undefined) table.set(name.toLowerCase(), code);
  }
  return table;
}
