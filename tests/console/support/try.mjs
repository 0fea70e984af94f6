import { Daemon } from "./daemon.mjs";
import { fill } from "./history.mjs";
const daemon = await Daemon.create(process.argv[2]);
await daemon.start();
console.time("fill");
console.log(await fill(daemon));
console.timeEnd("fill");
console.log(daemon.admin, daemon.ingest, process.pid);
process.on("SIGTERM", async () => { await daemon.close(); process.exit(0); });
