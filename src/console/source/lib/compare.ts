// What differs between two bodies, by JSON Pointer.
import { type JsonNode, scalars } from "./json.ts";

export interface Difference {
  pointer: string;
  before: JsonNode | null;
  after: JsonNode | null;
}

const same = (a: JsonNode, b: JsonNode) =>
  a.kind === b.kind && (a.kind === "string" ? a.value === (b as typeof a).value : "text" in a ? a.text === (b as typeof a).text : true);

/** Scalars that were added, removed or changed; in the order of the later body, removed ones at the end. */
export function differences(before: JsonNode, after: JsonNode): Difference[] {
  const old = new Map<string, JsonNode>();
  for (const { pointer, node } of scalars(before)) old.set(pointer, node);
  const found: Difference[] = [];
  for (const { pointer, node } of scalars(after)) {
    const earlier = old.get(pointer) ?? null;
    old.delete(pointer);
    if (!earlier || !same(earlier, node)) found.push({ pointer, before: earlier, after: node });
  }
  for (const [pointer, node] of old) found.push({ pointer, before: node, after: null });
  return found;
}
