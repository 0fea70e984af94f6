// Debian's Chromium, driven by playwright-core.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../src/console/package.json", import.meta.url));

export const executable = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((each) => each && existsSync(each));

export async function launch() {
  const { chromium } = require("playwright-core");
  // As root there is no sandbox; nothing but the page under test is opened.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: executable, args: [...args, "--disable-gpu", "--font-render-hinting=none"] });
}

export const axeSource = () => require("node:fs").readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
