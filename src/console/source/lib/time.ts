// Instants as people read them, always with their zone. The daemon speaks UTC with milliseconds.

export type Zone = "utc" | "local";

export interface TimeStyle {
  zone: Zone;
  language: string;
}

/** English has the day before the month here, and 24 hours. */
export const localeOf = (language: string): string => (language === "en" ? "en-GB" : language);

/** What a zone is called at an instant: "UTC", or the browser's name of the local one ("UTC+1", "CET"). */
export function zoneName(at: Date, { zone, language }: TimeStyle): string {
  if (zone === "utc") return "UTC";
  const part = new Intl.DateTimeFormat(language, { timeZoneName: "short" }).formatToParts(at).find(({ type }) => type === "timeZoneName");
  return part?.value ?? "";
}

type Detail = "day" | "minute" | "second" | "millisecond";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(detail: Detail, { zone, language }: TimeStyle): Intl.DateTimeFormat {
  const key = `${detail} ${zone} ${language}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(localeOf(language), {
      year: "numeric", month: "short", day: "2-digit",
      ...(detail === "day" ? {} : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
      ...(detail === "second" || detail === "millisecond" ? { second: "2-digit" } : {}),
      ...(detail === "millisecond" ? { fractionalSecondDigits: 3 } : {}),
      ...(zone === "utc" ? { timeZone: "UTC" } : {}),
    });
    formats.set(key, made);
  }
  return made;
}

/** With the zone's name, but for whole days. Nonsense is given back as it came. */
export function formatInstant(instant: string, detail: Detail, style: TimeStyle): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const text = format(detail, style).format(at);
  return detail === "day" ? text : `${text} ${zoneName(at, style)}`;
}

/** For the narrow column of a list whose head names the zone: no year where it is this year's. */
export function formatShort(instant: string, style: TimeStyle, now = new Date()): { day: string; time: string } {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return { day: instant, time: "" };
  const language = localeOf(style.language);
  const zone = style.zone === "utc" ? { timeZone: "UTC" } : {};
  const sameYear = yearOf(at, style.zone) === yearOf(now, style.zone);
  const day = new Intl.DateTimeFormat(language, { day: "2-digit", month: "short", ...(sameYear ? {} : { year: "numeric" }), ...zone });
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", ...zone });
  return { day: day.format(at), time: time.format(at) };
}

const yearOf = (at: Date, zone: Zone) => (zone === "utc" ? at.getUTCFullYear() : at.getFullYear());

const steps: Array<[Intl.RelativeTimeFormatUnit, number]> = [
  ["year", 365 * 86400], ["month", 30 * 86400], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1],
];

/** "3 hours ago", "in 2 minutes". */
export function formatRelative(instant: string | number, language: string, now = Date.now()): string {
  const seconds = Math.round((new Date(instant).getTime() - now) / 1000);
  if (Number.isNaN(seconds)) return "";
  const [unit, size] = steps.find(([, each]) => Math.abs(seconds) >= each) ?? (["second", 1] as const);
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Two units at most: "450 ms", "12 s", "3 min 20 s", "2 h 05 min", "3 d 4 h". */
export function formatDuration(milliseconds: number, language = "en"): string {
  const sign = milliseconds < 0 ? "−" : "";
  const ms = Math.abs(milliseconds);
  const day = language === "fr" ? "j" : "d";
  const number = (value: number, digits = 0) => value.toLocaleString(language, { maximumFractionDigits: digits });
  if (ms < 10) return `${sign}${number(ms, 1)} ms`;
  if (ms < 1000) return `${sign}${number(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${sign}${number(seconds, 1)} s`;
  if (Math.round(seconds) < 60) return `${sign}${number(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${sign}${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return `${sign}${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${String(minutes % 60).padStart(2, "0")} min` : ""}`;
  const hours = Math.round(minutes / 60);
  return `${sign}${number(Math.floor(hours / 24))} ${day}${hours % 24 ? ` ${hours % 24} h` : ""}`;
}

/** The value of an <input type="datetime-local"> in the zone, for an instant; with seconds so that nothing is lost. */
export function toInput(instant: string, zone: Zone): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return "";
  const shifted = zone === "utc" ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

/** The instant that such a value means in the zone; null for none. */
export function fromInput(value: string, zone: Zone): string | null {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/.test(value)) return null;
  const full = value.length === 10 ? `${value}T00:00:00` : value;
  const at = new Date(zone === "utc" ? `${full.length === 16 ? `${full}:00` : full}Z` : full);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

export const periods = ["1h", "24h", "today", "7d", "30d", "90d"] as const;
export type Period = (typeof periods)[number];

const hours: Record<Exclude<Period, "today">, number> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720, "90d": 2160 };

/** When a period that ends now has begun. */
export function periodStart(period: Period, zone: Zone, now = new Date()): string {
  if (period === "today") return startOfDay(now, zone).toISOString();
  return new Date(now.getTime() - hours[period] * 3_600_000).toISOString();
}

export function startOfDay(at: Date, zone: Zone): Date {
  const day = new Date(at);
  if (zone === "utc") day.setUTCHours(0, 0, 0, 0);
  else day.setHours(0, 0, 0, 0);
  return day;
}

export function addDays(at: Date, days: number, zone: Zone): Date {
  const day = new Date(at);
  if (zone === "utc") day.setUTCDate(day.getUTCDate() + days);
  else day.setDate(day.getDate() + days);
  return day;
}

/** The first instants of a month ("2026-03") and of the next one, in UTC, as Universign's report counts. */
export function monthBounds(month: string): { from: string; to: string } {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  return { from: new Date(Date.UTC(year, number - 1, 1)).toISOString(), to: new Date(Date.UTC(year, number, 1)).toISOString() };
}

export function lastMonths(count: number, now = new Date()): string[] {
  return Array.from({ length: count }, (_, back) => {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    return month.toISOString().slice(0, 7);
  });
}

export function formatMonth(month: string, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { month: "long", year: "numeric", timeZone: "UTC" })
    .format(new Date(`${month}-01T00:00:00Z`));
}
