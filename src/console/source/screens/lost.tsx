// What Universign must have sent and is not here, when nothing could arrive, and Universign's own figures beside ours.
import { useState } from "preact/hooks";
import type { Comparison, Gap, GapList, Outage } from "../../generated/api.ts";
import { ApiError, call } from "../api/client.ts";
import { filtersFrom } from "../lib/filters.ts";
import { formatDuration, formatInstant, monthBounds, lastMonths, formatMonth, periodStart, periods } from "../lib/time.ts";
import { amount, language, timeStyle, zone } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { go, href, route } from "../state/router.ts";
import { named, t } from "../texts/index.ts";
import { Badge, Button, Choice, Foreign, Instant, PageHead, Table, TypeName } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { Blank, Loaded } from "../ui/loaded.tsx";

/** A page may be empty and have a next one all the same: read on until there is something to show. */
export async function loadGaps(query: Record<string, string>, signal: AbortSignal): Promise<GapList> {
  let whole: GapList | null = null;
  let cursor: string | null = null;
  for (let round = 0; round < 20; round += 1) {
    const page: GapList = await call("GET /v1/events/gaps", { query: { ...query, limit: "200", ...(cursor ? { cursor } : {}) }, signal });
    whole = whole ? { ...page, data: [...whole.data, ...page.data], outages: whole.outages } : page;
    cursor = page.next_cursor;
    if (!cursor || whole.data.length >= 200) break;
  }
  return whole as GapList;
}

function Todo({ gap }: { gap: Gap }) {
  if (gap.retries !== "expected" || !gap.next_try) return <span class="warn-text">{t("lost.reschedule")}</span>;
  return <span class="info-text">{t("lost.wait", { at: formatInstant(gap.next_try, "minute", timeStyle()) })}</span>;
}

function Gaps({ gaps }: { gaps: Gap[] }) {
  if (gaps.length === 0) return <Blank icon="check" title={t("lost.none")}><p>{t("lost.none_note")}</p></Blank>;
  return (
    <Table
      name={t("lost.page")} className="events"
      head={<><th>{t("lost.missing")}</th><th>{t("common.transaction")}</th><th class="narrow-hide">{t("lost.evidence")}</th><th class="narrow-hide">{t("lost.sent")}</th><th class="narrow-hide">{t("lost.todo")}</th></>}
    >
      {gaps.map((gap) => (
        <tr key={`${gap.endpoint} ${gap.evidence} ${gap.missing} ${gap.action_id}`}>
          <th scope="row"><TypeName type={gap.missing} /><span class="under small"><Todo gap={gap} /></span></th>
          <td><a href={href(["transactions", gap.transaction_id], { endpoint: gap.endpoint })}><Foreign text={gap.transaction_id} mono most={22} /></a></td>
          <td class="narrow-hide"><a href={href(["event", gap.evidence], { endpoint: gap.endpoint })}>{named("type", gap.evidence_type) ?? gap.evidence_type}</a></td>
          <td class="narrow-hide"><Instant at={gap.sent_before} /></td>
          <td class="narrow-hide"><Todo gap={gap} /></td>
        </tr>
      ))}
    </Table>
  );
}

function Axis({ outages, from, until }: { outages: Outage[]; from: number; until: number }) {
  const share = (instant: string) => Math.max(0, Math.min(1, (Date.parse(instant) - from) / (until - from))) * 100;
  return (
    <div class="axis" aria-hidden="true">
      <div class="lane" />
      {outages.map((outage) => <div key={`${outage.began} ${outage.endpoint}`} class="outage" style={{ insetInlineStart: `${share(outage.began)}%`, inlineSize: `${share(outage.ended) - share(outage.began)}%` }} />)}
      <span class="from">{formatInstant(new Date(from).toISOString(), "minute", timeStyle())}</span>
      <span class="to">{formatInstant(new Date(until).toISOString(), "minute", timeStyle())}</span>
    </div>
  );
}

