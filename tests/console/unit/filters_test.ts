import assert from "node:assert/strict";
import test from "node:test";
import { activeFilters, filtersFrom, filtersTo, noFilters, notInStream, periodOf, queryOf, splitTypes, streamQuery, toggleType, without } from "../../../src/console/source/lib/filters.ts";

const now = new Date("2026-03-02T09:30:00.000Z");

test("filters go into the address and come back the same", () => {
  const filters = { ...noFilters, after: "2026-03-01T00:00:00.000Z", before: "2026-03-02T00:00:00.000Z", types: ["transaction", "!action.opened"], apiKey: "apk_1", endpoint: "production",
    transaction: "tx_1", text: "é & = ? # %", state: "completed", stalledReason: "signature_refusal", outcome: "failed" };
  assert.deepEqual(filtersFrom(new URLSearchParams(filtersTo(filters).toString())), filters);
});

test("a preset stands as itself in the address and as an instant in the query", () => {
  const filters = filtersFrom(new URLSearchParams("period=24h&created_gt=2020-01-01"));
  assert.equal(filters.period, "24h");
  assert.equal(filters.after, null);
  assert.equal(filtersTo(filters).toString(), "period=24h");
  assert.deepEqual(queryOf(filters, "utc", now), { created_gt: "2026-03-01T09:30:00.000Z" });
  assert.deepEqual(queryOf({ ...noFilters, period: "today" }, "utc", now), { created_gt: "2026-03-02T00:00:00.000Z" });
});

test("what makes no sense in an address is left out", () => {
  assert.deepEqual(filtersFrom(new URLSearchParams("period=eon&created_gt=yesterday&type=,!,&q=++&other=1")), noFilters);
});

test("types are split, and each stands once", () => {
  assert.deepEqual(splitTypes(" transaction.* , !action.opened,transaction.*,"), ["transaction.*", "!action.opened"]);
});

test("a type is included, excluded, and let go", () => {
  assert.deepEqual(toggleType([], "action"), ["action"]);
  assert.deepEqual(toggleType(["action", "apikey"], "!action"), ["apikey", "!action"]);
  assert.deepEqual(toggleType(["!action"], "!action"), []);
});

test("each active filter can be taken away", () => {
  const filters = { ...noFilters, period: "7d" as const, types: ["action"], text: "x" };
  assert.deepEqual(activeFilters(filters), ["period", "types", "text"]);
  let left = filters as typeof noFilters;
  for (const name of activeFilters(filters)) left = without(left, name);
  assert.deepEqual(left, noFilters);
});

test("a list that knows periods alone is asked for nothing else", () => {
  const filters = periodOf(filtersFrom(new URLSearchParams("state=failed&handler=crm&created_lt=2026-03-02T00:00:00Z&q=x")));
  assert.deepEqual(queryOf(filters, "utc"), { created_lt: "2026-03-02T00:00:00Z" });
  assert.deepEqual(activeFilters(filters), ["period"]);
  assert.deepEqual(periodOf({ ...noFilters, period: "24h", types: ["action"] }), { ...noFilters, period: "24h" });
});

test("the stream is asked for what it knows", () => {
  const filters = { ...noFilters, period: "7d" as const, types: ["action", "!action.opened"], endpoint: "production", text: "x" };
  assert.deepEqual(streamQuery(filters), { type: "action,!action.opened", endpoint: "production" });
  assert.deepEqual(notInStream(filters), ["period", "text"]);
});
