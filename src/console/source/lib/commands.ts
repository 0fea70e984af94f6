// "Copy as": what the page has just asked, for curl and for the daemon's own command line. A token stands there as a variable's
// name, never as itself.

const quote = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

export function asCurl(base: string, method: string, path: string, query: Record<string, string>, hasToken: boolean): string {
  const url = new URL(path.replace(/^\//, ""), base);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const parts = ["curl -sS"];
  if (hasToken) parts.push('-H "Authorization: Bearer $UNIVERSIGN_WEBHOOKD_TOKEN"');
  if (method !== "GET") parts.push(`-X ${method}`);
  parts.push(`'${url.href.replaceAll("'", "%27")}'`);
  return parts.join(" ");
}

const flags: Record<string, string> = {
  created_gt: "--after", created_lt: "--before", type: "--type", api_key: "--api-key", transaction: "--transaction",
  endpoint: "--endpoint", q: "--text", state: "--state", stalled_reason: "--stalled-reason", outcome: "--outcome", handler: "--handler", event: "--event",
  cause: "--cause", limit: "--limit",
};

/** A command of the terminal with the filters that it knows. A token it takes from its environment. */
export function asCommand(base: string, command: string, query: Record<string, string>, argument?: string): string {
  const parts = [`universign-webhookd ${command}`];
  const admin = base.replace(/\/$/, "");
  if (admin !== "http://127.0.0.1:8081") parts.push(`--admin ${quote(admin)}`);
  if (argument) parts.push(quote(argument));
  for (const [name, value] of Object.entries(query)) {
    const flag = flags[name];
    if (flag) parts.push(`${flag} ${quote(value)}`);
  }
  return parts.join(" ");
}
