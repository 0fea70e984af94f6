// What failed, by handler and cause, with a probe before the rest is retried; and the list of all deliveries.
import { useRef, useState } from "preact/hooks";
import type { Delivery, DeliveryGroup } from "../../generated/api.ts";
import { type Query, call } from "../api/client.ts";
import { activeFilters, filtersFrom, filtersTo, noFilters, periodOf, queryOf } from "../lib/filters.ts";
import { shortened, visible } from "../lib/visible.ts";
import { usePages } from "../state/pages.ts";
import { amount, zone } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { go, href, route } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Button, Choice, DeliveryState, Foreign, Instant, PageHead, Table, TypeName, namesOf } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { useKeys } from "../ui/keys.ts";
import { Blank, Failure, Loaded, Loading } from "../ui/loaded.tsx";
import { Menu } from "../ui/menu.tsx";
import { Segments } from "../ui/shell.tsx";
import { say } from "../ui/toast.tsx";
import { Countdown, retryDelivery } from "./delivery_card.tsx";
import { DiscardDialog } from "./discard_dialog.tsx";
import { Chip, filterValue } from "./filter_chips.tsx";
import { PeriodFilter } from "./period_filter.tsx";

export const loadGroups = (signal: AbortSignal) => call("GET /v1/deliveries/groups", { query: { state: "failed" }, signal });

/** At most so many in one call; then again, until fewer were left than that. */
const mostAtOnce = 10_000;
async function all(one: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (;;) {
    const done = await one();
    sum += done;
    if (done < mostAtOnce) return sum;
  }
}

function Group({ group, onChanged }: { group: DeliveryGroup; onChanged: () => void }) {
  const [probe, setProbe] = useState<{ is: "waits" | "ok" } | { is: "failed"; reason: string } | null>(null);
  const [dialog, setDialog] = useState<"retry" | "discard" | null>(null);
  const scope: Query = { state: "failed", handler: group.handler, cause: group.cause };

  const retryOne = async () => {
    setProbe({ is: "waits" });
    if (!(await retryDelivery(group.sample.id))) return setProbe(null);
    // Until it has run, or for half a minute: its turn may be far.
    for (let round = 0; round < 30; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const delivery = await call("GET /v1/deliveries/{id}", { id: group.sample.id }).catch(() => null);
      if (!delivery || delivery.state === "pending") continue;
      setProbe(delivery.state === "successful" ? { is: "ok" } : { is: "failed", reason: delivery.reason ?? "" });
      return;
    }
  };

  const actions = (
    <>
      <Button icon="retry" disabled={probe?.is === "waits"} onClick={() => void retryOne()}>{t("deliveries.probe")}</Button>
      {group.deliveries > 1 && <Button kind={probe?.is === "ok" ? "primary" : "plain"} onClick={() => setDialog("retry")}>{t("deliveries.retry_all", { n: group.deliveries })}</Button>}
      <Button kind="quiet" onClick={() => setDialog("discard")}>{t("delivery.discard")}</Button>
    </>
  );
  return (
    <tr>
      <th scope="row"><strong><Foreign text={group.handler} /></strong><div class="soft"><Foreign text={group.cause || "–"} most={140} /></div>
        {probe && (
          <div class={`small ${probe.is === "failed" ? "error-line" : "soft"}`} role="status">
            {probe.is === "failed" ? t("deliveries.probe_failed", { reason: probe.reason }) : t(`deliveries.probe_${probe.is}`)}
          </div>
        )}
        {dialog === "retry" && <RetryDialog group={group} scope={scope} onClose={(done) => { setDialog(null); if (done) onChanged(); }} />}
        {dialog === "discard" && <DiscardDialog count={group.deliveries} discard={(body) => all(async () => (await call("POST /v1/deliveries/discard", { query: { ...scope, limit: String(mostAtOnce) }, body })).discarded)} onClose={(done) => { setDialog(null); if (done) onChanged(); }} />}
        <div class="under chips">{actions}</div>
      </th>
      <td class="number"><a href={href(["deliveries"], scope)}>{amount(group.deliveries)}</a></td>
      <td class="narrow-hide"><Instant at={group.first_finished} relative /></td>
      <td class="narrow-hide"><Instant at={group.last_finished} relative /></td>
      <td class="narrow-hide"><a href={href(["deliveries", String(group.sample.id)])}>#{group.sample.id}</a></td>
      <td class="fit">
        <div class="chips row-actions">{actions}</div>
      </td>
    </tr>
  );
}

