// A browser's page that holds what every test asks: no error, no violation of the policy, nothing beyond the origin.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { axeSource } from "./browser.mjs";

export const screens = new URL("../../../build/console/screens/", import.meta.url).pathname;
mkdirSync(screens, { recursive: true });

export async function openPage(browser, base, { size = [1440, 900], theme = "light", language = "en-GB", path = "#/overview" } = {}) {
  const context = await browser.newContext({
    viewport: { width: size[0], height: size[1] }, colorScheme: theme, locale: language, timezoneId: "Europe/Paris", reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const faults = [];
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(base).origin) && !/^(data|blob):/.test(request.url())) faults.push(`leaves the origin: ${request.url()}`);
  });
  page.on("console", (message) => {
    // The browser's own note of an answer of 4xx or 5xx is no fault: the page shows them.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(`console: ${message.text()}`);
  });
  await page.goto(base + path);
  await settled(page);
  return {
    page,
    async close() {
      faults.push(...(await page.evaluate(() => window.violations)).map((each) => `policy: ${each}`));
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}

/** Until nothing loads any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("main") && !document.querySelector("[aria-busy=true], .stale"), undefined, { timeout: 20_000 });
  await page.evaluate(() => document.fonts.ready);
}

export async function picture(page, name) {
  await page.screenshot({ path: join(screens, `${name}.png`), animations: "disabled" });
}

export async function fits(page, name) {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(beyond <= 0, `${name} is ${beyond} pixels too wide`);
}

export async function accessible(page, name) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource());
  const found = await page.evaluate(async () => {
    const result = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return result.violations.map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`).join(" | ")}`);
  });
  assert.deepEqual(found, [], `axe on ${name}`);
}
