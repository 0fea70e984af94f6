// Finding, looking and checking: filters, keys, masks, proofs.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { binary } from "../support/daemon.mjs";
import { accessible, openPage, picture, settled } from "../support/page.mjs";
import { eventPath, missing, setStage } from "../support/stage.mjs";

describe("reading", { skip: missing, timeout: 600_000 }, () => {
  const stage = setStage();
  const visit = (path, options = {}) => openPage(stage.browser, stage.base, { path, ...options });

  // WEBHOOKD_PICTURE=1 ./dev console browser reading: makes config/console.png anew.
  test("the picture of the documents is small, and shows what needs somebody", async () => {
    for (const type of ["transaction.lifecycle.created", "transaction.lifecycle.started", "action.opened"]) await stage.daemon.send(type);
    const { page, close } = await visit("#/overview", { size: [1280, 740] });
    await page.getByRole("link", { name: /have failed for good/ }).first().waitFor();
    await page.locator(".chart .u-over").waitFor();
    const shot = await page.screenshot({ animations: "disabled" });
    assert.ok(shot.length < 150_000, `${shot.length} bytes`);
    if (process.env.WEBHOOKD_PICTURE) writeFileSync(new URL("../../../config/console.png", import.meta.url), shot);
    await close();
  });

  test("filters stand in the address, as chips, and can be taken away", async () => {
    const { page, close } = await visit("#/events");
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Last 30 days" }).click();
    await page.getByRole("button", { name: "Include Actions", exact: true }).click();
    await page.getByRole("button", { name: "Actions", exact: true }).click();
    await page.getByRole("button", { name: "Exclude Participant can act" }).click();
    await page.getByRole("combobox", { name: "Endpoint" }).selectOption("production");
    await page.keyboard.press("Escape");
    await settled(page);
    const { hash } = new URL(page.url());
    assert.equal(decodeURIComponent(hash), "#/events?period=30d&type=action,!action.opened&endpoint=production");
    const types = await page.locator("tbody th").allInnerTexts();
    assert.ok(types.length > 10 && types.every((text) => !text.includes("can act")));
    await page.reload();
    await settled(page);
    assert.equal(await page.locator(".chip").count(), 3);
    await page.getByRole("button", { name: "Remove the filter Type" }).click();
    await page.getByRole("button", { name: "Clear all" }).click();
    await settled(page);
    assert.equal(new URL(page.url()).hash, "#/events");
    await close();
  });

  test("a period between two instants is typed in the zone that is shown", async () => {
    const { page, close } = await visit("#/events");
    await page.keyboard.press("f");
    await page.getByLabel("After (Local)").fill("2026-01-02T10:00");
    await page.getByLabel("After (Local)").blur();
    await page.waitForFunction(() => location.hash.includes("created_gt"));
    assert.match(decodeURIComponent(page.url()), /created_gt=2026-01-02T09:00:00.000Z/);
    await close();
  });

  test("an id that several endpoints have received asks which is meant", async () => {
    for (const endpoint of ["universign", "subsidiary"]) await stage.daemon.send("action.opened", { endpoint, set: { "/id": "evt_twice" } });
    const { page, close } = await visit("#/event/evt_twice");
    await page.getByText("Which one?").waitFor();
    await page.getByRole("link", { name: "subsidiary" }).click();
    await page.getByRole("tab", { name: "Story" }).waitFor();
    assert.match(page.url(), /endpoint=subsidiary/);
    await close();
  });

  test("no result says so, and what to widen", async () => {
    const { page, close } = await visit("#/events?period=1h&q=nowhere");
    await page.getByText("No event matches").waitFor();
    await page.getByRole("button", { name: "Text: nowhere" }).click();
    await settled(page);
    assert.equal(new URL(page.url()).hash, "#/events?period=1h");
    await close();
  });

  test("pages follow each other, and everything is counted when asked", async () => {
    const { page, close } = await visit("#/events");
    assert.equal(await page.locator("tbody tr").count(), 50);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 100);
    await page.getByRole("button", { name: "Count them all" }).click();
    await page.getByText(/[\d,]+ events in all/).waitFor();
    const told = await page.getByText(/events in all/).innerText();
    assert.equal(Number(told.replace(/\D/g, "")), (await stage.daemon.get("/v1/events/count")).events);
    await close();
  });

  test("the keyboard alone filters, opens, moves and closes", async () => {
    const { page, close } = await visit("#/events?type=transaction");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const focused = () => page.evaluate(() => document.activeElement?.closest("tr")?.dataset.key ?? null);
    const second = await page.locator("tbody tr").nth(1).getAttribute("data-key");
    assert.equal(await focused(), second);
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Event" }).waitFor();
    await settled(page);
    assert.match(page.url(), /open=/);
    assert.equal(await page.evaluate(() => document.activeElement?.closest(".drawer h2")?.textContent), "Event");
    await page.keyboard.press("j");
    await settled(page);
    const third = await page.locator("tbody tr").nth(2).getAttribute("data-key");
    assert.equal(await page.locator("tr.open").getAttribute("data-key"), third);
    await page.keyboard.press("Escape");
    await page.waitForFunction((key) => document.activeElement?.closest("tr")?.dataset.key === key, third);
    assert.equal(await page.locator(".drawer").count(), 0);
    await page.keyboard.press("x");
    await page.getByText("1 selected").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type(stage.known.completed);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /Transaction/ }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.getByRole("heading", { name: "Deliveries", level: 1 }).waitFor();
    await close();
  });

  test("an id in the search box leads there, and text to a filtered list", async () => {
    const { page, close } = await visit("#/overview");
    const search = page.getByRole("searchbox", { name: "Search by any id or text" });
    await search.fill(stage.event.completed.id);
    await search.press("Enter");
    await page.getByText("transaction.lifecycle.completed").first().waitFor();
    await search.fill("C-1");
    await search.press("Enter");
    await settled(page);
    assert.match(decodeURIComponent(page.url()), /#\/events\?q=C-1/);
    assert.ok((await page.locator("tbody tr").count()) > 0);
    await close();
  });

  test("personal data, signing links and tokens are not in the page until asked for", async () => {
    const { page, close } = await visit(eventPath(stage.event.completed, "body"));
    const detail = await stage.daemon.get(`/v1/events/${stage.event.completed.id}?endpoint=${stage.event.completed.endpoint}`);
    const { participants, actions } = JSON.parse(detail.raw_body).payload.object;
    const secrets = [participants[0].email, participants[0].full_name, participants[0].phone_number, actions[0].url];
    await page.getByRole("button", { name: "Expand all" }).click();
    const shown = async () => {
      const html = await page.content();
      return secrets.filter((secret) => html.replaceAll("&amp;", "&").includes(secret));
    };
    assert.deepEqual(await shown(), []);
    await page.getByText("Raw", { exact: true }).click();
    assert.ok(!(await page.locator("pre").first().innerText()).includes(secrets[0]));
    await page.getByText("Tree", { exact: true }).click();
    await page.getByRole("button", { name: "Show personal data", exact: true }).click();
    await page.getByRole("button", { name: "Expand all" }).click();
    assert.deepEqual(await shown(), secrets.slice(0, 3));
    await page.getByRole("button", { name: "Show secrets too" }).click();
    assert.deepEqual(await shown(), secrets);
    await page.getByRole("button", { name: "Hide again" }).click();
    assert.deepEqual(await shown(), []);
    await close();
  });

  test("a JSON Pointer and a condition can be copied", async () => {
    const { page, close } = await visit(eventPath(stage.event.stalled, "body"));
    await page.getByRole("button", { name: "Copy the JSON Pointer /payload/object/stalled_reason" }).click({ force: true });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "/payload/object/stalled_reason");
    await close();
  });

  test("the browser checks the proof by itself", async () => {
    const { page, close } = await visit(eventPath(stage.event.completed, "proof"));
    await page.getByText("This is Universign's, byte for byte").waitFor();
    await page.getByText("RSA, 2048 bits").waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download the proof (ZIP)" }).click()]);
    const files = join(stage.folder, "proof");
    await download.saveAs(join(files, "proof.zip"));
    execFileSync(binary, ["verify", "--proof", join(files, "proof.zip")]);
    execFileSync("python3", ["-m", "zipfile", "-e", join(files, "proof.zip"), files]);
    // As its README says, with openssl alone: its commands are the lines that begin with four blanks and no fifth.
    const commands = readFileSync(join(files, "README.txt"), "utf8").split("\n").filter((line) => /^ {4}\S/.test(line)).join("\n");
    assert.match(execFileSync("bash", ["-e", "-c", commands], { cwd: files, encoding: "utf8" }), /Verified OK/);
    await page.emulateMedia({ media: "print" });
    await picture(page, "print-proof-light");
    assert.equal(await page.getByRole("button").count(), 0);
    await page.getByText("This is Universign's, byte for byte").waitFor();
    await close();
    // One byte changed on its way, and it says so.
    const changed = await visit("#/unknown");
    await changed.page.route(`**/v1/events/${stage.event.completed.id}*`, async (route) => {
      const response = await route.fetch();
      const detail = await response.json();
      await route.fulfill({ response, json: { ...detail, raw_body: detail.raw_body.replace("completed", "Completed") } });
    });
    await changed.page.evaluate((hash) => (location.hash = hash), eventPath(stage.event.completed, "proof"));
    await changed.page.getByText("The signature does not hold").waitFor();
    await picture(changed.page, "event-proof-fails-light");
    await changed.close();
  });

  test("a part of the chart chosen with the pointer becomes the period of the list", async () => {
    const { page, close } = await visit("#/overview");
    const box = await page.locator(".chart .u-over").boundingBox();
    await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 5 });
    await page.mouse.up();
    const told = (await page.getByRole("link", { name: /Show \d+ events/ }).innerText()).replace(/\D/g, "");
    await picture(page, "overview-chosen-light");
    await page.getByRole("link", { name: /Show \d+ events/ }).click();
    await page.waitForFunction(() => location.hash.startsWith("#/events?created_gt="));
    await settled(page);
    const query = new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
    assert.equal(Number(told), (await stage.daemon.get(`/v1/events/count?${query}`)).events);
    await page.goBack();
    await page.locator(".chart .u-over").click({ position: { x: 20, y: 60 } });
    await page.getByRole("link", { name: "Missing events" }).click();
    await page.getByRole("heading", { name: "Missing events" }).waitFor();
    assert.match(page.url(), /#\/lost\?created_gt=/);
    await close();
  });

  test("an export is counted first, then saved by the browser itself", async () => {
    const { page, close } = await visit("#/events?type=action.stalled");
    await page.getByRole("button", { name: "Export…" }).click();
    const dialog = page.getByRole("dialog");
    const { events } = await stage.daemon.get("/v1/events/count?type=action.stalled");
    await dialog.getByText(`${events} events match.`).waitFor();
    await picture(page, "over-export-light");
    await accessible(page, "export");
    await dialog.getByRole("button", { name: "NDJSON" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("link", { name: `Download ${events}` }).click()]);
    const file = join(stage.folder, "export.ndjson");
    await download.saveAs(file);
    const lines = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(lines.length, events);
    assert.ok(lines.every(({ type, raw_body: raw }) => type === "action.stalled" && raw === undefined));
    await close();
  });

  test("what each screen copies for a terminal runs there", async () => {
    const { page, close } = await visit("#/overview");
    const { id, endpoint } = stage.event.completed;
    const [delivery] = (await stage.daemon.get("/v1/deliveries?limit=1")).data;
    for (const path of ["#/overview", "#/events?period=30d&type=transaction&endpoint=production&q=C-1", eventPath({ id, endpoint }), `#/transactions/${stage.known.completed}?endpoint=${endpoint}`,
                        "#/deliveries?state=failed&handler=crm", "#/deliveries?period=7d&state=failed&handler=crm&cause=HTTP%20503", `#/deliveries/${delivery.id}`, "#/handlers", "#/lost", "#/report", "#/settings"]) {
      await page.evaluate((hash) => (location.hash = hash), path);
      await page.waitForTimeout(100);
      await settled(page);
      await page.getByRole("button", { name: "Copy as" }).first().click();
      for (const name of ["curl", "Command line"]) {
        const command = await page.locator(".copy-as > div", { has: page.getByRole("button", { name }) }).locator("code").innerText();
        assert.ok(command.startsWith(name === "curl" ? "curl" : "universign-webhookd"), command);
        const ran = spawnSync("bash", ["-c", command.replace(/^curl/, "curl --fail").replace(/^universign-webhookd/, binary)], { encoding: "utf8" });
        assert.equal(ran.status, 0, `${path}: ${command}: ${ran.stderr}`);
      }
      await page.keyboard.press("Escape");
    }
    await close();
  });

  test("the language, the zone and the appearance last", async () => {
    const { page, close } = await visit("#/events");
    await page.getByRole("button", { name: "You and this page" }).click();
    await page.getByRole("button", { name: "Français" }).click();
    await page.getByRole("button", { name: "Sombre" }).click();
    await page.getByRole("button", { name: "UTC" }).first().click();
    await page.reload();
    await settled(page);
    await page.getByRole("heading", { name: "Évènements" }).waitFor();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
    await page.getByText("(UTC)").first().waitFor();
    await close();
  });
});