function Outages({ outages, from, until }: { outages: Outage[]; from: number; until: number }) {
  if (outages.length === 0) return <Blank quiet icon="check" title={t("lost.outages_none")} />;
  return (
    <>
      <Axis outages={outages} from={from} until={until} />
      <Table
        name={t("lost.outages")} className="events"
        head={<><th>{t("outages.when")}</th><th class="number">{t("outages.lasted")}</th><th>{t("outages.why")}</th><th class="number narrow-hide">{t("outages.refused")}</th><th class="number narrow-hide">{t("outages.arrived")}</th><th class="narrow-hide">{t("outages.retries")}</th></>}
      >
        {outages.map((outage) => (
          <tr key={`${outage.began} ${outage.endpoint}`}>
            <th scope="row"><Instant at={outage.began} /></th>
            <td class="number">{formatDuration(Date.parse(outage.ended) - Date.parse(outage.began), language.value)}</td>
            <td>{named("outage", outage.reason) ?? outage.reason}{outage.endpoint && <span class="faint"> · {outage.endpoint}</span>}</td>
            <td class="number narrow-hide">{amount(outage.refused)}</td>
            <td class="number narrow-hide">{amount(outage.arrived)}</td>
            <td class="narrow-hide">{outage.tried_again_by && outage.retries === "expected"
              ? t("outages.expected", { at: formatInstant(outage.tried_again_by, "minute", timeStyle()) }) : t("outages.over")}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Compare() {
  const months = lastMonths(12);
  const [month, setMonth] = useState(months[1] ?? months[0] ?? "");
  const [state, setState] = useState<{ comparison?: Comparison; failed?: string; busy: boolean }>({ busy: false });
  const ask = async () => {
    setState({ busy: true });
    const { from, to } = monthBounds(month);
    try {
      setState({ busy: false, comparison: await call("GET /v1/events/report/compare", { query: { created_gt: from, created_lt: to } }) });
    } catch (error) {
      setState({ busy: false, failed: error instanceof ApiError ? error.detail : String(error) });
    }
  };
  return (
    <section class="card spaced">
      <header>
        <h2>{t("lost.compare")}</h2>
        <div class="actions">
          <Choice label={t("common.month")} value={month} onChange={setMonth} options={months.map((each) => [each, formatMonth(each, language.value)])} />
          <Button disabled={state.busy} onClick={() => void ask()}>{t("lost.compare_ask")}</Button>
        </div>
      </header>
      <div class="body">
        <p class="note">{t("lost.compare_note")}</p>
        {state.failed && <p class="error-line" role="alert">{state.failed}</p>}
        {state.comparison?.differing === 0 && <p role="status"><strong>{t("lost.compare_same")}</strong></p>}
      </div>
      {state.comparison && (
        <Table name={t("lost.compare")} head={<><th>{t("lost.figure")}</th><th class="number">{t("lost.ours")}</th><th class="number">{t("lost.theirs")}</th><th class="number">{t("lost.difference")}</th></>}>
          {state.comparison.lines.map((line) => (
            <tr key={line.field}>
              <th scope="row" class="mono">{line.field}</th>
              <td class="number">{amount(line.received)}</td>
              <td class="number">{amount(line.universign)}</td>
              <td class="number">{line.difference === 0 ? <span class="faint">0</span> : <Badge tone="warn">{line.difference > 0 ? "+" : "−"}{amount(Math.abs(line.difference))}</Badge>}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

export function Lost() {
  const { params } = route.value;
  const { after, before } = filtersFrom(params);
  const chosen = after && before ? { created_gt: after, created_lt: before } : null;
  const period = periods.find((each) => each === params.get("period")) ?? "30d";
  const bounds = (): Record<string, string> => chosen ?? { created_gt: periodStart(period, zone.value) };
  const query = useQuery(`gaps ${period} ${after} ${before}`, (signal) => loadGaps(bounds(), signal), 60_000);
  const from = Date.parse(bounds().created_gt ?? "");
  const until = chosen ? Date.parse(chosen.created_lt) : Date.now();
  return (
    <>
      <PageHead title={t("lost.page")} lead={t("lost.lead")}>
        <Choice
          label={t("filter.period")} value={chosen ? "" : period} onChange={(value) => go(href(["lost"], { period: value }), { replace: true })}
          options={[...(chosen ? [["", t("common.period", { after: formatInstant(chosen.created_gt, "minute", timeStyle()), before: formatInstant(chosen.created_lt, "minute", timeStyle()) })] satisfies [string, string]] : []), ...periods.map((each): [string, string] => [each, t(`filter.${each}`)])]}
        />
        <CopyAs path="/v1/events/gaps" query={bounds()} command="events gaps" />
      </PageHead>
      <section class="card"><Loaded query={query}>{(list) => <Gaps gaps={list.data} />}</Loaded></section>
      <section class="card spaced">
        <header><h2>{t("lost.outages")}</h2></header>
        <Loaded query={query}>{(list) => <Outages outages={list.outages} from={from} until={until} />}</Loaded>
      </section>
      <Compare />
    </>
  );
}
