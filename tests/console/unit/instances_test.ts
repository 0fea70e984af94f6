import assert from "node:assert/strict";
import test from "node:test";
import type { Instance } from "../../../src/console/generated/api.ts";
import { oddOnes, sharedNames, silentOnes } from "../../../src/console/source/lib/instances.ts";

const instance = (name: string, fingerprint: string, changes: Partial<Instance> = {}): Instance => ({
  object: "instance", name, shares_name: false, answers: false, state: "running", version: "1.0.0", since: "2026-03-02T08:00:00Z",
  last_heartbeat: "2026-03-02T09:00:00Z", fingerprint, differs: false, in_flight: 0, leads: [], ...changes,
});

const namesOf = (all: Instance[]): string[] => all.map(({ name }) => name);

test("who runs with another configuration than most is named, also where it is the one that answers", () => {
  assert.deepEqual(oddOnes([]), []);
  assert.deepEqual(namesOf(oddOnes([instance("a", "1", { answers: true }), instance("b", "1")])), []);
  assert.deepEqual(namesOf(oddOnes([instance("a", "1", { answers: true }), instance("b", "2"), instance("c", "2")])), ["a"]);
  assert.deepEqual(namesOf(oddOnes([instance("a", "1"), instance("b", "2"), instance("c", "1"), instance("d", "3")])), ["b", "d"]);
});

test("in a draw the one that answers counts more", () => {
  assert.deepEqual(namesOf(oddOnes([instance("a", "1"), instance("b", "2", { answers: true })])), ["a"]);
});

test("what an instance had that does not run any more is no difference", () => {
  const all = [instance("a", "1", { answers: true }), instance("b", "2", { state: "stopped" }), instance("c", "3", { state: "gone" })];
  assert.deepEqual(oddOnes(all), []);
  assert.deepEqual(silentOnes(all).map(({ name }) => name), ["c"]);
});

test("a name that several have is told once, and of two with one name the odd one is known", () => {
  const all = [instance("a", "1", { answers: true, shares_name: true }), instance("a", "2", { shares_name: true }), instance("b", "1")];
  assert.deepEqual(sharedNames(all), ["a"]);
  assert.deepEqual(oddOnes(all), [all[1]]);
});
