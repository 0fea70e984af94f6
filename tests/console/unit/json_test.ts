import assert from "node:assert/strict";
import test from "node:test";
import { JsonError, at, deepest, parseJson, pointerStep, scalars, scalarText } from "../../../src/console/source/lib/json.ts";

test("numbers keep every digit", () => {
  const root = parseJson('{"a":123456789012345678901234567890.10,"b":-0,"c":1e-400}');
  assert.equal(scalarText(at(root, "/a")!), "123456789012345678901234567890.10");
  assert.equal(scalarText(at(root, "/b")!), "-0");
  assert.equal(scalarText(at(root, "/c")!), "1e-400");
});

test("members that stand twice are both kept", () => {
  const root = parseJson('{"a":1,"a":2}');
  assert.equal(root.kind === "object" && root.members.length, 2);
});

test("every value knows where it stands", () => {
  const text = ' { "é\\u0041" : [ "x\\"y" , true ] } ';
  const root = parseJson(text);
  const node = at(root, "/éA/0")!;
  assert.equal(text.slice(node.start, node.end), '"x\\"y"');
  assert.equal(scalarText(node), 'x"y');
});

test("pointers are escaped and found again", () => {
  assert.equal(pointerStep("a/b~c"), "/a~1b~0c");
  const root = parseJson('{"a/b~c":{"":[10,20]}}');
  assert.equal(scalarText(at(root, "/a~1b~0c//1")!), "20");
  assert.equal(at(root, "/a~1b~0c//01"), undefined);
  assert.equal(at(root, "/none"), undefined);
});

test("scalars are told in order with empty containers", () => {
  const told = [...scalars(parseJson('{"a":[1,{"b":null}],"c":{},"d":[]}'))].map(({ pointer }) => pointer);
  assert.deepEqual(told, ["/a/0", "/a/1/b", "/c", "/d"]);
});

test("a byte order mark is passed over", () => {
  assert.equal(parseJson("\ufeff[]").kind, "array");
});

for (const wrong of ["", "{", '{"a":}', "[1,]", "[1 2]", "01", "nul", '"\n"', "{} x", '"\\x"', "[1]]"]) {
  test(`no JSON is told as such: ${JSON.stringify(wrong)}`, () => {
    assert.throws(() => parseJson(wrong), (error: JsonError) => error.reason === "syntax");
  });
}

test("what nests too deep is refused before the stack ends", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assert.equal(parseJson(nested(deepest)).kind, "array");
  assert.throws(() => parseJson(nested(100_000)), (error: JsonError) => error.reason === "depth");
});
