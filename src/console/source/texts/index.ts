// The catalogue in the language that is chosen; what calls t() is drawn anew when that changes.
import { language } from "../state/preferences.ts";
import { type TextKey, catalogue } from "./catalogue.ts";
import { type Values, fill } from "./text.ts";

export function t(key: TextKey, values: Values = {}): string {
  const chosen = language.value;
  return fill(catalogue[key][chosen === "fr" ? 1 : 0], values, chosen);
}

/** A text that depends on what the daemon says; without one the word of the daemon itself. */
export function named(prefix: "type" | "stall" | "group" | "outage" | "circuit" | "state" | "stage" | "role" | "word" | "duty" | "instance", value: string): string | null {
  const key = `${prefix}.${value}`;
  return Object.hasOwn(catalogue, key) ? t(key as TextKey) : null;
}

export type { TextKey };
