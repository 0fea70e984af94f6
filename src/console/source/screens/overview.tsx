// Today at a glance, and what needs somebody.
import { useState } from "preact/hooks";
import { call, metricsText, readiness } from "../api/client.ts";
import type { Histogram } from "../../generated/api.ts";
import { oddOnes, sharedNames, silentOnes } from "../lib/instances.ts";
import { parseMetrics, quantile, sum } from "../lib/prometheus.ts";
import { type Period, addDays, formatDuration, formatInstant, formatRelative, localeOf, periodStart, startOfDay } from "../lib/time.ts";
import { visible } from "../lib/visible.ts";
import { amount, language, timeStyle, zone } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { href } from "../state/router.ts";
import { may } from "../state/session.ts";
import { type TextKey, named, t } from "../texts/index.ts";
import { Button, Foreign, PageHead, Table } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { Icon } from "../ui/icon.tsx";
import { Blank, Failure, Loaded, Loading } from "../ui/loaded.tsx";
import { Segments } from "../ui/shell.tsx";
import { StackedChart } from "../ui/stacked_chart.tsx";
import { formatBytes } from "./body_tab.tsx";
import { loadGroups } from "./deliveries.tsx";
import { loadInstances } from "./instances.tsx";
import { loadGaps } from "./lost.tsx";

const count = async (from: Date, to: Date, signal: AbortSignal) =>
  (await call("GET /v1/events/count", { query: { created_gt: from.toISOString(), created_lt: to.toISOString() }, signal })).events;

function Figure({ name, value, sub, to, bad = false }: { name: string; value: string; sub?: string; to?: string; bad?: boolean }) {
  const inside = <><span class="name">{name}</span><span class="value">{value}</span>{sub && <span class="sub">{sub}</span>}</>;
  return to ? <a class={`figure${bad ? " bad" : ""}`} href={to}>{inside}</a> : <div class={`figure${bad ? " bad" : ""}`}>{inside}</div>;
}

function Figures() {
  const n = (value: number | null) => (value === null ? "–" : amount(value));
  const today = useQuery(`today ${zone.value}`, async (signal) => {
    const now = new Date();
    const start = startOfDay(now, zone.value);
    return { today: await count(start, now, signal), before: await count(addDays(start, -7, zone.value), addDays(now, -7, zone.value), signal) };
  }, 30_000);
  const metrics = useQuery("metrics", async (signal) => parseMetrics(await metricsText(signal)), 15_000);
  const samples = metrics.data ?? [];
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(samples, "webhookd_acknowledge_duration_seconds", share));
  const duration = (seconds: number | null | undefined) => (seconds == null ? "–" : formatDuration(seconds * 1000, language.value));
  const weekday = new Intl.DateTimeFormat(localeOf(language.value), { weekday: "long" }).format(new Date());
  const waiting = sum(samples, "webhookd_deliveries_pending");
  const dead = sum(samples, "webhookd_deliveries_failed");
  const oldest = samples.filter(({ name }) => name === "webhookd_handler_oldest_pending_seconds").reduce((most, { value }) => Math.max(most, value), 0);
  const free = sum(samples, "webhookd_store_disk_free_bytes");
  const size = sum(samples, "webhookd_store_size_bytes");
  const ready = useQuery("endpoints", (signal) => readiness(signal), 30_000);
  const signed = (ready.data?.endpoints ?? []).flatMap((each) => (each.signature === "required" && each.keys > 0 ? [each] : []));
  const counters = [["accepted", "accepted"], ["duplicate", "duplicate"], ["refused", "rejected"], ["deferred", "deferred"]] as const;
  return (
    <>
      <div class="figures">
        <Figure name={t("overview.today")} value={n(today.data?.today ?? null)} sub={today.data ? t("overview.today_note", { weekday, count: n(today.data.before) }) : ""} to={href(["events"], { period: "today" })} />
        <Figure name={t("overview.dead")} value={n(dead)} sub={dead ? t("overview.dead_note") : t("overview.dead_none")} bad={Boolean(dead)} to={href(["deliveries"], { state: "failed" })} />
        <Figure name={t("overview.waiting")} value={n(waiting)} sub={waiting && oldest ? t("overview.oldest", { age: duration(oldest) }) : t("overview.oldest_none")} to={href(["deliveries"], { state: "pending" })} />
        <Figure name={t("overview.ack")} value={duration(p50)} sub={p50 == null ? t("overview.ack_none") : t("overview.ack_note", { p99: duration(p99) })} />
        <Figure name={t("overview.disk")} value={size === null ? "–" : formatBytes(size)} sub={free === null ? "" : t("overview.disk_note", { free: formatBytes(free) })} />
      </div>
      <p class="strip">
        <span class="title">{t("overview.since_start")}</span>
        {counters.map(([name, metric]) => <span key={name}>{t(`overview.${name}`)} <b>{n(sum(samples, `webhookd_events_${metric}_total`))}</b></span>)}
        {signed.map(({ name, keys, keys_age_seconds: age }) => (
          <span key={name}>{t("overview.keys", { endpoint: name })} <b>{t("overview.keys_age", { n: keys, age: duration(age) })}</b></span>
        ))}
      </p>
    </>
  );
}

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const week = 604_800_000;

