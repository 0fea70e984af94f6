// Living with the daemon, and changing things: live, restarts, retries, replays, erasure.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { until } from "../support/daemon.mjs";
import { accessible, openPage, picture, settled } from "../support/page.mjs";
import { eventPath, missing, setStage } from "../support/stage.mjs";

describe("working", { skip: missing, timeout: 600_000 }, () => {
  const stage = setStage();
  const visit = (path, options = {}) => openPage(stage.browser, stage.base, { path, ...options });

  test("live shows what arrives, waits while somebody reads, and misses nothing through a restart", async () => {
    const { page, close } = await visit("#/events?live=1&type=transaction");
    await page.getByText("new events appear at the top").waitFor();
    const arrive = () => stage.daemon.send("transaction.lifecycle.created");
    const row = (id) => page.locator(`tr[data-key="production ${id}"]`);
    await row(await arrive()).waitFor();
    await picture(page, "events-live-light");

    await page.locator("tbody input[type=checkbox]").first().check();
    const held = [await arrive(), await arrive()];
    await page.getByText("2 new").waitFor();
    assert.equal(await row(held[0]).count(), 0);
    await picture(page, "events-live-paused-light");
    await page.getByRole("button", { name: /2 new/ }).click();
    await row(held[0]).waitFor();
    await row(held[1]).waitFor();

    await stage.daemon.stop();
    await page.locator(".banner").waitFor();
    await picture(page, "connection-lost-light");
    await accessible(page, "connection lost");
    await stage.daemon.start();
    const meanwhile = await arrive();
    await row(meanwhile).waitFor({ timeout: 30_000 });
    await page.locator(".banner").waitFor({ state: "detached" });
    await close();
  });

  test("what is typed survives a restart of the daemon", async () => {
    const { page, close } = await visit("#/settings");
    await page.getByLabel("Body (JSON)").fill('{"id":"evt_1"');
    await stage.daemon.stop();
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.locator(".banner").waitFor();
    await stage.daemon.start();
    await page.locator(".banner").waitFor({ state: "detached", timeout: 30_000 });
    assert.equal(await page.getByLabel("Body (JSON)").inputValue(), '{"id":"evt_1"');
    await close();
  });

  test("failed deliveries are given up with a reason, which stays", async () => {
    const { page, close } = await visit("#/deliveries");
    // A group asks for its number, too.
    const [{ handler, cause, deliveries, sample }] = (await stage.daemon.get("/v1/deliveries/groups")).data;
    assert.ok(deliveries > 1);
    const group = page.locator("table.triage tbody tr", { hasText: handler }).filter({ hasText: cause.slice(0, 40) }).first();
    await group.getByRole("button", { name: "Discard…" }).click();
    const dialog = page.getByRole("dialog");
    const confirm = dialog.getByRole("button", { name: /^Discard \d/ });
    assert.ok(await confirm.isDisabled());
    await dialog.getByLabel("Reason").fill("why");
    assert.ok(await confirm.isDisabled());
    await dialog.getByLabel(/Type the number/).fill(String(deliveries));
    assert.ok(await confirm.isEnabled());
    await picture(page, "over-discard-light");
    await accessible(page, "discard");
    await page.keyboard.press("Escape");
    // One alone does not.
    await page.evaluate((id) => (location.hash = `#/deliveries/${id}`), sample.id);
    await page.getByRole("button", { name: "Discard…" }).click();
    await dialog.getByLabel("Reason").fill("The customer has left <b>for good</b>.");
    await confirm.click();
    await page.getByText("The customer has left <b>for good</b>.").waitFor();
    assert.equal((await stage.daemon.get(`/v1/deliveries/${sample.id}`)).state, "discarded");
    await page.evaluate(() => (location.hash = "#/deliveries?state=discarded"));
    await page.locator(`tr[data-id="${sample.id}"]`).waitFor();
    await close();
  });

  test("deliveries are narrowed by when they were planned, with the keyboard, and the address keeps it", async () => {
    const { page, close } = await visit("#/deliveries?state=failed");
    const ids = async () => (await page.locator("tr[data-id]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.id))));
    const expected = async (query) => (await stage.daemon.get(`/v1/deliveries?state=failed&limit=50&${query}`)).data;
    const all = await expected("");
    const { planned } = all[Math.floor(all.length / 2)];
    await page.keyboard.press("f");
    await page.getByLabel(/^Before/).fill(planned.slice(0, 19));
    await page.keyboard.press("Tab");
    await settled(page);
    const before = new URLSearchParams(new URL(page.url()).hash.split("?")[1]).get("created_lt");
    const older = await expected(`created_lt=${before}`);
    assert.ok(older.every((each) => each.planned < before && each.id !== all[0].id));
    assert.deepEqual(await ids(), older.map(({ id }) => id));
    await picture(page, "over-period-light");
    await accessible(page, "deliveries by period");
    await page.getByRole("button", { name: "Last hour", exact: true }).click();
    await page.keyboard.press("Escape");
    await settled(page);
    assert.match(page.url(), /state=failed&period=1h|period=1h&state=failed/);
    await page.reload();
    await settled(page);
    await page.locator(".chip", { hasText: "Last hour" }).waitFor();
    await page.getByRole("button", { name: "Remove the filter Planned" }).click();
    await settled(page);
    assert.deepEqual(await ids(), all.map(({ id }) => id));
    await close();
  });

  test("a failing delivery is found, its cause read, retried, and seen to succeed", async () => {
    const { page, close } = await visit("#/overview");
    await page.getByRole("link", { name: /to signature-desk ha(s|ve) failed/ }).click();
    await settled(page);
    assert.match(decodeURIComponent(page.url()), /handler=signature-desk&cause=exit/);
    await page.locator("tr[data-id] th a.main").first().click();
    await settled(page);
    await page.getByText("cannot reach the signature desk").first().waitFor();
    writeFileSync(stage.daemon.repaired, "");
    const card = page.locator("section.delivery", { hasText: "signature-desk" });
    await card.getByRole("button", { name: "Retry" }).click();
    await card.getByText("Successful").waitFor({ timeout: 15_000 });
    await close();
  });

  test("triage probes one, then retries the group after asking for its number", async () => {
    const { page, close } = await visit("#/deliveries");
    const group = page.locator("table.triage tbody tr", { hasText: "crm" }).first();
    const cause = await group.locator("th .soft").first().innerText();
    const before = Number((await group.locator("td.number").innerText()).replace(/\D/g, ""));
    assert.ok(before > 2, `only ${before} have failed with ${cause}`);
    await group.getByRole("button", { name: "Retry one" }).click();
    await group.getByText("The probe went through").waitFor({ timeout: 20_000 });
    const button = group.getByRole("button", { name: /Retry all/ });
    await button.click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await picture(page, "over-retry-group-light");
    await accessible(page, "retry group");
    const count = (await dialog.getByText(/deliveries to crm run again/).innerText()).match(/\d+/)[0];
    assert.ok(await dialog.getByRole("button", { name: "Retry" }).isDisabled());
    await dialog.getByRole("textbox").fill(String(Number(count) + 1));
    assert.ok(await dialog.getByRole("button", { name: "Retry" }).isDisabled());
    await dialog.getByRole("textbox").fill(count);
    await dialog.getByRole("button", { name: "Retry" }).click();
    await dialog.waitFor({ state: "detached" });
    const left = async () => (await stage.daemon.get(`/v1/deliveries?state=failed&handler=crm&cause=${encodeURIComponent(cause)}`)).data.length;
    await until(async () => (await left()) === 0, "the group to succeed");
    await close();
  });

  test("a test event reaches one handler, and what it said is shown", async () => {
    const { page, close } = await visit("#/handlers");
    const card = page.locator("section.handler", { hasText: "audit" });
    await card.getByRole("button", { name: "Test…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Send" }).click();
    await dialog.getByText(/The handler took it in/).waitFor();
    await picture(page, "over-test-light");
    await accessible(page, "test event");
    await close();
  });

  test("what would be done is told: routes for a body, for a new configuration, and its mistakes", async () => {
    const { page, close } = await visit("#/settings");
    const { raw_body: body } = await stage.daemon.get(`/v1/events/${stage.event.stalled.id}?endpoint=${stage.event.stalled.endpoint}`);
    await page.getByLabel("Body (JSON)").fill(body);
    await page.getByRole("combobox", { name: "Endpoint" }).selectOption("production");
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.getByText(/Would be handed to: .*signature-desk/).waitFor();
    await picture(page, "settings-tried-light");
    const yaml = "endpoints: [{ name: production, path: /x, signature: { mode: disabled } }]\nhandlers: { only: { type: log } }\nroutes: [{ name: all, match: '*', handlers: [only] }]\n";
    await page.getByLabel("Configuration (YAML)").fill(yaml);
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.getByText("Would be handed to: only").waitFor();
    await page.getByLabel("Body (JSON)").fill("");
    await page.getByLabel("Configuration (YAML)").fill(yaml.replace("routes:", "rotues:"));
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.getByText(/did you mean "routes"/).waitFor();
    await page.getByText("3:1").waitFor();
    await close();
  });

  test("replay counts first, asks for the number, and then runs", async () => {
    const { page, close } = await visit("#/events?type=transaction.lifecycle.completed");
    await page.locator("tbody input[type=checkbox]").nth(0).check();
    await page.locator("tbody input[type=checkbox]").nth(1).click({ modifiers: ["Shift"] });
    await page.getByText("2 selected").waitFor();
    await page.getByRole("region", { name: "2 selected" }).getByRole("button", { name: "Replay…" }).click();
    const dialog = page.getByRole("dialog");
    const told = await dialog.getByText(/would run: [\d,]+ \(events: 2\)/).innerText();
    await picture(page, "over-replay-light");
    await dialog.getByRole("textbox").fill(told.match(/\d+/)[0]);
    await dialog.getByRole("button", { name: "Replay" }).click();
    await page.getByText(/deliveries are planned/).waitFor();
    await close();
  });

  test("an erasure is counted in a dry run and asks for the number", async () => {
    const { page, close } = await visit(`#/transactions/${stage.known.late}`);
    await page.getByRole("button", { name: "Erase…" }).click();
    const dialog = page.getByRole("dialog");
    const told = await dialog.getByText(/waiting deliveries that would fail/).innerText();
    await picture(page, "over-erase-light");
    await accessible(page, "erase");
    await dialog.getByRole("textbox").fill(told.match(/\d+/)[0]);
    await dialog.getByRole("button", { name: "Erase for good" }).click();
    await dialog.waitFor({ state: "detached" });
    const { data } = await stage.daemon.get(`/v1/events?transaction=${stage.known.late}&limit=1`);
    await page.evaluate((hash) => (location.hash = hash), eventPath(data[0], "body"));
    await page.getByText(/personal data are gone for good/).waitFor();
    await settled(page);
    await picture(page, "event-erased-light");
    await close();
  });
});
