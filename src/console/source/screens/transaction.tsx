// One transaction from its first event to its last: what happened, what came late, what is missing.
import { useEffect, useState } from "preact/hooks";
import type { Erasure, Event, TransactionDetail } from "../../generated/api.ts";
import { call } from "../api/client.ts";
import { at as valueAt, member, parseJson, scalarText } from "../lib/json.ts";
import { formatDuration } from "../lib/time.ts";
import { stageOf } from "../lib/timeline.ts";
import { amount, language } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { href, lastList, route } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Facts, Foreign, Id, Instant, PageHead, type Tone } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Blank, Loaded } from "../ui/loaded.tsx";
import { say } from "../ui/toast.tsx";
import { TimelineView } from "./timeline_view.tsx";

const tones: Partial<Record<string, Tone>> = { completed: "good", stalled: "warn", cancelled: "warn", expired: "warn", paused: "warn" };

export function TransactionPage({ id }: { id: string }) {
  const endpoint = route.value.params.get("endpoint");
  const [erasing, setErasing] = useState(false);
  const query = useQuery(`transaction ${id} ${endpoint}`, (signal) => call("GET /v1/transactions/{id}", { id, query: endpoint ? { endpoint } : {}, signal }), 30_000);
  const events = query.data?.events ?? [];
  return (
    <>
      <PageHead back={{ to: lastList.hash, name: t("nav.events") }} title={<><span class="soft">{t("common.transaction")}</span> <Id id={id} most={48} /></>} lead={t("tx.lead")}>
        <a class="button" href={href(["events"], { transaction: id })}>{t("tx.filter")}</a>
        <CopyAs path={`/v1/transactions/${encodeURIComponent(id)}`} query={endpoint ? { endpoint } : {}} command="transactions show" argument={id} />
        <Button icon="hidden" needs="admin" disabled={events.length === 0} onClick={() => setErasing(true)}>{t("tx.erase")}</Button>
      </PageHead>
      <div class="card"><div class="body pad">
        {query.error?.status === 400 && !endpoint ? <ChooseEndpoint id={id} /> : <Loaded query={query}>
          {(transaction) => (transaction.events.length === 0 ? <Blank icon="events" title={t("tx.empty")} /> : (
            <div class="stack">
              <About transaction={transaction} />
              {transaction.has_more && <p class="soft">{t("tx.more", { n: transaction.events.length })}</p>}
              <TimelineView events={transaction.events} gaps={transaction.missing} expected={transaction.expected} />
            </div>
          ))}
        </Loaded>}
      </div></div>
      {erasing && <EraseDialog id={id} endpoint={endpoint} onClose={(done) => { setErasing(false); if (done) query.reload(); }} />}
    </>
  );
}

/** Several endpoints may have received events of the same transaction. */
function ChooseEndpoint({ id }: { id: string }) {
  const query = useQuery(`endpoints of ${id}`, (signal) => call("GET /v1/events", { query: { transaction: id, limit: "1000" }, signal }));
  return (
    <Loaded query={query}>
      {(list) => (
        <Blank quiet icon="events" title={t("tx.ambiguous")}>
          <div class="chips">
            {[...new Set(list.data.map((event) => event.endpoint))].map((name) => <a key={name} class="button" href={href(["transactions", id], { endpoint: name })}>{name}</a>)}
          </div>
        </Blank>
      )}
    </Loaded>
  );
}

/** Where it stands, and what the newest event about the transaction itself says of its documents. */
function About({ transaction }: { transaction: TransactionDetail }) {
  const { events } = transaction;
  const stage = stageOf(events);
  const newest = [...events].reverse().find(({ type }) => type.startsWith("transaction.lifecycle."));
  const query = useQuery(newest ? `event ${newest.endpoint} ${newest.id}` : null, (signal) =>
    call("GET /v1/events/{id}", { id: newest?.id ?? "", query: { endpoint: newest?.endpoint ?? "" }, signal }));
  const told = contractOf(query.data?.raw_body ?? "");
  // Universign keeps signed documents of a transaction for 60 days where they are; then they lie in its archive.
  const until = stage === "completed" && newest?.created ? new Date(Date.parse(newest.created) + 60 * 86_400_000).toISOString() : null;
  const open = stage !== null && !["completed", "cancelled", "expired"].includes(stage);
  const at = (event: Event | undefined) => event?.created ?? event?.received ?? null;
  const first = at(events[0]);
  const last = at(events.at(-1));
  return (
    <Facts
      items={[
        stage !== null && [t("tx.stage"), <Badge tone={tones[stage] ?? "info"}>{t(`stage.${stage}`)}</Badge>],
        [t("tx.first"), <Instant at={first} />],
        [t("tx.last"), <Instant at={last} />],
        [t("tx.took"), formatDuration(Date.parse(last ?? "") - Date.parse(first ?? ""), language.value)],
        [t("tx.events"), `${amount(events.length)}${transaction.has_more ? "+" : ""}`],
        [t("common.endpoint"), <Foreign text={transaction.endpoint} most={40} />],
        told.documents.length > 0 && [t("tx.documents"), told.documents.slice(0, 20).map((name, index) => <div key={index}><Foreign text={name} most={60} /></div>)],
        open && told.deadline !== null && [t("tx.deadline"), <Instant at={told.deadline} detail="minute" />],
        until !== null && [t("tx.download_until"), <Instant at={until} detail="minute" />],
      ]}
    />
  );
}

function contractOf(raw: string): { documents: string[]; deadline: string | null } {
  try {
    const object = valueAt(parseJson(raw), "/payload/object");
    const list = member(object, "documents");
    const documents = list?.kind === "array" ? list.items.map((each) => member(each, "name")).flatMap((name) => (name?.kind === "string" ? [name.value] : [])) : [];
    const text = (name: string) => {
      const found = member(object, name);
      return found ? scalarText(found) : "";
    };
    const deadline = Date.parse(text("started_at")) + Number(text("duration")) * 60_000;
    return { documents, deadline: Number.isFinite(deadline) ? new Date(deadline).toISOString() : null };
  } catch {
    return { documents: [], deadline: null };
  }
}

function EraseDialog({ id, endpoint, onClose }: { id: string; endpoint: string | null; onClose: (done: boolean) => void }) {
  const [counted, setCounted] = useState<Erasure | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const query: Record<string, string> = endpoint ? { endpoint } : {};
  useEffect(() => {
    call("POST /v1/transactions/{id}/erase", { id, query: { ...query, dry_run: "true" } }).then(setCounted, (error: Error) => setFailed(error.message));
  }, []);
  const events = counted?.events ?? 0;
  return (
    <Confirm
      title={t("erase.title")} onClose={() => onClose(false)} count={counted ? events : null} danger action={t("erase.do")} ask={t("erase.confirm", { n: events })}
      onConfirm={async () => {
        const erased = await call("POST /v1/transactions/{id}/erase", { id, query });
        say(erased.remnants === "possible" ? t("erase.remnants") : t("erase.done"), { bad: erased.remnants === "possible" });
        onClose(true);
      }}
    >
      <p class="soft">{t("erase.lead")}</p>
      {failed && <p class="error-line" role="alert">{failed}</p>}
      {counted && <p role="status"><strong>{t("erase.counts", { events, bodies: counted.bodies, deliveries: counted.deliveries_failed })}</strong></p>}
    </Confirm>
  );
}
