// One event, as a drawer beside the list and as a page of its own.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { EventDetail } from "../../generated/api.ts";
import { call } from "../api/client.ts";
import { formatDuration, formatInstant } from "../lib/time.ts";
import { moment } from "../lib/timeline.ts";
import { language, timeStyle } from "../state/preferences.ts";
import { type QueryState, useQuery } from "../state/query.ts";
import { href } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, EventState, type FactItem, Facts, Foreign, Id, Instant, TypeName } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { Icon } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";
import { Blank, Loaded } from "../ui/loaded.tsx";
import { useNarrow } from "../ui/watch.ts";
import { Tabs } from "../ui/tabs.tsx";
import { BodyTab } from "./body_tab.tsx";
import { CompareTab } from "./compare_tab.tsx";
import { DeliveryCard, retryDelivery } from "./delivery_card.tsx";
import { ExplainView } from "./explain_view.tsx";
import { ProofTab } from "./proof_tab.tsx";
import { ReplayDialog } from "./replay_dialog.tsx";
import { TimelineView } from "./timeline_view.tsx";

export const eventTabs = ["story", "body", "proof", "deliveries", "routing", "compare"] as const;
export type EventTab = (typeof eventTabs)[number];

/** Kept while one goes from event to event in the drawer. */
const drawerTab = signal<EventTab>("story");

export function useEvent(id: string, endpoint: string | null): QueryState<EventDetail> {
  const [waiting, setWaiting] = useState(false);
  const query = useQuery(`event ${id} ${endpoint}`, async (stop) => {
    const event = await call("GET /v1/events/{id}", { id, query: endpoint ? { endpoint } : {}, signal: stop });
    setWaiting(event.deliveries.some(({ state, due }) => state === "pending" && Date.parse(due ?? "") < Date.now() + 60_000));
    return event;
  }, waiting ? 2000 : undefined);
  return query;
}

export function EventDrawer({ id, endpoint, onClose, onStep }: { id: string; endpoint: string | null; onClose: () => void; onStep: (by: number) => void }) {
  const query = useEvent(id, endpoint);
  const heading = useRef<HTMLHeadingElement>(null);
  // Opened, it is read from its heading on; moved from event to event, the focus stays where it is.
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    if (!matchMedia("(max-width: 60rem)").matches) return;
    // There it covers the page: what lies below must not take the focus.
    const below = [...document.querySelectorAll<HTMLElement>(".top, .page-head, .toolbar, .live-bar, .split > div")];
    for (const each of below) each.inert = true;
    return () => below.forEach((each) => (each.inert = false));
  }, []);
  return (
    <aside class="drawer" aria-label={t("common.event")}>
      <div class="drawer-head">
        <h2 ref={heading} tabIndex={-1}>{t("common.event")}</h2>
        <Button kind="quiet" icon="up" label={t("event.previous")} title={`${t("event.previous")} (k)`} onClick={() => onStep(-1)} />
        <Button kind="quiet" icon="more" label={t("event.next")} title={`${t("event.next")} (j)`} onClick={() => onStep(1)} />
        <a class="button quiet square" href={href(["event", id], endpoint ? { endpoint } : {})} aria-label={t("event.full")} title={t("event.full")}><Icon name="window" /></a>
        <Button kind="quiet" icon="close" label={t("common.close")} onClick={onClose} />
      </div>
      <div class="drawer-body">
        <Loaded query={query} lines={10}>
          {(event) => <EventView event={event} tab={drawerTab.value} onTab={(tab) => (drawerTab.value = tab)} reload={query.reload} />}
        </Loaded>
      </div>
    </aside>
  );
}

