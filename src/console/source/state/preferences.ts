// What a person has chosen for this browser. Nothing here is a secret.
import { effect, signal } from "@preact/signals";
import type { TimeStyle, Zone } from "../lib/time.ts";

export type Language = "en" | "fr";
export type Theme = "auto" | "light" | "dark";

function stored<T extends string>(name: string, allowed: readonly T[], otherwise: T) {
  let first = otherwise;
  try {
    const kept = localStorage.getItem(`console.${name}`);
    if (allowed.includes(kept as T)) first = kept as T;
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
  const choice = signal<T>(first);
  effect(() => {
    try {
      localStorage.setItem(`console.${name}`, choice.value);
    } catch {
      // As above.
    }
  });
  return choice;
}

const browserLanguage = typeof navigator !== "undefined" && navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";

export const language = stored<Language>("language", ["en", "fr"], browserLanguage);
export const theme = stored<Theme>("theme", ["auto", "light", "dark"], "auto");
export const zone = stored<Zone>("zone", ["utc", "local"], "local");

/** A number as the language writes it. */
export const amount = (n: number): string => n.toLocaleString(language.value);

export const timeStyle = (): TimeStyle => ({ zone: zone.value, language: language.value });

effect(() => {
  if (typeof document === "undefined") return;
  document.documentElement.lang = language.value;
  document.documentElement.dataset.theme = theme.value;
});
