import assert from "node:assert/strict";
import test from "node:test";
import { addDays, formatDuration, formatInstant, formatRelative, formatShort, fromInput, lastMonths, monthBounds, periodStart, startOfDay, toInput, zoneName } from "../../../src/console/source/lib/time.ts";

process.env.TZ = "Europe/Paris";
const utc = { zone: "utc", language: "en" } as const;
const local = { zone: "local", language: "en" } as const;

test("an instant is told with its zone", () => {
  assert.equal(formatInstant("2026-03-02T09:05:07.042Z", "second", utc), "02 Mar 2026, 09:05:07 UTC");
  assert.equal(formatInstant("2026-03-02T09:05:07.042Z", "millisecond", utc), "02 Mar 2026, 09:05:07.042 UTC");
  assert.match(formatInstant("2026-03-02T09:05:07Z", "minute", local), /^02 Mar 2026, 10:05 (GMT\+1|CET)$/);
  assert.match(formatInstant("2026-07-02T09:05:07Z", "minute", local), /^02 Jul 2026, 11:05 (GMT\+2|CEST)$/);
  assert.equal(formatInstant("nonsense", "minute", utc), "nonsense");
  assert.equal(zoneName(new Date(), utc), "UTC");
});

test("a list leaves out the year that is this one", () => {
  const now = new Date("2026-06-01T00:00:00Z");
  assert.deepEqual(formatShort("2026-03-02T09:05:07Z", utc, now), { day: "02 Mar", time: "09:05:07" });
  assert.deepEqual(formatShort("2025-03-02T09:05:07Z", utc, now), { day: "02 Mar 2025", time: "09:05:07" });
});

test("what is typed means an instant in the zone, and is shown again as typed", () => {
  assert.equal(fromInput("2026-03-02T09:05", "utc"), "2026-03-02T09:05:00.000Z");
  assert.equal(fromInput("2026-03-02T09:05:10", "local"), "2026-03-02T08:05:10.000Z");
  assert.equal(fromInput("2026-07-02T09:05:10", "local"), "2026-07-02T07:05:10.000Z");
  assert.equal(fromInput("2026-03-02", "utc"), "2026-03-02T00:00:00.000Z");
  for (const wrong of ["", "tomorrow", "2026-13-40T00:00"]) assert.equal(fromInput(wrong, "utc"), null);
  for (const zone of ["utc", "local"] as const) assert.equal(toInput(fromInput("2026-07-02T09:05:10", zone)!, zone), "2026-07-02T09:05:10");
});

test("a day begins at midnight of the zone, also where the clock was changed", () => {
  const at = new Date("2026-03-29T12:00:00Z"); // summer time began this night
  assert.equal(startOfDay(at, "utc").toISOString(), "2026-03-29T00:00:00.000Z");
  assert.equal(startOfDay(at, "local").toISOString(), "2026-03-28T23:00:00.000Z");
  assert.equal(addDays(startOfDay(at, "local"), 1, "local").toISOString(), "2026-03-29T22:00:00.000Z");
  assert.equal(addDays(at, -7, "local").toISOString(), "2026-03-22T13:00:00.000Z");
  assert.equal(periodStart("today", "local", at), "2026-03-28T23:00:00.000Z");
  assert.equal(periodStart("7d", "local", at), "2026-03-22T12:00:00.000Z");
});

test("durations have two units at most", () => {
  const told = [0.4, 450, 4_200, 12_000, 59_600, 200_000, 3_600_000, 7_500_000, 86_400_000, 100_000_000, -61_000].map((each) => formatDuration(each));
  assert.deepEqual(told, ["0.4 ms", "450 ms", "4.2 s", "12 s", "1 min", "3 min 20 s", "1 h", "2 h 05 min", "1 d", "1 d 4 h", "−1 min 1 s"]);
  assert.equal(formatDuration(100_000_000, "fr"), "1 j 4 h");
});

test("relative times", () => {
  const now = Date.parse("2026-03-02T09:00:00Z");
  assert.equal(formatRelative("2026-03-02T06:00:00Z", "en", now), "3 hours ago");
  assert.equal(formatRelative("2026-03-02T09:02:30Z", "en", now), "in 2 minutes");
  assert.equal(formatRelative("nonsense", "en", now), "");
});

test("months are UTC's", () => {
  assert.deepEqual(monthBounds("2026-12"), { from: "2026-12-01T00:00:00.000Z", to: "2027-01-01T00:00:00.000Z" });
  assert.deepEqual(lastMonths(3, new Date("2026-01-31T23:59:00Z")), ["2026-01", "2025-12", "2025-11"]);
});