function EventHead({ event, reload, titled }: { event: EventDetail; reload: () => void; titled: boolean }) {
  const [replay, setReplay] = useState(false);
  const delay = event.created ? Date.parse(event.received) - Date.parse(event.created) : 0;
  return (
    <div class="detail-head">
      {!titled && (
        <div class="line">
          <TypeName type={event.type} both />
          {(event.state || event.stalled_reason) && <EventState state={event.state} reason={event.stalled_reason} />}
        </div>
      )}
      <div class="line">
        <Id id={event.id} />
        <Button icon="retry" needs="admin" disabled={event.payload_purged} onClick={() => setReplay(true)}>{t("replay.open")}</Button>
        <CopyAs path={`/v1/events/${encodeURIComponent(event.id)}`} query={{ endpoint: event.endpoint }} command="events show" argument={event.id} />
      </div>
      <Envelope
        first={[
          [t("event.created"), <Instant at={event.created} detail="millisecond" />],
          [t("event.received"), <><Instant at={event.received} detail="millisecond" />{delay > moment && <> <Badge tone="warn" icon="clock">{t("event.arrived_after", { duration: formatDuration(delay, language.value) })}</Badge></>}</>],
          event.transaction_id !== null && [t("common.transaction"), <Id id={event.transaction_id} most={26} href={href(["transactions", event.transaction_id], { endpoint: event.endpoint })} />],
        ]}
        rest={[
          [t("common.endpoint"), <Foreign text={event.endpoint} most={40} />],
          event.api_key !== null && [t("common.api_key"), <Id id={event.api_key} most={26} href={href(["events"], { api_key: event.api_key })} />],
          event.object_id !== null && event.object_id !== event.transaction_id && [t("event.object"), <><Foreign text={event.object_type ?? ""} most={24} /> <Id id={event.object_id} most={24} /></>],
          event.user_id !== null && [t("event.user"), <Id id={event.user_id} most={26} />],
          event.trace_id !== null && [t("event.trace"), <Id id={event.trace_id} most={26} />],
          event.source !== null && [t("event.source"), <Foreign text={event.source} mono />],
        ]}
      />
      {event.erased && <div class="callout warn"><Icon name="hidden" /><div>{t("event.erased", { at: formatInstant(event.erased.at, "second", timeStyle()), by: event.erased.by })}</div></div>}
      {replay && <ReplayDialog scope={{ events: [event] }} onClose={(done) => { setReplay(false); if (done) reload(); }} />}
    </div>
  );
}

/** On a narrow screen what matters most comes first; the rest is one tap away. */
function Envelope({ first, rest }: { first: FactItem[]; rest: FactItem[] }) {
  if (!useNarrow()) return <Facts items={[...first, ...rest]} />;
  return (
    <>
      <Facts items={first} />
      <details class="more-facts"><summary>{t("event.envelope")}</summary><Facts items={rest} /></details>
    </>
  );
}

export function EventView({ event, tab, onTab, reload, titled = false }: { event: EventDetail; tab: EventTab; onTab: (tab: EventTab) => void; reload: () => void; titled?: boolean }) {
  const failures = event.deliveries.filter(({ state }) => state === "failed");
  useKeys({ r: () => void (failures[0] && retryDelivery(failures[0].id).then((done) => done && reload())) });
  const count = failures.length || event.deliveries.length;
  const names: Record<EventTab, ComponentChildren> = {
    story: t("event.tab.story"), body: t("event.tab.body"), proof: t("event.tab.proof"),
    deliveries: <>{t("event.tab.deliveries")} <span class={`tab-count${failures.length ? " bad" : ""}`}>{failures.length > 0 && "✗ "}{count}</span></>,
    routing: t("event.tab.routing"), compare: t("event.tab.compare"),
  };
  return (
    <>
      <EventHead event={event} reload={reload} titled={titled} />
      <Tabs label={t("common.event")} tabs={eventTabs.map((each) => [each, names[each]])} chosen={tab} onChoose={onTab}>
        {tab === "story" && (event.story.length === 0 && event.transaction_id === null
          ? <Blank quiet icon="events" title={t("event.no_transaction")} />
          : <TimelineView events={event.story} gaps={[]} current={event} />)}
        {tab === "body" && <BodyTab key={`${event.endpoint} ${event.id}`} event={event} />}
        {tab === "proof" && <ProofTab event={event} />}
        {tab === "deliveries" && (event.deliveries.length === 0
          ? <Blank quiet icon="deliveries" title={t("delivery.none")}><p>{t("delivery.none_note")}</p></Blank>
          : event.deliveries.map((delivery) => <DeliveryCard key={delivery.id} delivery={delivery} onChanged={reload} shortcut={delivery.id === failures[0]?.id} />))}
        {tab === "routing" && <RoutingTab event={event} />}
        {tab === "compare" && <CompareTab key={`${event.endpoint} ${event.id}`} event={event} />}
      </Tabs>
    </>
  );
}

function RoutingTab({ event }: { event: EventDetail }) {
  const query = useQuery(`explain ${event.endpoint} ${event.id}`, (stop) =>
    call("POST /v1/routes/explain", { body: { event: event.id, endpoint: event.endpoint }, signal: stop }));
  return <Loaded query={query}>{(explanation) => <ExplainView explanation={explanation} />}</Loaded>;
}
