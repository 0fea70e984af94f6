// What failed, by handler and cause, with a probe before the rest is retried; and the list of all deliveries.
import { useState } from "preact/hooks";
import type { Delivery } from "../../generated/api.ts";
import { ApiError, type Query, call } from "../api/client.ts";
import type { DeliveryGroup, DeliveryGroupList } from "../api/future.ts";
import { usePages } from "../state/pages.ts";
import { useQuery } from "../state/query.ts";
import { go, href, route } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Button, DeliveryState, Field, Foreign, Instant, PageHead, Table, TypeName } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { useKeys } from "../ui/keys.ts";
import { Blank, Failure, Loaded, Loading } from "../ui/loaded.tsx";
import { Segments } from "../ui/shell.tsx";
import { say } from "../ui/toast.tsx";
import { Countdown, retryDelivery } from "./delivery_card.tsx";

/** Groups of failures; an older daemon has none, and then the newest thousand are grouped here. */
export async function loadGroups(signal: AbortSignal): Promise<DeliveryGroupList & { exact: boolean }> {
  try {
    return { ...(await call("GET /v1/deliveries/groups", { query: { state: "failed" }, signal })), exact: true };
  } catch (error) {
    if (!(error instanceof ApiError) || !error.needsNewerDaemon) throw error;
    const list = await call("GET /v1/deliveries", { query: { state: "failed", limit: "1000" }, signal });
    return { object: "list", data: groupsOf(list.data), has_more: list.has_more, exact: false };
  }
}

export function groupsOf(deliveries: Delivery[]): DeliveryGroup[] {
  const groups = new Map<string, DeliveryGroup>();
  for (const delivery of deliveries) {
    const cause = delivery.reason ?? "";
    const key = `${delivery.handler} ${cause}`;
    const at = delivery.finished ?? delivery.planned ?? "";
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { object: "delivery_group", handler: delivery.handler, cause, deliveries: 1, first_finished: at, last_finished: at, sample: delivery });
      continue;
    }
    group.deliveries += 1;
    if (at < group.first_finished) group.first_finished = at;
    if (at > group.last_finished) group.last_finished = at;
  }
  return [...groups.values()].sort((a, b) => b.deliveries - a.deliveries);
}

function Group({ group, exact, onChanged }: { group: DeliveryGroup; exact: boolean; onChanged: () => void }) {
  const [probe, setProbe] = useState<{ is: "waits" | "ok" } | { is: "failed"; reason: string } | null>(null);
  const [dialog, setDialog] = useState<"retry" | "discard" | null>(null);
  const scope: Query = { state: "failed", handler: group.handler, ...(exact ? { cause: group.cause } : {}) };

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
      <Button kind={probe?.is === "ok" ? "primary" : "plain"} onClick={() => setDialog("retry")}>{t("deliveries.retry_all", { n: group.deliveries })}</Button>
      {exact && <Button kind="quiet" needs="admin" onClick={() => setDialog("discard")}>{t("delivery.discard")}</Button>}
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
        {dialog === "retry" && <RetryDialog group={group} scope={scope} exact={exact} onClose={(done) => { setDialog(null); if (done) onChanged(); }} />}
        {dialog === "discard" && <DiscardDialog group={group} scope={scope} onClose={(done) => { setDialog(null); if (done) onChanged(); }} />}
        <div class="under chips">{actions}</div>
      </th>
      <td class="number">{group.deliveries.toLocaleString()}</td>
      <td class="narrow-hide"><Instant at={group.first_finished} relative /></td>
      <td class="narrow-hide"><Instant at={group.last_finished} relative /></td>
      <td class="narrow-hide"><a href={href(["deliveries", String(group.sample.id)])}>#{group.sample.id}</a></td>
      <td class="fit">
        <div class="chips row-actions">{actions}</div>
      </td>
    </tr>
  );
}

function RetryDialog({ group, scope, exact, onClose }: { group: DeliveryGroup; scope: Query; exact: boolean; onClose: (done: boolean) => void }) {
  return (
    <Confirm
      title={t("deliveries.retry_title")} onClose={() => onClose(false)} count={group.deliveries} action={t("delivery.retry")} ask={t("deliveries.retry_confirm", { n: group.deliveries })}
      onConfirm={async () => {
        let sum = 0;
        let retried: number;
        do {
          ({ retried } = await call("POST /v1/deliveries/retry", { query: { ...scope, limit: "10000" } }));
          sum += retried;
        } while (retried === 10_000);
        say(t("deliveries.retry_done", { n: sum }));
        onClose(true);
      }}
    >
      <p><strong>{t("deliveries.retry_counts", { n: group.deliveries, handler: group.handler })}</strong></p>
      <p class="soft"><Foreign text={group.cause} most={300} /></p>
      {!exact && <p class="soft">{t("deliveries.retry_handler_note", { handler: group.handler })}</p>}
    </Confirm>
  );
}

