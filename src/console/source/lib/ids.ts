// Where the search box leads: an id is known by its prefix.

export type Destination =
  | { to: "event"; id: string }
  | { to: "transaction"; id: string }
  | { to: "delivery"; id: string }
  | { to: "api_key"; id: string }
  | { to: "text"; text: string };

export function destinationOf(typed: string): Destination | null {
  const text = typed.trim();
  if (text === "") return null;
  if (/^evt_[!-~]+$/.test(text)) return { to: "event", id: text };
  if (/^tx_[!-~]+$/.test(text)) return { to: "transaction", id: text };
  if (/^apk_[!-~]+$/.test(text)) return { to: "api_key", id: text };
  if (/^#?\d{1,16}$/.test(text)) return { to: "delivery", id: text.replace("#", "") };
  return { to: "text", text };
}
