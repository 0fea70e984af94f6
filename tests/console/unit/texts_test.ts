import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { catalogue } from "../../../src/console/source/texts/catalogue.ts";
import { fill, frenchSpaces } from "../../../src/console/source/texts/text.ts";

const all = Object.entries(catalogue);
const names = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

test("both languages fill in the same figures and names", () => {
  for (const [key, [english, french]] of all) {
    assert.deepEqual(names(french), names(english), key);
    assert.equal(french.split("|").length, english.split("|").length, key);
  }
});

test("no text stands twice under the same key", () => {
  const folder = new URL("source/texts/", pathToFileURL("./"));
  const keys = readdirSync(folder).flatMap((name) => [...readFileSync(new URL(name, folder), "utf8").matchAll(/^ {2}"([\w.-]+)": \[/gm)].map(([, key]) => key));
  assert.equal(keys.length, all.length);
});

test("every text is used", () => {
  const root = pathToFileURL("source"); // the tests run in src/console
  const files = (folder: URL): URL[] => readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    const url = new URL(`${folder.href}/${each.name}`);
    return each.isDirectory() ? (each.name === "texts" ? [] : files(url)) : [url];
  });
  const source = files(root).map((file) => readFileSync(file, "utf8")).join("\n");
  // Keys that are put together: where they begin with "prefix.${" the source has their ends, too; what the daemon names may be any of its group.
  const built = [...source.matchAll(/[`"]([\w.]+\.)\$\{/g)].map(([, prefix]) => prefix ?? "").concat("deliveries.probe_");
  const named = ["type", "stall", "group", "outage", "circuit", "state", "stage", "role", "word", "duty", "instance"].map((each) => `${each}.`);
  const isUsed = (key: string) => source.includes(`"${key}"`) || named.some((prefix) => key.startsWith(prefix))
    || built.some((prefix) => key.startsWith(prefix) && source.includes(`"${key.slice(prefix.length)}"`));
  assert.deepEqual(all.map(([key]) => key).filter((key) => !isUsed(key)), []);
});

test("French signs are never left alone at the end of a line", () => {
  assert.equal(frenchSpaces("Quoi ? Non : « oui » ; 99 % !"), "Quoi\u202f? Non\u00a0: «\u00a0oui\u00a0»\u202f; 99\u00a0%\u202f!");
  for (const [key, [, french]] of all) assert.doesNotMatch(frenchSpaces(french), /\S [:;!?%»]|« /, key);
});

test("French has its own apostrophe, and its own spaces before signs", () => {
  for (const [key, [, french]] of all) {
    assert.doesNotMatch(french, /'/, key);
    assert.doesNotMatch(french.replace(/https?:/g, ""), /[A-Za-zéè][;:!?](\s|$)/, key);
  }
});

test("figures are filled in as the language writes them", () => {
  assert.equal(fill("{n} event|{n} events", { n: 1 }, "en"), "1 event");
  assert.equal(fill("{n} event|{n} events", { n: 12_345 }, "en"), "12,345 events");
  assert.equal(fill("{n} envoi|{n} envois", { n: 0 }, "fr"), "0 envoi");
  assert.equal(fill("{a} and {b}", { a: "x" }, "en"), "x and {b}");
});

test("what is filled in is not filled in again", () => {
  assert.equal(fill("{a} {b}", { a: "{b}|", b: "y" }, "en"), "{b}| y");
});