/** Of which created the bodies go by age within a week: from the retention in force, where the role may read that. */
function usePurged(): { events: number; created_gt: string; created_lt: string } | null {
  const configuration = useQuery(may("admin") ? "configuration" : null, (signal) => call("GET /v1/configuration", { signal }));
  const told = /^(\d+)(\w)$/.exec(String(configuration.data?.data.find(({ key }) => key === "storage.retention.payloads")?.value ?? ""));
  const age = told ? Number(told[1]) * (units[told[2] ?? ""] ?? 0) : 0;
  const counted = useQuery(age > 0 ? `purged ${age}` : null, async (signal) => {
    const oldest = Date.now() - age;
    const period = { created_gt: new Date(oldest).toISOString(), created_lt: new Date(oldest + Math.min(week, age)).toISOString() };
    return { ...period, events: (await call("GET /v1/events/count", { query: period, signal })).events };
  }, 600_000);
  return counted.data ?? null;
}

function Needs() {
  const purged = usePurged();
  const groups = useQuery("groups", loadGroups, 30_000);
  const handlers = useQuery("handlers", (signal) => call("GET /v1/handlers", { signal }), 15_000);
  const gaps = useQuery("gaps 30d", (signal) => loadGaps({ created_gt: periodStart("30d", zone.value) }, signal), 120_000);
  const ready = useQuery("endpoints", (signal) => readiness(signal), 30_000);
  const instances = useQuery("instances", loadInstances, 30_000);
  const error = groups.error ?? handlers.error;
  if (error) return <Failure error={error} reload={() => { groups.reload(); handlers.reload(); }} />;
  if (!groups.data || !handlers.data || (!gaps.data && !gaps.error) || (!instances.data && !instances.error)) return <Loading />;
  const lost = gaps.data?.data ?? [];
  const known = instances.data?.data ?? [];
  const odd = oddOnes(known);
  const over = lost.filter(({ retries }) => retries === "over").length;
  const needs: Array<{ key: string; bad: boolean; what: string; detail?: string; to: string }> = [
    ...(ready.data?.endpoints ?? []).filter((endpoint) => endpoint.signature === "required" && !endpoint.ready)
      .map(({ name }) => ({ key: `keys ${name}`, bad: true, what: t("overview.need_keys", { endpoint: name }), to: href(["settings"]) })),
    ...silentOnes(known).slice(0, 6)
      .map(({ name, last_heartbeat: at }) => ({ key: `instance ${name} ${at}`, bad: true, what: t("overview.need_instance", { name: visible(name) }), detail: t("overview.need_instance_note", { when: formatRelative(at, language.value) }), to: href(["settings"]) })),
    ...sharedNames(known).map((name) => ({ key: `shared ${name}`, bad: true, what: t("overview.need_name", { name: visible(name) }), to: href(["settings"]) })),
    ...(odd.length > 0 ? [{ key: "drift", bad: true, what: t("overview.need_drift", { n: odd.length }), detail: odd.map(({ name }) => name).join(", "), to: href(["settings"]) }] : []),
    ...handlers.data.data.filter(({ circuit }) => circuit === "open")
      .map(({ name, last_error }) => ({ key: `circuit ${name}`, bad: true, what: t("overview.need_circuit", { handler: name }), detail: last_error ?? "", to: href(["handlers"]) })),
    ...groups.data.data.slice(0, 6).map((group) => ({
      key: `group ${group.handler} ${group.cause}`, bad: true, what: t("overview.need_failed", { n: group.deliveries, handler: group.handler }), detail: group.cause, to: href(["deliveries"], { state: "failed", handler: group.handler, cause: group.cause }),
    })),
    ...(over > 0 ? [{ key: "over", bad: true, what: t("overview.need_gap", { n: over }), to: href(["lost"]) }] : []),
    ...(purged && purged.events > 0 ? [{ key: "purged", bad: false, what: t("overview.need_purge", { n: purged.events }), to: href(["events"], { created_gt: purged.created_gt, created_lt: purged.created_lt }) }] : []),
    ...(lost.length > over ? [{ key: "gaps", bad: false, what: t("overview.need_gap_wait", { n: lost.length - over }), to: href(["lost"]) }] : []),
  ];
  if (needs.length === 0) return <Blank icon="check" title={t("overview.needs_none")}><p>{t("overview.needs_none_note")}</p></Blank>;
  return (
    <ul class="needs">
      {needs.map(({ key, bad, what, detail, to }) => (
        <li key={key} class={bad ? "bad" : undefined}>
          <a href={to}>
            <Icon name={bad ? "lost" : "clock"} />
            <span class="what"><strong>{what}</strong>{detail && <span class="soft small"><Foreign text={detail} most={160} /></span>}</span>
            <Icon name="right" />
          </a>
        </li>
      ))}
    </ul>
  );
}

