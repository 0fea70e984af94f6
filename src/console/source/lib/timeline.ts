// One transaction's events in the order in which they happened, with what must have been sent and is not here, and with what
// came late or out of order.
import type { Event, Gap } from "../../generated/api.ts";

export type TimelineEntry =
  | {
      kind: "event";
      event: Event;
      elapsed: number | null; // milliseconds since the event before it
      late: number | null; // milliseconds from creation to arrival, where that is more than a moment
      overtaken: boolean; // arrived after an event that was created later
    }
  | { kind: "missing"; gap: Gap };


/** What arrives within this time came as it should: Universign's second try comes a minute after the first. */
export const moment = 45_000;

const instant = (event: Event) => Date.parse(event.created ?? event.received);

export function timeline(events: readonly Event[], gaps: readonly Gap[]): TimelineEntry[] {
  const ordered = [...events].sort((a, b) => instant(a) - instant(b) || Date.parse(a.received) - Date.parse(b.received));
  // The earliest arrival of all that were created later, from the end on.
  const earliestLater = new Array<number>(ordered.length).fill(Infinity);
  for (let index = ordered.length - 2; index >= 0; index -= 1) {
    earliestLater[index] = Math.min(earliestLater[index + 1] ?? Infinity, Date.parse(ordered[index + 1]?.received ?? ""));
  }
  const entries: TimelineEntry[] = [];
  const open = gaps.map((gap) => ({ gap, place: placeOf(gap, ordered) })).sort((a, b) => a.place - b.place || Date.parse(a.gap.sent_before) - Date.parse(b.gap.sent_before));
  let before: number | null = null;
  for (const [index, event] of ordered.entries()) {
    const created = instant(event);
    for (const { gap, place } of open) if (place === index) entries.push({ kind: "missing", gap });
    const delay = event.created ? Date.parse(event.received) - created : 0;
    const late = delay > moment ? delay : null;
    entries.push({
      kind: "event", event, late,
      elapsed: before === null ? null : created - before,
      overtaken: Date.parse(event.received) > (earliestLater[index] ?? Infinity),
    });
    before = created;
  }
  for (const { gap, place } of open) if (place >= ordered.length) entries.push({ kind: "missing", gap });
  return entries;
}

/** Before which event a missing one belongs: by the instant before which it was sent, and no later than its place in the life of a transaction. */
function placeOf(gap: Gap, ordered: readonly Event[]): number {
  const first = (belongs: (event: Event) => boolean) => {
    const found = ordered.findIndex(belongs);
    return found < 0 ? ordered.length : found;
  };
  const place = first((event) => instant(event) >= Date.parse(gap.sent_before));
  if (gap.missing === "transaction.lifecycle.created") return 0;
  if (gap.missing === "transaction.lifecycle.started") return Math.min(place, first(({ type }) => type !== "transaction.lifecycle.created"));
  if (gap.missing === "action.opened" && gap.action_id) return Math.min(place, first(({ object_id }) => object_id === gap.action_id));
  return place;
}

const stages = ["created", "started", "opened", "closed", "completed"] as const;
export type Stage = (typeof stages)[number] | "stalled" | "paused" | "cancelled" | "expired";

/** Where the transaction stands, by its latest telling event; null where none tells. */
export function stageOf(events: readonly Event[]): Stage | null {
  const ordered = [...events].sort((a, b) => instant(b) - instant(a));
  for (const { type } of ordered) {
    const life = /^transaction\.lifecycle\.(created|started|paused|cancelled|expired|completed)$/.exec(type);
    if (life) return life[1] as Stage;
    const action = /^action\.(opened|closed|stalled)$/.exec(type);
    if (action) return action[1] as Stage;
  }
  return null;
}