function DiscardDialog({ group, scope, onClose }: { group: DeliveryGroup; scope: Query; onClose: (done: boolean) => void }) {
  const [reason, setReason] = useState("");
  return (
    <Confirm
      title={t("deliveries.discard_title")} onClose={() => onClose(false)} danger count={reason.trim() ? group.deliveries : null}
      action={t("deliveries.discard_do", { n: group.deliveries })} ask={t("deliveries.retry_confirm", { n: group.deliveries })}
      onConfirm={async () => {
        const { discarded } = await call("POST /v1/deliveries/discard", { query: scope, body: { reason: reason.trim() } });
        say(t("deliveries.discard_done", { n: discarded }));
        onClose(true);
      }}
    >
      <p class="soft">{t("deliveries.discard_lead")}</p>
      <Field label={t("deliveries.discard_reason")}><input type="text" value={reason} required onInput={(event) => setReason(event.currentTarget.value)} /></Field>
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
            head={<><th>{t("delivery.handler")} · {t("delivery.reason")}</th><th class="number">{t("deliveries.count")}</th><th class="narrow-hide">{t("deliveries.first")}</th><th class="narrow-hide">{t("deliveries.last")}</th><th class="narrow-hide">{t("deliveries.sample")}</th><th><span class="unseen">{t("delivery.retry")}</span></th></>}
          >
            {groups.data.map((group) => <Group key={`${group.handler} ${group.cause}`} group={group} exact={groups.exact} onChanged={query.reload} />)}
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
  const query: Query = { ...(state ? { state } : {}), ...(handler ? { handler } : {}) };
  const set = (changes: Query) => go(href(["deliveries"], Object.fromEntries(Object.entries({ ...query, ...changes }).filter(([, value]) => value !== ""))), { replace: true });
  const handlers = useQuery("handlers", (signal) => call("GET /v1/handlers", { signal }));
  const pages = usePages<Delivery, Query>(
    `deliveries ${state} ${handler}`, () => query,
    (filters, cursor, signal) => call("GET /v1/deliveries", { query: { ...filters, limit: "50", ...(cursor ? { cursor } : {}) }, signal }),
    state === "pending" ? 5000 : undefined,
  );
  const focused = () => pages.rows.find(({ id }) => String(id) === (document.activeElement?.closest("tr[data-id]") as HTMLElement | null)?.dataset.id);
  const move = (by: number) => {
    const rows = [...document.querySelectorAll<HTMLElement>("tr[data-id]")];
    const from = rows.findIndex((row) => row.contains(document.activeElement));
    rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + by))]?.querySelector<HTMLElement>("a.main")?.focus();
  };
  useKeys({
    j: () => move(1), k: () => move(-1),
    r: () => {
      const delivery = focused();
      if (delivery && delivery.state !== "successful") void retryDelivery(delivery.id).then((done) => done && pages.reload());
    },
  });
  return (
    <>
      <PageHead title={t("deliveries.title")} lead={t("deliveries.lead")}>
        <CopyAs path="/v1/deliveries" query={query} command="deliveries list" />
      </PageHead>
      <Triage />
      <section class="card spaced">
        <header>
          <h2>{t("deliveries.title")}</h2>
          <div class="actions">
            <Segments<StateFilter> label={t("delivery.state")} value={state} onChange={(value) => set({ state: value })}
              options={[["", t("common.all")], ["pending", t("state.pending")], ["successful", t("state.successful")], ["failed", t("state.failed")], ["discarded", t("state.discarded")]]} />
            <select class="compact" aria-label={t("delivery.handler")} value={handler} onChange={(event) => set({ handler: event.currentTarget.value })}>
              <option value="">{t("deliveries.all_handlers")}</option>
              {handlers.data?.data.map(({ name }) => <option key={name} value={name}>{name}</option>)}
            </select>
            <Button kind="quiet" icon="retry" label={t("common.refresh")} onClick={pages.reload} />
          </div>
        </header>
        {pages.error ? <Failure error={pages.error} reload={pages.reload} /> : pages.data === undefined ? <Loading /> : pages.rows.length === 0 ? (
          <Blank quiet icon="deliveries" title={state || handler ? t("deliveries.empty") : t("deliveries.empty_all")}>
            {(state || handler) && <Button onClick={() => set({ state: "", handler: "" })}>{t("events.widen_all")}</Button>}
          </Blank>
        ) : (
          <div class={pages.stale ? "stale" : undefined}>
            <Table
              name={t("deliveries.title")} className="events"
              head={<><th class="fit">#</th><th>{t("delivery.event")}</th><th>{t("delivery.handler")}</th><th class="fit">{t("delivery.state")}</th><th class="fit number narrow-hide">{t("delivery.attempts")}</th><th class="narrow-hide">{t("delivery.reason")}</th><th class="fit narrow-hide">{t("delivery.planned")}</th><th class="fit narrow-hide">{t("delivery.next")}</th></>}
            >
              {pages.rows.map((delivery) => (
                <tr key={delivery.id} data-id={String(delivery.id)}>
                  <td class="fit"><a class="main" href={href(["deliveries", String(delivery.id)])}>{delivery.id}</a></td>
                  <th scope="row"><a class="main" href={href(["event", delivery.event], { endpoint: delivery.endpoint, tab: "deliveries" })}><TypeName type={delivery.type} /></a></th>
                  <td><Foreign text={delivery.handler} most={24} /></td>
                  <td class="fit"><DeliveryState state={delivery.state} /></td>
                  <td class="fit number narrow-hide">{delivery.attempts}</td>
                  <td class="narrow-hide soft">{delivery.reason && delivery.state !== "successful" ? <Foreign text={delivery.reason} most={70} /> : ""}</td>
                  <td class="fit narrow-hide"><Instant at={delivery.planned} /></td>
                  <td class="fit narrow-hide">{delivery.state === "pending" && delivery.due ? <Countdown due={delivery.due} /> : ""}</td>
                </tr>
              ))}
            </Table>
            {pages.cursor && <div class="list-foot pad-x"><Button onClick={() => void pages.more()} disabled={pages.loadingMore}>{t("common.more")}</Button></div>}
          </div>
        )}
      </section>
    </>
  );
}
