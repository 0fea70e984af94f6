// Consumption per month, as a table, as bars and as CSV.
import { useState } from "preact/hooks";
import type { EventList, EventsReport } from "../../generated/api.ts";
import { call, readiness } from "../api/client.ts";
import { toCsv } from "../lib/csv.ts";
import { formatMonth, lastMonths, monthBounds } from "../lib/time.ts";
import { amount, language } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { go, href, route } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Button, Choice, Foreign, PageHead, Table, namesOf } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { saveFile } from "../ui/download.ts";
import { Blank, Loaded } from "../ui/loaded.tsx";

const kinds = ["signatures", "visas", "seals", "reviews"] as const;
const levels = ["level_0", "level_1", "level_2", "level_3", "level_4"] as const;

type Month = { month: string; report: EventsReport };

async function loadMonths(count: number, endpoint: string, signal: AbortSignal): Promise<Month[]> {
  const months: Month[] = [];
  // One after another: each reads a month.
  for (const month of lastMonths(count)) {
    const { from, to } = monthBounds(month);
    // Both ends are exclusive: the month's first millisecond belongs to it.
    const after = new Date(Date.parse(from) - 1).toISOString();
    months.push({ month, report: await call("GET /v1/events/report", { query: { created_gt: after, created_lt: to, ...(endpoint ? { endpoint } : {}) }, signal }) });
  }
  return months;
}

function Bars({ months }: { months: Month[] }) {
  const most = Math.max(...months.map(({ report }) => report.total), 1);
  const shown = months.filter(({ report }, index) => report.total > 0 || index === 0);
  return (
    <div class="bars" role="img" aria-label={t("report.chart")}>
      {shown.map(({ month, report }) => (
        <div key={month} class="bar-row">
          <span>{formatMonth(month, language.value)}</span>
          <div class="bar">{kinds.map((kind) => report[kind] > 0 && <i key={kind} class={`c-${kind}`} title={t("common.with_value", { name: t(`report.${kind}`), value: report[kind] })} style={{ inlineSize: `${(report[kind] / most) * 100}%` }} />)}</div>
          <strong class="number">{amount(report.total)}</strong>
        </div>
      ))}
      <div class="legend">{kinds.map((kind) => <span key={kind} class={`legend-item`}><i class={`c-${kind}`} />{t(`report.${kind}`)}</span>)}</div>
    </div>
  );
}

/** Whose events completed transactions in a month: read from the newest of them, at most so many. */
const mostTransactions = 5000;
type KeyReport = { key: string; report: EventsReport };

async function loadKeys(month: string, endpoint: string, signal: AbortSignal): Promise<{ rows: KeyReport[]; complete: boolean }> {
  const { from, to } = monthBounds(month);
  const query = { created_gt: new Date(Date.parse(from) - 1).toISOString(), created_lt: to, ...(endpoint ? { endpoint } : {}) };
  const keys = new Set<string>();
  let cursor: string | null = null;
  let seen = 0;
  do {
    const page: EventList = await call("GET /v1/events", { query: { ...query, type: "transaction.lifecycle.completed", limit: "1000", ...(cursor ? { cursor } : {}) }, signal });
    for (const event of page.data) if (event.api_key !== null) keys.add(event.api_key);
    seen += page.data.length;
    cursor = page.next_cursor;
  } while (cursor && seen < mostTransactions);
  const rows: KeyReport[] = [];
  for (const key of [...keys].sort().slice(0, 50)) rows.push({ key, report: await call("GET /v1/events/report", { query: { ...query, api_key: key }, signal }) });
  return { rows: rows.sort((a, b) => b.report.total - a.report.total), complete: cursor === null };
}

