import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { en } from "../../../src/console/source/texts/en.ts";
import { fr } from "../../../src/console/source/texts/fr.ts";
import { type Text, fill, frenchSpaces } from "../../../src/console/source/texts/text.ts";

const names = (text: Text) => [...new Set((typeof text === "string" ? text : text.join(" ")).match(/\{\w+\}/g) ?? [])].sort();

test("both languages have the same texts with the same figures in them", () => {
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en) as Array<keyof typeof en>) assert.deepEqual(names(fr[key]), names(en[key]), key);
});

test("every text is used", () => {
  const root = pathToFileURL("source"); // the tests run in src/console
  const files = (folder: URL): URL[] => readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    const url = new URL(`${folder.href}/${each.name}`);
    return each.isDirectory() ? files(url) : [url];
  });
  const source = files(root).filter(({ pathname }) => !pathname.endsWith("/en.ts") && !pathname.endsWith("/fr.ts")).map((file) => readFileSync(file, "utf8")).join("\n");
  // Keys that are put together: their beginnings stand in the source.
  const built = [...source.matchAll(/[`"]([\w.]+\.)\$\{/g)].map(([, prefix]) => prefix ?? "");
  const prefixes = [...built, ...["type", "stall", "group", "outage", "circuit", "state", "stage", "role", "word"].map((each) => `${each}.`), "deliveries.probe_"];
  const unused = Object.keys(en).filter((key) => !source.includes(`"${key}"`) && !prefixes.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unused, []);
});

test("French signs are never left alone at the end of a line", () => {
  assert.equal(frenchSpaces("Quoi ? Non : « oui » ; 99 % !"), "Quoi\u202f? Non\u00a0: «\u00a0oui\u00a0»\u202f; 99\u00a0%\u202f!");
  for (const [key, text] of Object.entries(fr)) {
    for (const one of typeof text === "string" ? [text] : text) assert.doesNotMatch(frenchSpaces(one), /\S [:;!?%»]|« /, key);
  }
});

test("no text in French uses a straight apostrophe", () => {
  for (const [key, text] of Object.entries(fr)) for (const one of typeof text === "string" ? [text] : text) assert.doesNotMatch(one, /'/, key);
});

test("figures are filled in as the language writes them", () => {
  const text = ["{n} event", "{n} events"] as const;
  assert.equal(fill(text, { n: 1 }, "en"), "1 event");
  assert.equal(fill(text, { n: 12_345 }, "en"), "12,345 events");
  assert.equal(fill(["{n} envoi", "{n} envois"], { n: 0 }, "fr"), "0 envoi");
  assert.equal(fill("{a} and {b}", { a: "x" }, "en"), "x and {b}");
});

test("what is filled in is not filled in again", () => {
  assert.equal(fill("{a} {b}", { a: "{b}", b: "y" }, "en"), "{b} y");
});
