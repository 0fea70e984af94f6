// How a text gets its figures and names, and its French spaces.

export type Texts = Record<string, readonly [english: string, french: string]>;
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

function isOne(n: number, language: string): boolean {
  let rules = plurals.get(language);
  if (!rules) plurals.set(language, (rules = new Intl.PluralRules(language)));
  return rules.select(n) === "one";
}

/** `text` may be "one|other". What is filled in is not looked into again. */
export function fill(text: string, values: Values, language: string): string {
  const [one = "", other = one] = text.split("|");
  let chosen = isOne(Number(values.n), language) ? one : other;
  if (language === "fr") chosen = frenchSpaces(chosen);
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });
}