const intervals: Record<"24h" | "7d" | "30d" | "90d", string> = { "24h": "1h", "7d": "6h", "30d": "1d", "90d": "1d" };
type ChartPeriod = keyof typeof intervals;

interface Span {
  from: number; // milliseconds, inclusive
  to: number; // exclusive
}

const bounds = ({ from, to }: Span) => ({ created_gt: new Date(from - 1).toISOString(), created_lt: new Date(to).toISOString() });
const eventsOf = (span: Span) => href(["events"], bounds(span));

/** The part of the chart that was chosen, and what there is to see of it. */
function Chosen({ histogram, span, onClear }: { histogram: Histogram; span: Span; onClear: () => void }) {
  const within = histogram.starts.map((start) => Date.parse(start) >= span.from && Date.parse(start) < span.to);
  const events = histogram.series.reduce((sum, { counts }) => sum + counts.reduce((own, count, index) => own + (within[index] ? count : 0), 0), 0);
  const at = (instant: number) => formatInstant(new Date(instant).toISOString(), "minute", timeStyle());
  return (
    <div class="chosen" role="status">
      <strong>{t("common.period", { after: at(span.from), before: at(span.to) })}</strong>
      <a class="button primary" href={eventsOf(span)}>{t("overview.period_events", { n: events })}</a>
      <a class="button" href={href(["lost"], bounds(span))}>{t("lost.page")}</a>
      <Button kind="quiet" icon="close" label={t("common.deselect")} onClick={onClear} />
    </div>
  );
}

function HistogramTable({ histogram }: { histogram: Histogram }) {
  const series = histogram.series.filter(({ events }) => events > 0);
  return (
    <Table name={t("overview.chart")} head={<><th>{t("chart.time")}</th>{series.map(({ key }) => <th key={key} class="number">{named("group", key) ?? key}</th>)}</>}>
      {histogram.starts.map((start, index) => (
        <tr key={start}><th scope="row" class="nowrap"><a href={eventsOf({ from: Date.parse(start), to: Date.parse(start) + histogram.interval_seconds * 1000 })}>{formatInstant(start, "minute", timeStyle())}</a></th>{series.map(({ key, counts }) => <td key={key} class="number">{amount(counts[index] ?? 0)}</td>)}</tr>
      ))}
    </Table>
  );
}

function OverTime() {
  const [period, setPeriod] = useState<ChartPeriod>("7d");
  const [asTable, setAsTable] = useState(false);
  const [chosen, setChosen] = useState<Span | null>(null);
  const query = useQuery(`histogram ${period} ${zone.value}`, (signal) =>
    call("GET /v1/events/histogram", { query: { created_gt: periodStart(period as Period, zone.value), interval: intervals[period] }, signal }), 60_000);
  return (
    <section class="card">
      <header>
        <h2>{t("overview.chart")}</h2>
        <div class="actions">
          <Segments label={t("chart.period")} value={period} onChange={(value) => { setPeriod(value); setChosen(null); }} options={(Object.keys(intervals) as ChartPeriod[]).map((each) => [each, t(`chart.${each}` as TextKey)])} />
          <button type="button" class="button quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{t("common.table")}</button>
        </div>
      </header>
      <Loaded query={query} anyKey>
        {(histogram) => (histogram.series.every(({ events }) => events === 0) ? <Blank quiet icon="events" title={t("overview.chart_empty")} /> : asTable ? <HistogramTable histogram={histogram} /> : (
          <div class="body">
            <StackedChart histogram={histogram} label={t("overview.chart")} chosen={chosen} onChoose={(from, to) => setChosen({ from, to })} />
            {chosen ? <Chosen histogram={histogram} span={chosen} onClear={() => setChosen(null)} /> : <p class="note">{t("overview.chart_note")}</p>}
          </div>
        ))}
      </Loaded>
    </section>
  );
}

export function Overview() {
  return (
    <>
      <PageHead title={t("nav.overview")} lead={t("overview.lead")}><CopyAs path="/v1/events/count" query={{ created_gt: startOfDay(new Date(), zone.value).toISOString() }} command="events count" /></PageHead>
      <Figures />
      <div class="overview-grid">
        <section class="card"><header><h2>{t("overview.needs")}</h2></header><Needs /></section>
        <OverTime />
      </div>
    </>
  );
}
