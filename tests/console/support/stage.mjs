// What each of the browser's tests plays on: a daemon with a past, and a browser.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { executable, launch } from "./browser.mjs";
import { Daemon, binary, demo } from "./daemon.mjs";

/** Why there is nothing to test here, or false. */
export const missing = !executable ? "there is no Chromium" : [binary, demo].find((each) => !existsSync(each)) ? `there is no ${[binary, demo].find((each) => !existsSync(each))}` : false;

/** Sets the stage before the tests of a describe(), and clears it after them. */
export function setStage({ tokens = [], past = {} } = {}) {
  const stage = { event: {} };
  before(async () => {
    stage.folder = mkdtempSync(join(tmpdir(), "webhookd-console."));
    stage.daemon = await Daemon.create(join(stage.folder, "daemon"), { tokens });
    stage.known = stage.daemon.fill(past).transactions;
    await stage.daemon.start();
    stage.base = `${stage.daemon.admin}/console/`;
    stage.browser = await launch();
    const of = async (query) => (await stage.daemon.get(`/v1/events?limit=1&${query}`)).data[0];
    stage.event.completed = await of(`transaction=${stage.known.completed}&type=transaction.lifecycle.completed`);
    stage.event.stalled = await of(`transaction=${stage.known.stalled}&type=action.stalled`);
    stage.event.key = await of("type=apikey.created");
    [stage.failed] = (await stage.daemon.get("/v1/deliveries?state=failed&limit=1")).data;
  });
  after(async () => {
    await stage.browser?.close();
    await stage.daemon?.close();
    if (stage.folder) rmSync(stage.folder, { recursive: true, force: true });
  });
  return stage;
}

/** An event's own address. */
export const eventPath = ({ id, endpoint }, tab) => `#/event/${encodeURIComponent(id)}?endpoint=${endpoint}${tab ? `&tab=${tab}` : ""}`;