function RetryDialog({ group, scope, onClose }: { group: DeliveryGroup; scope: Query; onClose: (done: boolean) => void }) {
  return (
    <Confirm
      title={t("deliveries.retry_title")} onClose={() => onClose(false)} count={group.deliveries} action={t("delivery.retry")} ask={t("deliveries.confirm", { n: group.deliveries })}
      onConfirm={async () => {
        const n = await all(async () => (await call("POST /v1/deliveries/retry", { query: { ...scope, limit: String(mostAtOnce) } })).retried);
        say(t("deliveries.retry_done", { n }));
        onClose(true);
      }}
    >
      <p><strong>{t("deliveries.retry_counts", { n: group.deliveries, handler: group.handler })}</strong></p>
      <p class="soft"><Foreign text={group.cause} most={300} /></p>
    </Confirm>
  );
}

function Triage() {
  const query = useQuery("groups", loadGroups, 15_000);
  return (
    <section class="card">
      <header><h2>{t("deliveries.triage")}</h2></header>
      <Loaded query={query}>
        {(groups) => (groups.data.length === 0 ? <Blank quiet icon="check" title={t("deliveries.triage_none")}><p>{t("deliveries.triage_none_note")}</p></Blank> : (
          <Table
            name={t("deliveries.triage")} className="events triage"
            head={<><th>{t("delivery.handler")} · {t("delivery.reason")}</th><th class="number">{t("deliveries.count")}</th><th class="narrow-hide">{t("deliveries.first")}</th><th class="narrow-hide">{t("deliveries.last")}</th><th class="narrow-hide">{t("deliveries.sample")}</th><th><span class="unseen">{t("deliveries.actions")}</span></th></>}
          >
            {groups.data.map((group) => <Group key={`${group.handler} ${group.cause}`} group={group} onChanged={query.reload} />)}
          </Table>
        ))}
      </Loaded>
    </section>
  );
}

type StateFilter = "" | "pending" | "successful" | "failed" | "discarded";

