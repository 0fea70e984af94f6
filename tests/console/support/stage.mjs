// What each of the browser's tests plays on: a daemon with ninety days of events, the page in front of it, a browser.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { startFront } from "../../../src/console/scripts/front.mjs";
import { buildFolder } from "../../../src/console/scripts/paths.mjs";
import { executable, launch } from "./browser.mjs";
import { Daemon, binary } from "./daemon.mjs";
import { fill } from "./history.mjs";
import { previewApi } from "./preview_api.mjs";

export const bundle = join(buildFolder, "dist");

/** Why there is nothing to test here, or false. */
export const missing = !executable ? "there is no Chromium" : !existsSync(binary) ? `there is no daemon at ${binary}` : !existsSync(bundle) ? "the page is not built: npm run build" : false;

/** Sets the stage before the tests of a describe(), and clears it after them. */
export function setStage({ tokens = [], history = {} } = {}) {
  const stage = { event: {} };
  before(async () => {
    stage.folder = mkdtempSync(join(tmpdir(), "webhookd-console."));
    stage.daemon = await Daemon.create(join(stage.folder, "daemon"), { tokens });
    await stage.daemon.start();
    stage.story = await fill(stage.daemon, history);
    const roles = tokens.length === 0 ? null : Object.fromEntries(tokens.map(({ name, role, token }) => [token, { name, role }]));
    stage.front = await startFront({ folder: bundle, daemon: stage.daemon.admin, answer: previewApi({ database: stage.daemon.database, roles }) });
    stage.older = await startFront({ folder: bundle, daemon: stage.daemon.admin }); // without what the daemon does not answer itself
    stage.base = `http://127.0.0.1:${stage.front.port}/console/`;
    stage.browser = await launch();
    const of = async (query) => (await stage.daemon.get(`/v1/events?limit=1&${query}`)).data[0];
    stage.event.completed = await of(`transaction=${stage.story.completed}&type=transaction.lifecycle.completed`);
    stage.event.stalled = await of(`transaction=${stage.story.stalled}&type=action.stalled`);
    stage.event.key = await of("type=apikey.created");
  });
  after(async () => {
    await stage.browser?.close();
    for (const front of [stage.front, stage.older]) {
      front?.server.close();
      front?.server.closeAllConnections?.();
    }
    await stage.daemon?.close();
    if (stage.folder) rmSync(stage.folder, { recursive: true, force: true });
  });
  return stage;
}

/** An event's own address. */
export const eventPath = ({ id, endpoint }, tab) => `#/event/${encodeURIComponent(id)}?endpoint=${endpoint}${tab ? `&tab=${tab}` : ""}`;
