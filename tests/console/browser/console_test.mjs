// The page in a browser, against a real daemon whose store holds ninety days of plausible and some hostile events.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startFront } from "../../../src/console/scripts/front.mjs";
import { buildFolder } from "../../../src/console/scripts/paths.mjs";
import { executable, launch } from "../support/browser.mjs";
import { Daemon, binary, until } from "../support/daemon.mjs";
import { fill } from "../support/history.mjs";
import { accessible, fits, openPage, picture, settled } from "../support/page.mjs";
import { previewApi } from "../support/preview_api.mjs";
import { poster, randomness, transaction } from "../support/universign.mjs";

const bundle = join(buildFolder, "dist");
const missing = !executable ? "there is no Chromium" : !existsSync(binary) ? `there is no daemon at ${binary}` : !existsSync(bundle) ? "the page is not built: npm run build" : false;

describe("the page", { skip: missing, timeout: 600_000 }, () => {
  let folder, daemon, story, front, old, base, browser;
  const event = {};

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "webhookd-console."));
    daemon = await Daemon.create(join(folder, "local"));
    await daemon.start();
    story = await fill(daemon);
    front = await startFront({ folder: bundle, daemon: daemon.admin, answer: previewApi({ database: daemon.database }) });
    old = await startFront({ folder: bundle, daemon: daemon.admin });
    base = `http://127.0.0.1:${front.port}/console/`;
    browser = await launch();
    const of = async (query) => (await daemon.get(`/v1/events?limit=1&${query}`)).data[0];
    event.completed = await of(`transaction=${story.completed}&type=transaction.lifecycle.completed`);
    event.stalled = await of(`transaction=${story.stalled}&type=action.stalled`);
    event.key = await of("type=apikey.created");
  });
  after(async () => {
    await browser?.close();
    for (const each of [front, old]) {
      each?.server.close();
      each?.server.closeAllConnections?.();
    }
    await daemon?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const visit = (path, options = {}) => openPage(browser, base, { path, ...options });
  const eventPath = ({ id, endpoint }, tab) => `#/event/${encodeURIComponent(id)}?endpoint=${endpoint}${tab ? `&tab=${tab}` : ""}`;

  const all = () => [
    ["overview", "#/overview"],
    ["events", "#/events"],
    ["events-empty", "#/events?period=7d&q=nowhere&type=action"],
    ["events-drawer", `#/events?type=transaction&open=${event.completed.id}&at=${event.completed.endpoint}`],
    ["event-story", eventPath(event.completed, "story")],
    ["event-body", eventPath(event.completed, "body")],
    ["event-proof", eventPath(event.completed, "proof")],
    ["event-deliveries", eventPath(event.stalled, "deliveries")],
    ["event-routing", eventPath(event.completed, "routing")],
    ["event-compare", eventPath(event.completed, "compare")],
    ["event-token", eventPath(event.key, "body")],
    ["event-none", "#/event/evt_none"],
    ["transaction-gap", `#/transactions/${story.gap}`],
    ["transaction-late", `#/transactions/${story.late}`],
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

  test("an older daemon is told so and the rest works", async () => {
    const { page, close } = await openPage(browser, `http://127.0.0.1:${old.port}/console/`, { path: "#/overview" });
    await page.getByText("Needs a newer daemon").first().waitFor();
    await picture(page, "older-daemon-light");
    await page.getByText("have failed for good").first().waitFor();
    await page.evaluate((hash) => (location.hash = hash), `#/transactions/${story.completed}`);
    await page.getByText("Transaction completed").waitFor();
    await page.evaluate(() => (location.hash = "#/settings"));
    await page.getByText("does not answer GET /v1/configuration yet").waitFor();
    await page.evaluate(() => (location.hash = "#/events?outcome=failed"));
    await page.getByText("does not know the filter outcome yet").waitFor();
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
    await page.getByRole("button", { name: "Take away the filter Type" }).click();
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
    assert.equal(Number(told.replace(/\D/g, "")), (await daemon.get("/v1/events/count")).events);
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
    await page.keyboard.type(story.completed);
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
    await search.fill(event.completed.id);
    await search.press("Enter");
    await page.getByText("transaction.lifecycle.completed").first().waitFor();
    await search.fill("C-2026-1");
    await search.press("Enter");
    await settled(page);
    assert.match(decodeURIComponent(page.url()), /#\/events\?q=C-2026-1/);
    assert.ok((await page.locator("tbody tr").count()) > 0);
    await close();
  });

  test("personal data, signing links and tokens are not in the page until asked for", async () => {
    const { page, close } = await visit(eventPath(event.completed, "body"));
    const detail = await daemon.get(`/v1/events/${event.completed.id}?endpoint=${event.completed.endpoint}`);
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
    const { page, close } = await visit(eventPath(event.stalled, "body"));
    await page.getByRole("button", { name: "Copy the JSON Pointer /payload/object/stalled_reason" }).click({ force: true });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "/payload/object/stalled_reason");
    await close();
  });

  test("the browser checks the proof by itself", async () => {
    const { page, close } = await visit(eventPath(event.completed, "proof"));
    await page.getByText("This is Universign's, byte for byte").waitFor();
    await page.getByText("RSA, 2048 bits").waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download the proof (ZIP)" }).click()]);
    const files = join(folder, "proof");
    await download.saveAs(join(files, "proof.zip"));
    execFileSync("python3", ["-m", "zipfile", "-e", join(files, "proof.zip"), files]);
    execFileSync(binary, ["verify", "--jwks", "jwks.json", "--signature", "@signature.txt", "--body", "body.json"], { cwd: files });
    // As its README says, with openssl alone.
    const commands = readFileSync(join(files, "README.txt"), "utf8").split("alone:")[1].split("\nEvent ")[0].replace(/^ {4}/gm, "");
    assert.match(execFileSync("bash", ["-e", "-c", commands], { cwd: files, encoding: "utf8" }), /Verified OK/);
    await close();
    // One byte changed on its way, and it says so.
    const tampered = await startFront({
      folder: bundle, daemon: daemon.admin,
      answer: async (request, response, target) => {
        if (!request.url.startsWith(`/v1/events/${event.completed.id}`)) return false;
        const detail = await (await fetch(new URL(request.url, target))).json();
        response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ ...detail, raw_body: detail.raw_body.replace("completed", "Completed") }));
        return true;
      },
    });
    const changed = await openPage(browser, `http://127.0.0.1:${tampered.port}/console/`, { path: eventPath(event.completed, "proof") });
    await changed.page.getByText("The signature does not hold").waitFor();
    await picture(changed.page, "event-proof-fails-light");
    await changed.close();
    tampered.server.close();
    tampered.server.closeAllConnections?.();
  });

  test("hostile events are text and break nothing", async () => {
    assert.ok(story.hostile.every((status) => status === 200));
    const { page, close } = await visit("#/events?period=24h");
    for (const id of ["evt_<b>bold</b>&amp;'\"", `evt_${"L".repeat(251)}`, "evt_direction", "evt_numbers", "evt_deep", "evt_large"]) {
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

  test("live shows what arrives, waits while somebody reads, and misses nothing through a restart", async () => {
    const { page, close } = await visit("#/events?live=1&type=transaction");
    await page.getByText("new events appear at the top").waitFor();
    const { post, close: hangUp } = poster(daemon);
    const random = randomness(Date.now());
    const arrive = async () => {
      const { events } = transaction(random, Date.now() - 1000);
      await post(events[0].body);
      return events[0].body.id;
    };
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

    await daemon.stop();
    await page.locator(".banner").waitFor();
    await picture(page, "connection-lost-light");
    await accessible(page, "connection lost");
    await daemon.start();
    const meanwhile = await arrive();
    await row(meanwhile).waitFor({ timeout: 30_000 });
    await page.locator(".banner").waitFor({ state: "detached" });
    hangUp();
    await close();
  });

  test("what is typed survives a restart of the daemon", async () => {
    const { page, close } = await visit("#/settings");
    await page.getByLabel("Body (JSON)").fill('{"id":"evt_1"');
    await daemon.stop();
    await page.locator(".banner").waitFor({ timeout: 30_000 });
    await daemon.start();
    await page.locator(".banner").waitFor({ state: "detached", timeout: 30_000 });
    assert.equal(await page.getByLabel("Body (JSON)").inputValue(), '{"id":"evt_1"');
    await close();
  });

  test("a failing delivery is found, its cause read, retried, and seen to succeed", async () => {
    const { page, close } = await visit("#/overview");
    await page.getByRole("link", { name: /Look: .* signature-desk/ }).click();
    await settled(page);
    await page.locator("section", { hasText: "Failed, by handler and cause" }).getByText("exit code 1").waitFor();
    await page.locator("tr[data-id] th a.main").first().click();
    await settled(page);
    await page.getByText("cannot reach the signature desk").first().waitFor();
    writeFileSync(join(daemon.folder, "repaired"), "");
    await page.locator("section.delivery", { hasText: "signature-desk" }).getByRole("button", { name: "Retry" }).click();
    await page.locator("section.delivery", { hasText: "signature-desk" }).getByText("Successful").waitFor({ timeout: 15_000 });
    await close();
  });

  test("triage probes one, then retries the group after asking for its number", async () => {
    const { page, close } = await visit("#/deliveries");
    const group = page.locator("tr", { hasText: "signature-desk" }).filter({ hasText: "exit code 1" }).first();
    await group.getByRole("button", { name: "Retry one" }).click();
    await group.getByText("The probe went through").waitFor({ timeout: 20_000 });
    const button = group.getByRole("button", { name: /Retry all/ });
    const count = (await button.innerText()).replace(/\D/g, "");
    await button.click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await picture(page, "over-retry-group-light");
    await accessible(page, "retry group");
    assert.ok(await dialog.getByRole("button", { name: "Retry" }).isDisabled());
    await dialog.getByRole("textbox").fill(count);
    await dialog.getByRole("button", { name: "Retry" }).click();
    await dialog.waitFor({ state: "detached" });
    await until(async () => (await daemon.get("/v1/deliveries?state=failed&handler=signature-desk")).data.length === 0, "the group to succeed");
    await close();
  });

  test("replay counts first, asks for the number, and then runs", async () => {
    const { page, close } = await visit("#/events?type=transaction.lifecycle.completed");
    await page.locator("tbody input[type=checkbox]").nth(0).check();
    await page.locator("tbody input[type=checkbox]").nth(1).click({ modifiers: ["Shift"] });
    await page.getByText("2 selected").waitFor();
    await page.getByRole("button", { name: "Replay…" }).click();
    const dialog = page.getByRole("dialog");
    const told = await dialog.getByText(/deliveries of 2 events would run/).innerText();
    await picture(page, "over-replay-light");
    await dialog.getByRole("textbox").fill(told.match(/\d+/)[0]);
    await dialog.getByRole("button", { name: "Replay" }).click();
    await page.getByText(/deliveries are planned/).waitFor();
    await close();
  });

  test("an erasure is counted in a dry run and asks for the number", async () => {
    const { page, close } = await visit(`#/transactions/${story.late}`);
    await page.getByRole("button", { name: "Erase…" }).click();
    const dialog = page.getByRole("dialog");
    const told = await dialog.getByText(/waiting deliveries would fail/).innerText();
    await picture(page, "over-erase-light");
    await accessible(page, "erase");
    await dialog.getByRole("textbox").fill(told.match(/\d+/)[0]);
    await dialog.getByRole("button", { name: "Erase for good" }).click();
    await dialog.waitFor({ state: "detached" });
    const { data } = await daemon.get(`/v1/events?transaction=${story.late}&limit=1`);
    await page.evaluate((hash) => (location.hash = hash), eventPath(data[0], "body"));
    await page.getByText(/personal data are gone for good/).waitFor();
    await settled(page);
    await picture(page, "event-erased-light");
    await close();
  });

  test("a part of the chart chosen with the pointer becomes the period of the list", async () => {
    const { page, close } = await visit("#/overview");
    const box = await page.locator(".chart .u-over").boundingBox();
    await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction(() => location.hash.startsWith("#/events?created_gt="));
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

describe("the page with tokens", { skip: missing, timeout: 120_000 }, () => {
  const tokens = [{ name: "ops", role: "admin", token: "secret-of-ops" }, { name: "support", role: "integrator", token: "secret-of-support" }];
  let folder, daemon, front, base, browser;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "webhookd-console."));
    daemon = await Daemon.create(join(folder, "tokens"), { tokens });
    await daemon.start();
    await fill(daemon, { days: 3, withHostile: false });
    const roles = Object.fromEntries(tokens.map(({ name, role, token }) => [token, { name, role }]));
    front = await startFront({ folder: bundle, daemon: daemon.admin, answer: previewApi({ database: daemon.database, roles }) });
    base = `http://127.0.0.1:${front.port}/console/`;
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    front?.server.close();
    front?.server.closeAllConnections?.();
    await daemon?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test("a token is pasted once, and stays nowhere in the browser", async () => {
    const { page, close } = await openPage(browser, base, { path: "#/events?type=action" });
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await picture(page, "sign-in-light");
    await accessible(page, "sign in");
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This token is not known.").waitFor();
    await page.getByLabel("Token").fill("secret-of-ops");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Events" }).waitFor();
    await settled(page);
    assert.match(page.url(), /#\/events\?type=action$/);
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + location.href + document.documentElement.outerHTML);
    assert.ok(!kept.includes("secret-of-ops"));
    await page.getByRole("button", { name: "You and this page" }).click();
    await page.getByText("Signed in as ops").waitFor();
    await picture(page, "signed-in-light");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await close();
  });

  test("what a role may not do is shown disabled with the role that it needs", async () => {
    const { page, close } = await openPage(browser, base, { path: "#/events" });
    await page.getByLabel("Token").fill("secret-of-support");
    await page.getByRole("button", { name: "Sign in" }).click();
    await settled(page);
    await page.locator("tbody input[type=checkbox]").first().check();
    const replay = page.getByRole("button", { name: "Replay…" });
    assert.ok(await replay.isDisabled());
    assert.equal(await replay.getAttribute("title"), "Needs the role admin");
    await close();
  });

  test("a session that ends is healed over the page, and nothing typed is lost", async () => {
    const { page, close } = await openPage(browser, base, { path: "#/settings" });
    await page.getByLabel("Token").fill("secret-of-ops");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Body (JSON)").fill("{}");
    await page.context().clearCookies();
    await page.getByRole("dialog", { name: "Sign in" }).waitFor({ timeout: 40_000 });
    await picture(page, "session-ended-light");
    await page.getByLabel("Token").fill("secret-of-ops");
    await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.getByLabel("Body (JSON)").inputValue(), "{}");
    await close();
  });
});
