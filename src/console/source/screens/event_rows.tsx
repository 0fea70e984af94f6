// The table of events: one row each, with a link that opens it.
import { useRef } from "preact/hooks";
import type { DeliveryCounts, Event, EventWithDeliveries } from "../../generated/api.ts";
import { formatInstant, formatShort, zoneName } from "../lib/time.ts";
import { timeStyle } from "../state/preferences.ts";
import { href } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { EventState, Foreign, Table, TypeName } from "../ui/basic.tsx";
import { Icon } from "../ui/icon.tsx";

/** What live brings has no counts yet. */
export type Row = Event & { deliveries?: EventWithDeliveries["deliveries"] };

export const keyOf = (event: Pick<Event, "id" | "endpoint">) => `${event.endpoint} ${event.id}`;

export function When({ at }: { at: string }) {
  const style = timeStyle();
  const { day, time } = formatShort(at, style);
  return <time dateTime={at} title={formatInstant(at, "millisecond", style)}><span class="day">{day}</span><span>{time}</span></time>;
}

export function OutcomeCounts({ outcome }: { outcome: DeliveryCounts | undefined }) {
  if (!outcome) return <span class="faint">–</span>;
  const parts = [
    ["good", "check", outcome.successful, "outcome.successful"], ["info", "clock", outcome.pending, "outcome.pending"], ["bad", "cross", outcome.failed, "outcome.failed"],
    ["faint", "trash", outcome.discarded, "outcome.discarded"],
  ] as const;
  if (parts.every(([, , n]) => n === 0)) return <span class="faint">{t("common.none")}</span>;
  return (
    <span class="outcome">
      {parts.map(([tone, icon, n, name]) => n > 0 && <span key={tone} class={tone} title={t(name)}><Icon name={icon} /><span class="unseen">{t(name)}</span>{n}</span>)}
    </span>
  );
}

export function EventRows({ events, fresh, selected, open, openHref, onSelect, onSelectAll, showOutcome }: {
  events: Row[];
  fresh: Set<string>;
  selected: Map<string, Event>;
  open: string | null;
  openHref: (event: Event) => string;
  onSelect: (event: Event, on: boolean, range: boolean) => void;
  onSelectAll: (on: boolean) => void;
  showOutcome: boolean;
}) {
  const range = useRef(false);
  const zone = zoneName(new Date(), timeStyle());
  const all = events.length > 0 && events.every((event) => selected.has(keyOf(event)));
  return (
    <Table
      name={t("nav.events")} className="events"
      head={
        <>
          <th class="check"><label class="hit"><input type="checkbox" aria-label={t("events.select_all")} checked={all} onChange={(event) => onSelectAll(event.currentTarget.checked)} /></label></th>
          <th class="fit">{t("event.created")} <span class="faint">({zone})</span></th>
          <th>{t("common.type")}</th>
          <th class="narrow-hide drawer-hide">{t("common.transaction")}</th>
          <th class="narrow-hide">{t("events.state")}</th>
          {showOutcome && <th class="fit">{t("events.deliveries")}</th>}
          <th class="wide-only">{t("common.api_key")}</th>
          <th class="wide-only">{t("common.endpoint")}</th>
          <th class="wide-only fit">{t("event.received")}</th>
        </>
      }
    >
      {events.map((event) => {
        const key = keyOf(event);
        const isSelected = selected.has(key);
        const classes = [key === open && "open", isSelected && "selected", fresh.has(key) && "fresh"].filter(Boolean).join(" ");
        return (
          <tr key={key} class={classes || undefined} data-key={key} aria-current={key === open ? "true" : undefined}>
            <td class="check">
              <label class="hit">
                <input
                  type="checkbox" aria-label={t("events.select", { id: event.id })} checked={isSelected}
                  onClick={(click) => (range.current = click.shiftKey)}
                  onChange={(change) => onSelect(event, change.currentTarget.checked, range.current)}
                />
              </label>
            </td>
            <td class="when"><When at={event.created ?? event.received} /></td>
            <th scope="row">
              <a class="main" href={openHref(event)}><TypeName type={event.type} /></a>
              <span class="under small soft">
                {event.transaction_id && <Foreign text={event.transaction_id} mono most={22} />} {(event.state || event.stalled_reason) && <EventState state={event.state} reason={event.stalled_reason} />}
              </span>
            </th>
            <td class="narrow-hide drawer-hide">{event.transaction_id ? <a href={href(["transactions", event.transaction_id], { endpoint: event.endpoint })}><Foreign text={event.transaction_id} mono most={22} /></a> : <span class="faint">–</span>}</td>
            <td class="narrow-hide"><EventState state={event.state} reason={event.stalled_reason} /></td>
            {showOutcome && <td class="fit"><OutcomeCounts outcome={event.deliveries} /></td>}
            <td class="wide-only">{event.api_key ? <Foreign text={event.api_key} mono most={18} /> : <span class="faint">–</span>}</td>
            <td class="wide-only"><Foreign text={event.endpoint} most={24} /></td>
            <td class="wide-only when"><When at={event.received} /></td>
          </tr>
        );
      })}
    </Table>
  );
}
