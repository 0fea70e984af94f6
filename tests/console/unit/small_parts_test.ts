import assert from "node:assert/strict";
import test from "node:test";
import { asCommand, asCurl } from "../../../src/console/source/lib/commands.ts";
import { differences } from "../../../src/console/source/lib/compare.ts";
import { toCsv } from "../../../src/console/source/lib/csv.ts";
import { destinationOf } from "../../../src/console/source/lib/ids.ts";
import { parseJson, scalarText } from "../../../src/console/source/lib/json.ts";
import { parseMetrics, quantile, sum } from "../../../src/console/source/lib/prometheus.ts";
import { messageReader } from "../../../src/console/source/lib/stream.ts";
import { shortened, visible } from "../../../src/console/source/lib/visible.ts";

test("an id leads to what it names, and any other text to a search", () => {
  assert.deepEqual(destinationOf(" evt_BDYvIcTC "), { to: "event", id: "evt_BDYvIcTC" });
  assert.deepEqual(destinationOf("tx_1"), { to: "transaction", id: "tx_1" });
  assert.deepEqual(destinationOf("apk_1"), { to: "api_key", id: "apk_1" });
  assert.deepEqual(destinationOf("#17"), { to: "delivery", id: "17" });
  assert.deepEqual(destinationOf("contract 2026"), { to: "text", text: "contract 2026" });
  assert.equal(destinationOf("  "), null);
});

test("what would not show as itself is written as an escape", () => {
  assert.equal(visible("a\u202eb\u200b\u0007\ud800é👍"), "a\\u202eb\\u200b\\u0007\\ud800é👍");
  assert.equal(visible("a\r\nb\tc", "lines"), "a\nb\tc");
  assert.equal(visible("a\nb"), "a\\u000ab");
});

test("a long id shows both of its ends", () => {
  assert.equal(shortened("abcdefghijklmnop", 10), "abcdef…nop");
  assert.equal(shortened("short", 10), "short");
});

test("the difference of two bodies is told by pointer", () => {
  const found = differences(parseJson('{"a":1,"b":{"c":"x"},"gone":true,"list":[1,2]}'), parseJson('{"a":1.0,"b":{"c":"x"},"list":[1],"new":null}'));
  const told = found.map(({ pointer, before, after }) => [pointer, before && scalarText(before), after && scalarText(after)]);
  assert.deepEqual(told, [["/a", "1", "1.0"], ["/new", null, "null"], ["/gone", "true", null], ["/list/1", "2", null]]);
});

test("CSV quotes, and lets no spreadsheet compute", () => {
  assert.equal(toCsv(["a", "b"], [["x,y", 'q"q'], ["=1+1", -5]]), 'a,b\r\n"x,y","q""q"\r\n\'=1+1,-5\r\n');
});

test("commands quote what a shell would read", () => {
  assert.equal(asCommand("http://127.0.0.1:8081/", "events list", { type: "transaction.*,!action.opened", q: "it's", cursor: "1" }), "universign-webhookd events list --type 'transaction.*,!action.opened' --text 'it'\\''s'");
  assert.equal(asCommand("https://ops.example/hooks/", "events show", { endpoint: "production" }, "evt_1"), "universign-webhookd events show --admin https://ops.example/hooks evt_1 --endpoint production");
});

test("a token never stands in a command, only its variable", () => {
  const curl = asCurl("http://127.0.0.1:8081/", "POST", "/v1/deliveries/1/retry", { a: "b'c" }, true);
  assert.equal(curl, "curl -sS -H \"Authorization: Bearer $UNIVERSIGN_WEBHOOKD_TOKEN\" -X POST 'http://127.0.0.1:8081/v1/deliveries/1/retry?a=b%27c'");
});

test("the API is found under a proxy's prefix", () => {
  assert.match(asCurl("https://host/prefix/", "GET", "/v1/events", {}, false), /'https:\/\/host\/prefix\/v1\/events'$/);
});

test("metrics are read, summed, and give quantiles", () => {
  const samples = parseMetrics('# HELP x\nx_total{a="1",b="q\\"\\n"} 3\nx_total{a="2"} 4\nh_bucket{le="0.001"} 50\nh_bucket{le="0.01"} 100\nh_bucket{le="+Inf"} 100\n');
  assert.equal(samples[0]?.labels.b, 'q"\n');
  assert.equal(sum(samples, "x_total"), 7);
  assert.equal(sum(samples, "none"), null);
  assert.equal(quantile(samples, "h", 0.5), 0.001);
  assert.ok(Math.abs((quantile(samples, "h", 0.75) ?? 0) - 0.0055) < 1e-12);
  assert.equal(quantile([], "h", 0.5), null);
});

test("a stream is cut into messages wherever its pieces end", () => {
  const text = ": hello\n\nid: 7\n\nid: 8\ndata: {\"a\":\ndata: 1}\n\nevent: reset\r\ndata: another database\r\n\r\n";
  for (let size = 1; size < 12; size += 1) {
    const read = messageReader();
    const messages = [];
    for (let from = 0; from < text.length; from += size) messages.push(...read(text.slice(from, from + size)));
    assert.deepEqual(messages.map(({ id, event, data }) => [id, event, data]), [["7", "message", ""], ["8", "message", '{"a":\n1}'], [null, "reset", "another database"]], `pieces of ${size}`);
  }
});