function ByKey({ months, endpoint }: { months: Month[]; endpoint: string }) {
  const [month, setMonth] = useState(months[0]?.month ?? "");
  const query = useQuery(`keys ${month} ${endpoint}`, (signal) => loadKeys(month, endpoint, signal));
  return (
    <section class="card spaced">
      <header>
        <h2>{t("report.keys")}</h2>
        <Choice label={t("common.month")} value={month} onChange={setMonth} options={months.map((each) => [each.month, formatMonth(each.month, language.value)])} />
      </header>
      <Loaded query={query}>
        {({ rows, complete }) => (rows.length === 0 ? <Blank quiet icon="apikey" title={t("report.keys_empty")} /> : (
          <>
            <Table name={t("report.keys")} head={<><th>{t("common.api_key")}</th><th class="number">{t("report.total")}</th>{kinds.map((kind) => <th key={kind} class="number">{t(`report.${kind}`)}</th>)}</>}>
              {rows.map(({ key, report }) => (
                <tr key={key}>
                  <th scope="row"><a href={href(["events"], { api_key: key })}><Foreign text={key} mono most={40} /></a></th>
                  <td class="number"><strong>{count(report.total)}</strong></td>
                  {kinds.map((kind) => <td key={kind} class="number">{count(report[kind])}</td>)}
                </tr>
              ))}
            </Table>
            {!complete && <p class="note pad-x">{t("report.keys_part", { n: mostTransactions })}</p>}
          </>
        ))}
      </Loaded>
    </section>
  );
}

const count = (value: number | undefined) => (value ? amount(value) : <span class="faint">0</span>);

export function Report() {
  const { params } = route.value;
  const last = [3, 6, 12, 24].find((each) => String(each) === params.get("months")) ?? 6;
  const endpoint = params.get("endpoint") ?? "";
  const set = (changes: Record<string, string>) => go(href(["report"], Object.fromEntries(Object.entries({ months: String(last), endpoint, ...changes }).filter(([, value]) => value))), { replace: true });
  const query = useQuery(`report ${last} ${endpoint}`, (signal) => loadMonths(last, endpoint, signal));
  const ready = useQuery("endpoints", (signal) => readiness(signal));
  const save = (months: Month[]) => saveFile("consumption.csv", "text/csv", toCsv(
    ["month", "total", ...kinds, ...levels],
    months.map(({ month, report }) => [month, report.total, ...kinds.map((kind) => report[kind]), ...levels.map((level) => report.signatures_by_required_level[level] ?? 0)]),
  ));
  const newest = monthBounds(lastMonths(1)[0] ?? "");
  return (
    <>
      <PageHead title={t("nav.report")} lead={t("report.lead")}>
        <Choice label={t("common.endpoint")} value={endpoint} onChange={(value) => set({ endpoint: value })} options={[["", t("report.all_endpoints")], ...namesOf(ready.data?.endpoints)]} />
        <Choice label={t("report.months")} value={String(last)} onChange={(value) => set({ months: value })} options={[3, 6, 12, 24].map((each) => [String(each), t("report.last", { n: each })])} />
        <Button icon="download" disabled={!query.data} onClick={() => query.data && save(query.data)}>{t("report.csv")}</Button>
        <CopyAs path="/v1/events/report" query={{ created_gt: newest.from, created_lt: newest.to, ...(endpoint ? { endpoint } : {}) }} command="report" />
      </PageHead>
      <Loaded query={query} anyKey>
        {(months) => (
          <>
            <section class="card"><header><h2>{t("report.chart")}</h2></header><div class="body">
              {months.every(({ report }) => report.total === 0) ? <Blank quiet icon="report" title={t("report.empty")} /> : <Bars months={months} />}
            </div></section>
            <section class="card spaced">
              <Table
                name={t("nav.report")}
                head={
                  <>
                    <th>{t("common.month")}</th><th class="number">{t("report.total")}</th>
                    {kinds.map((kind) => <th key={kind} class="number">{t(`report.${kind}`)}</th>)}
                    {levels.map((level) => <th key={level} class="number">{t("report.level", { n: Number(level.slice(-1)) })}</th>)}
                  </>
                }
              >
                {months.map(({ month, report }) => (
                  <tr key={month}>
                    <th scope="row" class="nowrap">{formatMonth(month, language.value)}</th>
                    <td class="number"><strong>{count(report.total)}</strong></td>
                    {kinds.map((kind) => <td key={kind} class="number">{count(report[kind])}</td>)}
                    {levels.map((level) => <td key={level} class="number">{count(report.signatures_by_required_level[level])}</td>)}
                  </tr>
                ))}
              </Table>
            </section>
            <ByKey months={months} endpoint={endpoint} />
          </>
        )}
      </Loaded>
    </>
  );
}
