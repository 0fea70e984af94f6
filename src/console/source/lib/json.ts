// A JSON parser that loses nothing: numbers keep their digits, members their order and their doubles, and every value knows
// where it stands in the text. JSON.parse would round long numbers, and could not say which bytes to hide.

export type JsonNode =
  | { kind: "object"; start: number; end: number; members: JsonMember[] }
  | { kind: "array"; start: number; end: number; items: JsonNode[] }
  | { kind: "string"; start: number; end: number; value: string }
  | { kind: "number" | "literal"; start: number; end: number; text: string };

export interface JsonMember {
  name: string;
  value: JsonNode;
}

/** Deeper than people read and shallower than the stack. */
export const deepest = 256;

export class JsonError extends Error {
  constructor(
    readonly reason: "syntax" | "depth",
    readonly at: number,
  ) {
    super(`${reason} at ${at}`);
  }
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literalPattern = /true|false|null/y;
const stringPattern = /"(?:[^"\\]|\\.)*"/sy;
const blankPattern = /[ \t\r\n]*/y;

export function parseJson(text: string): JsonNode {
  // A byte order mark is no JSON, but some senders write it.
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;

  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return null;
    at = pattern.lastIndex;
    return found[0];
  };
  const skipBlanks = () => void take(blankPattern);
  const expect = (character: string) => {
    if (text[at] !== character) throw new JsonError("syntax", at);
    at += 1;
  };
  const string = (): { value: string; start: number; end: number } => {
    const start = at;
    const raw = take(stringPattern);
    if (raw === null) throw new JsonError("syntax", start);
    try {
      return { value: JSON.parse(raw) as string, start, end: at };
    } catch {
      throw new JsonError("syntax", start);
    }
  };
  // Reads what stands between brackets; `one` reads an element.
  const list = (close: string, one: () => void) => {
    at += 1;
    skipBlanks();
    if (text[at] !== close) {
      for (;;) {
        one();
        skipBlanks();
        if (text[at] !== ",") break;
        at += 1;
        skipBlanks();
      }
    }
    expect(close);
  };

  const value = (depth: number): JsonNode => {
    if (depth > deepest) throw new JsonError("depth", at);
    const start = at;
    const first = text[at];
    if (first === "{") {
      const members: JsonMember[] = [];
      list("}", () => {
        const name = string().value;
        skipBlanks();
        expect(":");
        skipBlanks();
        members.push({ name, value: value(depth + 1) });
      });
      return { kind: "object", start, end: at, members };
    }
    if (first === "[") {
      const items: JsonNode[] = [];
      list("]", () => items.push(value(depth + 1)));
      return { kind: "array", start, end: at, items };
    }
    if (first === '"') return { kind: "string", ...string() };
    const number = take(numberPattern);
    if (number !== null) return { kind: "number", start, end: at, text: number };
    const literal = take(literalPattern);
    if (literal !== null) return { kind: "literal", start, end: at, text: literal };
    throw new JsonError("syntax", at);
  };

  skipBlanks();
  const root = value(0);
  skipBlanks();
  if (at !== text.length) throw new JsonError("syntax", at);
  return root;
}

/** One step of a JSON Pointer (RFC 6901), escaped. */
export function pointerStep(name: string | number): string {
  return `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

export function member(node: JsonNode | undefined, name: string): JsonNode | undefined {
  if (node?.kind !== "object") return undefined;
  return node.members.find((each) => each.name === name)?.value;
}

export function at(node: JsonNode | undefined, pointer: string): JsonNode | undefined {
  let here = node;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (here?.kind === "array") here = /^(0|[1-9]\d*)$/.test(name) ? here.items[Number(name)] : undefined;
    else here = member(here, name);
  }
  return here;
}

/** The text of a scalar, as people read it. */
export function scalarText(node: JsonNode): string {
  if (node.kind === "string") return node.value;
  if (node.kind === "number" || node.kind === "literal") return node.text;
  return "";
}

/** Every scalar with its pointer, in the order of the text. */
export function* scalars(node: JsonNode, pointer = ""): Generator<{ pointer: string; node: JsonNode }> {
  if (node.kind === "object") {
    for (const { name, value } of node.members) yield* scalars(value, pointer + pointerStep(name));
    if (node.members.length === 0) yield { pointer, node };
  } else if (node.kind === "array") {
    for (const [index, item] of node.items.entries()) yield* scalars(item, pointer + pointerStep(index));
    if (node.items.length === 0) yield { pointer, node };
  } else {
    yield { pointer, node };
  }
}
