// Signing in, roles, and sessions that end.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accessible, openPage, picture, settled } from "../support/page.mjs";
import { missing, setStage } from "../support/stage.mjs";

const tokens = [{ name: "ops", role: "admin", token: "secret-of-ops" }, { name: "support", role: "integrator", token: "secret-of-support" }];

describe("tokens", { skip: missing, timeout: 120_000 }, () => {
  const stage = setStage({ tokens, past: { days: 15, events: 300 } });

  test("a token is pasted once, and stays nowhere in the browser", async () => {
    const { page, close } = await openPage(stage.browser, stage.base, { path: "#/events?type=action" });
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
    const { page, close } = await openPage(stage.browser, stage.base, { path: "#/events" });
    await page.getByLabel("Token").fill("secret-of-support");
    await page.getByRole("button", { name: "Sign in" }).click();
    await settled(page);
    await page.locator("tbody input[type=checkbox]").first().check();
    const replay = page.getByRole("region", { name: "1 selected" }).getByRole("button", { name: "Replay…" });
    assert.ok(await replay.isDisabled());
    assert.equal(await replay.getAttribute("title"), "Needs the role admin");
    await close();
  });

  test("a session that ends is healed over the page, and nothing typed is lost", async () => {
    const { page, close } = await openPage(stage.browser, stage.base, { path: "#/settings" });
    await page.getByLabel("Token").fill("secret-of-ops");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Body (JSON)").fill("{}");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.getByRole("dialog", { name: "Sign in" }).waitFor();
    await picture(page, "session-ended-light");
    await page.getByLabel("Token").fill("secret-of-ops");
    await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.getByLabel("Body (JSON)").inputValue(), "{}");
    await close();
  });
});
