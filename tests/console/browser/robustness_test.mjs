// A slow link, hasty clicks, and a daemon that knows more than the page.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../support/daemon.mjs";
import { openPage, settled } from "../support/page.mjs";
import { eventPath, missing, setStage } from "../support/stage.mjs";

describe("robustness", { skip: missing, timeout: 300_000 }, () => {
  const stage = setStage({ past: { days: 15, events: 600 } });
  const visit = (path, options = {}) => openPage(stage.browser, stage.base, { path, ...options });

  /** Every answer takes 200 ms longer. */
  const slowly = async (page) => page.route("**/v1/**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    await route.continue().catch(() => {}); // the page may have gone
  });
  const posts = (page) => {
    const sent = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(new URL(request.url()).pathname));
    return sent;
  };

  test("over a slow link each part says that it loads, and then is there", async () => {
    const { page, close } = await visit("#/unknown");
    await slowly(page);
    for (const path of ["#/events", "#/deliveries", "#/handlers", "#/lost", eventPath(stage.event.completed, "story"), `#/transactions/${stage.known.completed}`]) {
      await page.evaluate((hash) => (location.hash = hash), path);
      await page.locator("main [aria-busy=true]").first().waitFor({ state: "attached" });
      await settled(page);
      assert.equal(await page.locator("main .blank:has-text('could not be loaded')").count(), 0, path);
    }
    await close();
  });

  test("over a slow link a hasty second click sends nothing a second time", async () => {
    const { page, close } = await visit(eventPath({ id: stage.failed.event, endpoint: stage.failed.endpoint }, "deliveries"));
    await slowly(page);
    const sent = posts(page);
    const retry = page.locator("section.delivery", { hasText: stage.failed.handler }).filter({ hasText: "Failed" }).getByRole("button", { name: "Retry" });
    await retry.evaluate((button) => { button.click(); button.click(); });
    await page.keyboard.press("r");
    await page.getByText("It waits for its turn.").waitFor();
    assert.deepEqual(sent.filter((path) => path.endsWith("/retry")).length, 1);

    await page.evaluate(() => (location.hash = "#/events?type=transaction.lifecycle.completed"));
    await settled(page);
    await page.locator("tbody input[type=checkbox]").first().check();
    await page.getByRole("region", { name: "1 selected" }).getByRole("button", { name: "Replay…" }).click();
    const dialog = page.getByRole("dialog");
    const told = await dialog.getByText(/\(events: 1\)/).innerText();
    const number = told.match(/\d+/)[0];
    if (Number(number) > 1) await dialog.getByRole("textbox").fill(number);
    sent.length = 0;
    await dialog.getByRole("button", { name: "Replay" }).evaluate((button) => { button.click(); button.click(); });
    await dialog.waitFor({ state: "detached" });
    assert.equal(sent.length, 1);
    await close();
  });

  test("the slower of two answers never takes the place of the newer question's", async () => {
    const { page, close } = await visit("#/unknown");
    await page.route("**/v1/events?*", async (route) => {
      const late = route.request().url().includes("type=action");
      await new Promise((resolve) => setTimeout(resolve, late ? 600 : 50));
      await route.continue().catch(() => {});
    });
    await page.evaluate(() => (location.hash = "#/events?type=action"));
    await page.waitForTimeout(100);
    await page.evaluate(() => (location.hash = "#/events?type=transaction.lifecycle.completed"));
    await settled(page);
    await page.waitForTimeout(800);
    const types = await page.locator("tbody th").allInnerTexts();
    assert.ok(types.length > 0 && types.every((text) => text.includes("Transaction completed")));
    await close();
  });

  test("fields, states and types that the page does not know are shown or passed over, and break nothing", async () => {
    const { page, close } = await visit("#/unknown");
    const changed = (pattern, change) => page.route(pattern, async (route) => {
      const response = await route.fetch().catch(() => null);
      if (!response) return;
      const body = await response.json();
      change(body);
      await route.fulfill({ response, json: body }).catch(() => {});
    });
    await changed("**/v1/events?*", (list) => list.data.forEach((event) => Object.assign(event, { type: "contract.teleported", state: "frozen", instances: [{ deep: { er: 1 } }], flux: null })));
    await changed("**/v1/handlers", (list) => list.data.forEach((handler) => Object.assign(handler, { circuit: "melted", mood: "fine" })));
    await changed("**/v1/deliveries?*", (list) => list.data.forEach((delivery) => Object.assign(delivery, { state: "paused", lane: 3 })));
    await changed("**/readyz", (ready) => Object.assign(ready, { cluster: { leader: "a" }, store: "replicating" }));
    await changed("**/v1/instances", (list) => list.data.push({ ...list.data[0], name: "other", answers: false, state: "hibernating", leads: ["levitation"] }));
    for (const [path, text] of [["#/events", "contract.teleported"], ["#/handlers", "melted"], ["#/deliveries", "paused"], ["#/settings", "hibernating"]]) {
      await page.evaluate((hash) => (location.hash = hash), path);
      await page.getByText(text).first().waitFor();
      await settled(page);
    }
    assert.equal(await page.getByText("This part of the page has failed").count(), 0);
    await close();
  });

  test("a search that takes too long says what makes it shorter", async () => {
    const { page, close } = await visit("#/unknown");
    const detail = "The search took too long: narrow it, by a period for instance.";
    await page.route("**/v1/events?*", (route) => route.fulfill({
      status: 503, contentType: "application/problem+json", headers: { "Retry-After": "5" }, json: { type: "about:blank", title: "Service Unavailable", status: 503, detail },
    }));
    await page.evaluate(() => (location.hash = "#/events?q=x"));
    await page.getByText(`${detail} Try again in 5 s.`).waitFor();
    await close();
  });

  test("a daemon that is killed without a goodbye is told, and work goes on where it was", async () => {
    const { page, close } = await visit("#/events?type=transaction");
    await page.keyboard.press("f");
    const text = page.getByLabel("Text in ids and metadata");
    await text.fill("half a wo");
    await stage.daemon.stop("SIGKILL");
    await page.evaluate(() => dispatchEvent(new Event("online"))); // a laptop that wakes up
    await page.locator(".banner").waitFor();
    await stage.daemon.start();
    await page.locator(".banner").waitFor({ state: "detached", timeout: 30_000 });
    assert.equal(await text.inputValue(), "half a wo");
    await text.press("Enter");
    await until(async () => page.url().includes("q=half"), "the filter to count");
    await close();
  });
});
