// How a text gets its figures and names, and its French spaces.
import type { en } from "./en.ts";

export type Text = string | readonly [one: string, other: string];
export type TextKey = keyof typeof en;
export type Values = Record<string, string | number>;

/** French typography: no break before ; : ! ? % and inside « »; a narrow space but before the colon. */
export function frenchSpaces(text: string): string {
  return text
    .replace(/ ([;!?])/g, "\u202f$1")
    .replace(/ ([:%])/g, "\u00a0$1")
    .replace(/« /g, "«\u00a0")
    .replace(/ »/g, "\u00a0»");
}

const plurals = new Map<string, Intl.PluralRules>();

export function fill(text: Text, values: Values, language: string): string {
  let chosen: string;
  if (typeof text === "string") chosen = text;
  else {
    let rules = plurals.get(language);
    if (!rules) plurals.set(language, (rules = new Intl.PluralRules(language)));
    chosen = rules.select(Number(values.n)) === "one" ? text[0] : text[1];
  }
  if (language === "fr") chosen = frenchSpaces(chosen);
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });
}
