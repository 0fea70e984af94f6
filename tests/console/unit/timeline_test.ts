import assert from "node:assert/strict";
import test from "node:test";
import type { Event, Gap } from "../../../src/console/generated/api.ts";
import { stageOf, timeline } from "../../../src/console/source/lib/timeline.ts";

const event = (id: string, type: string, created: string, received = created) => ({ id, type, created: `2026-03-02T${created}Z`, received: `2026-03-02T${received}Z`, endpoint: "production" }) as Event;
const gap = (missing: string, evidence: string, before: string) => ({ missing, evidence, sent_before: `2026-03-02T${before}Z`, endpoint: "production" }) as Gap;

const told = (entries: ReturnType<typeof timeline>) => entries.map((entry) => (entry.kind === "event" ? entry.event.id : `missing ${entry.gap.missing}`));

test("events stand in the order in which they happened, whatever the order of arrival", () => {
  const entries = timeline([event("b", "transaction.lifecycle.started", "10:05:00", "10:05:01"), event("a", "transaction.lifecycle.created", "10:00:00", "10:00:01")], []);
  assert.deepEqual(told(entries), ["a", "b"]);
  assert.deepEqual(entries.map((entry) => entry.kind === "event" && entry.elapsed), [null, 300_000]);
});

test("a hole stands before the event that tells of it", () => {
  const events = [event("a", "transaction.lifecycle.created", "10:00:00"), event("c", "transaction.lifecycle.completed", "12:00:00")];
  assert.deepEqual(told(timeline(events, [gap("transaction.lifecycle.started", "c", "12:00:00")])), ["a", "missing transaction.lifecycle.started", "c"]);
});

test("a hole at the end stands at the end", () => {
  const events = [event("a", "transaction.lifecycle.started", "10:00:00")];
  assert.deepEqual(told(timeline(events, [gap("transaction.lifecycle.expired", "other", "18:00:00")])), ["a", "missing transaction.lifecycle.expired"]);
});

test("a missing start stands before the first action, however late it is known", () => {
  const events = [event("a", "transaction.lifecycle.created", "10:00:00"), event("b", "action.opened", "10:05:00"), event("c", "transaction.lifecycle.completed", "12:00:00")];
  assert.deepEqual(told(timeline(events, [gap("transaction.lifecycle.started", "c", "12:00:00")])), ["a", "missing transaction.lifecycle.started", "b", "c"]);
});

test("a missing end that an earlier event tells of stands after it", () => {
  const events = [event("a", "transaction.lifecycle.created", "10:00:00"), event("b", "transaction.lifecycle.started", "10:05:00"), event("c", "action.closed", "11:00:00")];
  assert.deepEqual(told(timeline(events, [gap("transaction.lifecycle.expired", "b", "18:00:00")])), ["a", "b", "c", "missing transaction.lifecycle.expired"]);
});

test("two holes known from one event stand in their order", () => {
  const events = [event("c", "transaction.lifecycle.completed", "12:00:00")];
  assert.deepEqual(told(timeline(events, [gap("two", "c", "12:00:00"), gap("one", "c", "11:00:00")])), ["missing one", "missing two", "c"]);
});

test("what came late and what was overtaken are marked", () => {
  const entries = timeline([
    event("a", "transaction.lifecycle.created", "10:00:00", "10:00:01"),
    event("b", "transaction.lifecycle.started", "10:01:00", "11:31:00"),
    event("c", "action.opened", "10:02:00", "10:02:01"),
  ], []);
  const marks = entries.map((entry) => entry.kind === "event" && [entry.event.id, entry.late, entry.overtaken]);
  assert.deepEqual(marks, [["a", null, false], ["b", 5_400_000, true], ["c", null, false]]);
});

test("an event without a date of creation stands where it arrived", () => {
  const without = { ...event("x", "t", "10:01:30"), created: null } as Event;
  assert.deepEqual(told(timeline([event("b", "t", "10:02:00"), without, event("a", "t", "10:01:00")], [])), ["a", "x", "b"]);
});

test("the stage is that of the latest event that tells one", () => {
  assert.equal(stageOf([]), null);
  assert.equal(stageOf([event("a", "transaction.lifecycle.created", "10:00:00"), event("b", "action.reminder.sent", "11:00:00")]), "created");
  assert.equal(stageOf([event("b", "action.stalled", "11:00:00"), event("a", "transaction.lifecycle.started", "10:00:00")]), "stalled");
});
