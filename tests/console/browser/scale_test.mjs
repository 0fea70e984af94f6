// A hundred thousand events, hostile ones among them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fits, openPage, settled } from "../support/page.mjs";
import { missing, setStage } from "../support/stage.mjs";

describe("scale", { skip: missing, timeout: 600_000 }, () => {
  const stage = setStage({ past: { events: 100_000, hostile: true } });
  const visit = (path, options = {}) => openPage(stage.browser, stage.base, { path, ...options });

  test("every screen is there, and asks for no list without a limit", async () => {
    const { page, close } = await visit("#/unknown");
    const asked = [];
    page.on("request", (request) => request.method() === "GET" && asked.push(new URL(request.url())));
    for (const path of ["#/overview", "#/events", "#/events?type=action&outcome=failed", "#/deliveries", "#/handlers", "#/lost", "#/report", "#/settings"]) {
      await page.evaluate((hash) => (location.hash = hash), path);
      await page.waitForTimeout(100);
      await settled(page);
      await fits(page, path);
      assert.equal(await page.locator("main .blank:has-text('could not be loaded')").count(), 0, path);
    }
    const lists = asked.filter(({ pathname }) => /^\/v1\/(events|deliveries|events\/gaps)$/.test(pathname));
    assert.ok(lists.length > 4);
    for (const url of lists) assert.ok(Number(url.searchParams.get("limit")) > 0, url.href);
    await close();
  });

  test("pages follow each other far down, and the whole is counted only when asked", async () => {
    const { page, close } = await visit("#/events");
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    for (let shown = 50; shown < 600; shown += 50) {
      await page.getByRole("button", { name: "Show more" }).click();
      await page.waitForFunction((n) => document.querySelectorAll("tbody tr").length === n, shown + 50);
    }
    const keys = await page.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.dataset.key));
    assert.equal(new Set(keys).size, 600);
    assert.ok(!asked.includes("/v1/events/count"));
    await page.getByRole("button", { name: "Count them all" }).click();
    const told = await page.getByText(/[\d,]+ events in all/).innerText();
    assert.ok(Number(told.replace(/\D/g, "")) > 90_000, told);
    await close();
  });

  test("a long list stays quick to work with", async () => {
    const { page, close } = await visit("#/events?period=30d");
    for (let n = 0; n < 10; n += 1) {
      await page.getByRole("button", { name: "Show more" }).click();
      await page.waitForFunction((rows) => document.querySelectorAll("tbody tr").length === rows, 100 + n * 50);
    }
    await page.getByRole("checkbox", { name: "Select all shown" }).check();
    await page.getByText("550 selected").waitFor();
    for (let n = 0; n < 20; n += 1) await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Event" }).getByRole("tab", { name: "Body" }).click();
    await settled(page);
    await close();
  });
});
