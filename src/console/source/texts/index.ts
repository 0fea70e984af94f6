// The catalogue in the language that is chosen; what calls t() is drawn anew when that changes.
import { language } from "../state/preferences.ts";
import { type Text, type TextKey, type Values, fill } from "./text.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";

const catalogues = { en: en as Record<TextKey, Text>, fr };

export function t(key: TextKey, values: Values = {}): string {
  const chosen = language.value;
  return fill(catalogues[chosen][key], values, chosen);
}

/** A text that depends on what the daemon says; without one the word of the daemon itself. */
export function named(prefix: "type" | "stall" | "group" | "outage" | "circuit" | "state" | "stage" | "role" | "word", value: string): string | null {
  const key = `${prefix}.${value}`;
  return Object.hasOwn(en, key) ? t(key as TextKey) : null;
}

export type { TextKey };
