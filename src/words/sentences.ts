import de from "./de.json" with { type: "json" };
import en from "./en.json" with { type: "json" };
import es from "./es.json" with { type: "json" };
import fr from "./fr.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };
import pt from "./pt.json" with { type: "json" };

/**
 * The one place of every sentence that people read in Slack: a file for each language, in ICU MessageFormat. English
 * is the measure: a key that another language lacks is an error of the types.
 */

export const LOCALES = ["en", "de", "fr", "es", "ja", "pt"] as const;
export type Locale = (typeof LOCALES)[number];

type Catalog = typeof en;
type Section = keyof Catalog;
/** "failure.photo_missing" */
export type Key = { [S in Section]: `${S}.${keyof Catalog[S] & string}` }[Section];

const catalogs: Readonly<Record<Locale, Catalog>> = { en, de, fr, es, ja, pt };

/** Undefined for a key that this version does not have. */
type Find = (key: string) => string | undefined;

export const sentences = {
  en: finder("en"),
  de: finder("de"),
  fr: finder("fr"),
  es: finder("es"),
  ja: finder("ja"),
  pt: finder("pt"),
} satisfies Readonly<Record<Locale, Find>>;

/** All there are, in the order of the file. */
export function keys(): readonly Key[] {
  return Object.entries(en).flatMap(([section, sentences]) =>
    // Object.keys gives string[], whatever the object.
    Object.keys(sentences).map((name) => `${section}.${name}` as Key),
  );
}

/** Slack's locale ("pt-BR", "es-LA") as one of ours; English for all that we do not have. */
export function localeFor(slackLocale: string | undefined): Locale {
  const language = slackLocale?.toLowerCase().split(/[-_]/)[0];
  return LOCALES.find((locale) => locale === language) ?? "en";
}

function finder(locale: Locale): Find {
  const flat = new Map<string, string>();
  for (const [section, sentences] of Object.entries(catalogs[locale]))
    for (const [name, sentence] of Object.entries(sentences)) flat.set(`${section}.${name}`, sentence);
  return (key) => flat.get(key);
}
