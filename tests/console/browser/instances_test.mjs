// Daemons that share a database, as the API tells of them: one is a line, of several it is plain which needs somebody.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accessible, fits, openPage, picture, settled } from "../support/page.mjs";
import { missing, setStage } from "../support/stage.mjs";

const instance = (name, changes = {}) => ({
  object: "instance", name, shares_name: false, answers: false, state: "running", version: "1.0.0", since: "2026-03-02T08:00:00.000Z",
  last_heartbeat: new Date().toISOString(), fingerprint: "5f0c2d9e81b7a364", differs: false, in_flight: 0, leads: [], ...changes,
});
const three = [
  instance("web-1", { answers: true, in_flight: 3, leads: ["retention", "orphans"] }),
  instance("web-2", { fingerprint: "c41f7a0e93d2b856", differs: true }),
  instance(`web-<b>3</b>-${"x".repeat(60)}`, { state: "gone", last_heartbeat: new Date(Date.now() - 720_000).toISOString() }),
];

describe("instances", { skip: missing, timeout: 300_000 }, () => {
  const stage = setStage({ past: { days: 15, events: 600 } });
  const visit = (path, options = {}) => openPage(stage.browser, stage.base, { path, ...options });
  const tell = (page, data, drift) => page.route("**/v1/instances", (route) => route.fulfill({ json: { object: "list", data, has_more: false, drift } }));
  const look = async (page, path) => {
    await page.evaluate((hash) => (location.hash = hash), path);
    await page.waitForTimeout(150);
    await settled(page);
  };

  test("a daemon alone is one line", async () => {
    const { page, close } = await visit("#/settings");
    const [{ version }] = (await stage.daemon.get("/v1/instances")).data;
    await page.getByText("One instance: ").waitFor();
    assert.ok((await page.getByText("One instance: ").innerText()).includes(version));
    assert.equal(await page.getByRole("heading", { name: "Instances" }).count(), 0);
    await close();
  });

  for (const [label, options] of [
    ["in light", { theme: "light" }],
    ["in dark and in French", { theme: "dark", language: "fr-FR" }],
    ["at 360 pixels in French", { theme: "light", language: "fr-FR", size: [360, 780] }],
  ]) {
    test(`several are shown ${label} with what needs somebody`, async () => {
      const { page, close } = await visit("#/unknown", options);
      const suffix = `${options.theme}${options.size ? `-${options.size[0]}` : ""}${options.language ? "-fr" : ""}`;
      await tell(page, three, true);
      for (const [name, path] of [["instances", "#/settings"], ["instances-overview", "#/overview"]]) {
        await look(page, path);
        await picture(page, `${name}-${suffix}`);
        await fits(page, name);
        await accessible(page, name);
      }
      await close();
    });
  }

  test("drift and silence lead from the overview to the instance and to what is to be done", async () => {
    const { page, close } = await visit("#/unknown");
    await tell(page, three, true);
    await look(page, "#/overview");
    await page.getByText(/The instance web-<b>3<\/b>.* is silent/).waitFor();
    const drift = page.getByRole("link", { name: /1 instance runs with another configuration/ });
    assert.ok((await drift.innerText()).includes("web-2"));
    await drift.focus();
    await page.keyboard.press("Enter");
    await settled(page);
    const row = (name) => page.locator("section.card tbody tr", { has: page.getByRole("rowheader", { name: new RegExp(name) }) });
    await page.getByText(/Bring the same files to every instance/).waitFor();
    await page.getByText(/look at its machine/).waitFor();
    await row("web-2").getByText("differs", { exact: true }).waitFor();
    assert.equal(await row("web-1").getByText("differs", { exact: true }).count(), 0);
    await row("web-1").getByText("answers this page").waitFor();
    await row("web-1").getByText("purging by age, deliveries of removed handlers").waitFor();
    await row("web-<b>3").getByText("Silent").waitFor();
    assert.equal(await page.locator("main td b, main th b").count(), 0);
    await page.locator("section.card", { hasText: "Instances" }).first().getByRole("button", { name: "Copy as" }).click();
    await page.getByText(/^universign-webhookd instances/).waitFor();
    await page.getByText(/^curl .*\/v1\/instances'$/).waitFor();
    await close();
  });

  test("two with one name are both shown, and it is said what to do", async () => {
    const { page, close } = await visit("#/unknown");
    const twin = (changes) => instance("web-1", { shares_name: true, ...changes });
    await tell(page, [twin({ answers: true }), twin({ since: "2026-03-02T08:30:00.000Z" })], false);
    await look(page, "#/overview");
    await page.getByRole("link", { name: /More than one instance is named web-1/ }).click();
    await settled(page);
    await page.getByText(/give each its own server\.instance/).waitFor();
    assert.equal(await page.getByRole("rowheader", { name: /web-1/ }).count(), 2);
    await close();
  });

  test("where the instances cannot be told the rest of the screen is there", async () => {
    const { page, close } = await visit("#/unknown");
    await page.route("**/v1/instances", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", json: { type: "about:blank", title: "Service Unavailable", status: 503, detail: "the store is busy" } }));
    await look(page, "#/overview");
    await page.getByRole("heading", { name: "What needs you" }).waitFor();
    assert.equal(await page.getByText("is silent").count(), 0);
    await look(page, "#/settings");
    await page.locator("section.card", { hasText: "Instances" }).first().getByText("the store is busy").waitFor();
    await page.getByRole("heading", { name: "Effective configuration" }).waitFor();
    await close();
  });
});