export function Deliveries() {
  const { params } = route.value;
  const state = (params.get("state") ?? "") as StateFilter;
  const handler = params.get("handler") ?? "";
  const cause = params.get("cause");
  const age = periodOf(filtersFrom(params));
  const chosen: Query = { ...(state ? { state } : {}), ...(handler ? { handler } : {}), ...(cause !== null ? { cause } : {}) };
  const narrowed = Object.keys(chosen).length > 0 || activeFilters(age).length > 0;
  const show = (next: Query, period = age) => go(href(["deliveries"], { ...next, ...Object.fromEntries(filtersTo(period)) }), { replace: true });
  /** An empty one takes the filter away. */
  const set = (name: "state" | "handler" | "cause", value: string) => {
    const { [name]: _, ...others } = chosen;
    show(value ? { ...others, [name]: value } : others);
  };
  const ask = () => ({ ...chosen, ...queryOf(age, zone.value) });
  const handlers = useQuery("handlers", (signal) => call("GET /v1/handlers", { signal }));
  const pages = usePages<Delivery, Query>(
    `deliveries ${state} ${handler} ${cause} ${filtersTo(age)} ${age.period ? zone.value : ""}`, ask,
    (filters, cursor, signal) => call("GET /v1/deliveries", { query: { ...filters, limit: "50", ...(cursor ? { cursor } : {}) }, signal }),
    state === "pending" ? 5000 : undefined,
  );
  const focused = () => pages.rows.find(({ id }) => String(id) === (document.activeElement?.closest("tr[data-id]") as HTMLElement | null)?.dataset.id);
  const move = (by: number) => {
    const rows = [...document.querySelectorAll<HTMLElement>("tr[data-id]")];
    const from = rows.findIndex((row) => row.contains(document.activeElement));
    rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + by))]?.querySelector<HTMLElement>("a.main")?.focus();
  };
  const openPeriod = useRef<() => void>(() => {});
  useKeys({
    j: () => move(1), k: () => move(-1), f: () => openPeriod.current(),
    r: () => {
      const delivery = focused();
      if (delivery && delivery.state !== "successful") void retryDelivery(delivery.id).then((done) => done && pages.reload());
    },
  });
  return (
    <>
      <PageHead title={t("nav.deliveries")} lead={t("deliveries.lead")}>
        <CopyAs path="/v1/deliveries" query={ask()} command="deliveries list" />
      </PageHead>
      <Triage />
      <section class="card spaced">
        <header>
          <h2>{t("nav.deliveries")}</h2>
          <div class="actions">
            <Segments<StateFilter> label={t("delivery.state")} value={state} onChange={(value) => set("state", value)}
              options={[["", t("common.all")], ["pending", t("outcome.pending")], ["successful", t("outcome.successful")], ["failed", t("outcome.failed")], ["discarded", t("outcome.discarded")]]} />
            <Choice label={t("delivery.handler")} value={handler} onChange={(value) => set("handler", value)} options={[["", t("deliveries.all_handlers")], ...namesOf(handlers.data?.data)]} />
            <Menu label={t("filter.period")} icon="clock" text={t("filter.period")} shortcut="f" wide control={(open) => (openPeriod.current = open)}>
              {() => <div class="filter-panel period"><PeriodFilter filters={age} onChange={(period) => show(chosen, period)} /></div>}
            </Menu>
            <Button kind="quiet" icon="retry" label={t("common.refresh")} onClick={pages.reload} />
          </div>
          {activeFilters(age).length > 0 && <Chip name={t("delivery.planned")} value={filterValue(age, "period")} onRemove={() => show(chosen, noFilters)} />}
          {cause !== null && <Chip name={t("delivery.reason")} value={shortened(visible(cause || "–"), 80)} onRemove={() => set("cause", "")} />}
        </header>
        {pages.error ? <Failure error={pages.error} reload={pages.reload} /> : pages.data === undefined ? <Loading /> : pages.rows.length === 0 ? (
          <Blank quiet icon="deliveries" title={narrowed ? t("deliveries.empty") : t("deliveries.empty_all")}>
            {narrowed && <Button onClick={() => show({}, noFilters)}>{t("filter.remove_all")}</Button>}
          </Blank>
        ) : (
          <div class={pages.stale ? "stale" : undefined}>
            <Table
              name={t("nav.deliveries")} className="events"
              head={<><th class="fit">#</th><th>{t("common.event")}</th><th class="narrow-hide">{t("delivery.handler")}</th><th class="fit">{t("delivery.state")}</th><th class="fit number narrow-hide">{t("delivery.attempts")}</th><th class="narrow-hide">{t("delivery.reason")}</th><th class="fit narrow-hide">{t("delivery.planned")}</th><th class="fit narrow-hide">{t("delivery.next")}</th></>}
            >
              {pages.rows.map((delivery) => (
                <tr key={delivery.id} data-id={String(delivery.id)}>
                  <td class="fit"><a class="main" href={href(["deliveries", String(delivery.id)])}>{delivery.id}</a></td>
                  <th scope="row"><a class="main" href={href(["event", delivery.event], { endpoint: delivery.endpoint, tab: "deliveries" })}><TypeName type={delivery.type} /></a><span class="under small soft"><Foreign text={delivery.handler} most={24} /></span></th>
                  <td class="narrow-hide"><Foreign text={delivery.handler} most={24} /></td>
                  <td class="fit"><DeliveryState state={delivery.state} /></td>
                  <td class="fit number narrow-hide">{delivery.attempts}</td>
                  <td class="narrow-hide soft">{delivery.reason && delivery.state !== "successful" ? <Foreign text={delivery.reason} most={70} /> : ""}</td>
                  <td class="fit narrow-hide"><Instant at={delivery.planned} /></td>
                  <td class="fit narrow-hide">{delivery.state === "pending" && delivery.due ? <Countdown due={delivery.due} /> : ""}</td>
                </tr>
              ))}
            </Table>
            {pages.cursor && <div class="list-foot pad-x"><Button onClick={() => void pages.more().catch((error: Error) => say(error.message, { bad: true }))} disabled={pages.loadingMore}>{t("common.more")}</Button></div>}
          </div>
        )}
      </section>
    </>
  );
}
