// Every screen in both themes, in both languages, zoomed and narrow; what opens over them; events that mean harm.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accessible, fits, openPage, picture, settled } from "../support/page.mjs";
import { eventPath, missing, setStage } from "../support/stage.mjs";

describe("screens", { skip: missing, timeout: 600_000 }, () => {
  const stage = setStage({ past: { hostile: true } });
  const visit = (path, options = {}) => openPage(stage.browser, stage.base, { path, ...options });
  const all = () => [
    ["overview", "#/overview"],
    ["events", "#/events"],
    ["events-empty", "#/events?period=7d&q=nowhere&type=action"],
    ["events-drawer", `#/events?type=transaction&open=${stage.event.completed.id}&at=${stage.event.completed.endpoint}`],
    ["event-story", eventPath(stage.event.completed, "story")],
    ["event-body", eventPath(stage.event.completed, "body")],
    ["event-proof", eventPath(stage.event.completed, "proof")],
    ["event-deliveries", eventPath(stage.event.stalled, "deliveries")],
    ["event-routing", eventPath(stage.event.completed, "routing")],
    ["event-compare", eventPath(stage.event.completed, "compare")],
    ["event-token", eventPath(stage.event.key, "body")],
    ["event-none", "#/event/evt_none"],
    ["transaction-gap", `#/transactions/${stage.known.lost}`],
    ["transaction-late", `#/transactions/${stage.known.late}`],
    ["deliveries", "#/deliveries"],
    ["deliveries-waiting", "#/deliveries?state=pending"],
    ["handlers", "#/handlers"],
    ["missing", "#/lost"],
    ["consumption", "#/report"],
    ["settings", "#/settings"],
    ["unknown", "#/nowhere"],
  ];

  for (const [label, options] of [
    ["in light", { theme: "light" }],
    ["in dark and in French", { theme: "dark", language: "fr-FR" }],
    ["at 200 % zoom", { theme: "dark", size: [720, 450] }],
    ["at 360 pixels in French", { theme: "light", language: "fr-FR", size: [360, 780] }],
  ]) {
    test(`every screen is shown ${label} without a finding`, async (t) => {
      const { page, close } = await visit("#/overview", options);
      const suffix = `${options.theme}${options.size ? `-${options.size[0]}` : ""}${options.language ? "-fr" : ""}`;
      for (const [name, path] of all()) {
        await t.test(name, async () => {
          await page.evaluate((hash) => (location.hash = hash), path);
          await page.waitForTimeout(150);
          await settled(page);
          await picture(page, `${name}-${suffix}`);
          await fits(page, name);
          await accessible(page, name);
        });
      }
      await close();
    });
  }

  test("what opens over a screen is shown without a finding", async () => {
    const { page, close } = await visit("#/events");
    await page.keyboard.press("f");
    await page.getByRole("group", { name: "Filter", exact: true }).waitFor();
    await picture(page, "over-filters-light");
    await accessible(page, "filters");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await picture(page, "over-help-light");
    await accessible(page, "help");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "You and this page" }).click();
    await picture(page, "over-you-light");
    await accessible(page, "you");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /State of the daemon/ }).click();
    await picture(page, "over-health-light");
    await accessible(page, "health");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Copy as" }).click();
    await picture(page, "over-copy-as-light");
    await accessible(page, "copy as");
    await close();
  });

  test("hostile events are text and break nothing", async () => {
    const { page, close } = await visit("#/events?period=24h");
    for (const id of ["evt_<b>bold</b>&amp;'\"", `evt_${"L".repeat(251)}`, "evt_direction", "evt_numbers", "evt_deep", "evt_large", "evt_long_id"]) {
      for (const tab of ["story", "body", "proof", "deliveries", "compare"]) {
        await page.evaluate((hash) => (location.hash = hash), eventPath({ id, endpoint: "production" }, tab));
        await page.waitForTimeout(60);
        await settled(page);
        await fits(page, `${id} ${tab}`);
      }
      await page.evaluate((hash) => (location.hash = hash), eventPath({ id, endpoint: "production" }, "body"));
      await settled(page);
      await picture(page, `hostile-${id.replace(/\W/g, "").slice(0, 20)}-light`);
    }
    assert.equal(await page.locator("img, main script, main b:has-text('bold')").count(), 0);
    assert.ok(!(await page.title()).includes("broken"));
    await page.evaluate((hash) => (location.hash = hash), eventPath({ id: "evt_numbers", endpoint: "production" }, "body"));
    await page.getByText("123456789012345678901234567890.123456789012345678").waitFor();
    await page.evaluate((hash) => (location.hash = hash), eventPath({ id: "evt_direction", endpoint: "production" }, "body"));
    await page.getByText("\\u202egnp.exe").first().waitFor();
    await close();
  });
});
