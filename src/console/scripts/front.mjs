// A small server in front of a daemon: the page at /console/ with the headers that the daemon gives it, everything else goes
// to the daemon. For development and for tests, until the daemon serves the page itself. Listens on loopback alone.
import { createServer, request } from "node:http";
import { createReadStream, existsSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";

export const pageHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
                ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".map": "application/json" };

function sendFile(folder, path, response) {
  const file = join(folder, normalize(path === "" ? "index.html" : path));
  if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404, pageHeaders).end();
    return;
  }
  response.writeHead(200, { ...pageHeaders, "Content-Type": types[extname(file)] ?? "application/octet-stream",
                            "Cache-Control": "no-store" });
  createReadStream(file).pipe(response);
}

function forward(daemon, incoming, response) {
  const headers = { ...incoming.headers, host: daemon.host };
  // The daemon compares Origin with Host; here both are this server's, and both are told as the daemon's.
  if (headers.origin === `http://${incoming.headers.host}`) headers.origin = daemon.origin;
  const outgoing = request(new URL(incoming.url, daemon), { method: incoming.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { "Content-Type": "text/plain" }).end("The daemon does not answer.\n");
  });
  response.on("close", () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/** Serves until closed. `answer(request, response)` may answer itself and return true; `folder` may be a function. */
export function startFront({ folder, daemon, port = 0, answer = () => false }) {
  const target = new URL(daemon);
  const server = createServer(async (incoming, response) => {
    if (incoming.url === "/") return response.writeHead(307, { Location: "/console/" }).end();
    if (incoming.url === "/console") return response.writeHead(307, { Location: "/console/" }).end();
    const path = new URL(incoming.url, "http://front").pathname;
    if (path.startsWith("/console/")) return sendFile(folder, path.slice("/console/".length), response);
    if (await answer(incoming, response, target)) return;
    forward(target, incoming, response);
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => resolve({ server, port: server.address().port }));
  });
}
