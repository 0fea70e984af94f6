// How each handler is doing.
import { useState } from "preact/hooks";
import type { Configuration, Handler, HandlerTest } from "../../generated/api.ts";
import { call, metricsText } from "../api/client.ts";
import { type Sample, parseMetrics, quantile } from "../lib/prometheus.ts";
import { formatDuration } from "../lib/time.ts";
import { visible } from "../lib/visible.ts";
import { amount, language } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { href } from "../state/router.ts";
import { may } from "../state/session.ts";
import { named, t } from "../texts/index.ts";
import { Badge, Button, Facts, Field, Foreign, Instant, PageHead, type Tone } from "../ui/basic.tsx";
import { useBusy } from "../ui/busy.ts";
import { CopyAs } from "../ui/copy_as.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Blank, Loaded } from "../ui/loaded.tsx";
import { useNow } from "../ui/watch.ts";
import type { IconName } from "../ui/icon.tsx";

const circuits: Record<string, [Tone, IconName]> = { closed: ["good", "check"], open: ["bad", "pause"], half_open: ["warn", "clock"] };

function Meter({ share, latency }: { share: number; latency: string | null }) {
  // Rounded down: what is not all must not look like all.
  const percent = (Math.floor(share * 1000) / 1000).toLocaleString(language.value, { style: "percent", maximumFractionDigits: 1 });
  const tone = share >= 0.99 ? "" : share >= 0.9 ? " middling" : " low";
  return (
    <div class="meter">
      <span><strong>{percent}</strong> <span class="soft">{t("handlers.success")}{latency !== null && <> · {t("handlers.latency")} {latency}</>}</span></span>
      <div class="track" aria-hidden="true"><div class={`fill${tone}`} style={{ inlineSize: `${share * 100}%` }} /></div>
    </div>
  );
}

/** How fast a handler has worked lately, by its figures of the last two minutes: attempts that ended for good, per second. */
const seen = new Map<string, Array<{ at: number; done: number }>>();
function rateOf({ name, successful, failed }: Handler, now = Date.now()): number {
  const done = successful + failed;
  const past = (seen.get(name) ?? []).filter(({ at, done: before }) => now - at < 120_000 && before <= done);
  if (now - (past.at(-1)?.at ?? 0) > 2000) past.push({ at: now, done });
  seen.set(name, past);
  const first = past[0];
  return first && now - first.at >= 4000 ? ((done - first.done) * 1000) / (now - first.at) : 0;
}

function TestIn({ at }: { at: string }) {
  const left = Date.parse(at) - useNow(1000);
  return <span title={at}>{left > 500 ? t("circuit.test_in", { duration: formatDuration(Math.max(1000, Math.round(left / 1000) * 1000), language.value) }) : t("circuit.test_now")}</span>;
}

/** The names of the routes that lead to a handler, where the role may read the configuration. */
function routesTo(handler: string, configuration: Configuration | undefined): string[] {
  const data = configuration?.data ?? [];
  return data.flatMap(({ key, value }) => {
    const route = /^(routes\[\d+\])\.handlers$/.exec(key)?.[1];
    if (!route || !([] as unknown[]).concat(value).includes(handler)) return [];
    return [String(data.find((each) => each.key === `${route}.name`)?.value ?? route)];
  });
}

function HandlerCard({ handler, samples, routes }: { handler: Handler; samples: Sample[]; routes: string[] }) {
  const [testing, setTesting] = useState(false);
  const rate = rateOf(handler);
  const [tone, icon] = circuits[handler.circuit] ?? ["plain", "other"];
  const own = samples.filter(({ labels }) => labels.handler === handler.name);
  const concurrency = own.find(({ name }) => name === "webhookd_handler_concurrency")?.value;
  const oldest = own.find(({ name }) => name === "webhookd_handler_oldest_pending_seconds")?.value;
  const latency = quantile(own, "webhookd_handler_success_latency_seconds", 0.5);
  const duration = (seconds: number | null | undefined) => (seconds == null ? "–" : formatDuration(seconds * 1000, language.value));
  const n = amount;
  return (
    <section class="card handler">
      <header><h2><Foreign text={handler.name} most={40} /></h2><Badge tone={tone} icon={icon}>{named("circuit", handler.circuit) ?? handler.circuit}{handler.circuit_open_until && <>, <TestIn at={handler.circuit_open_until} /></>}</Badge></header>
      <div class="body">
        {handler.success_rate === null ? <p class="soft">{t("handlers.no_attempt")}</p> : <Meter share={handler.success_rate} latency={latency === null ? null : duration(latency)} />}
        <Facts
          items={[
            [t("outcome.pending"), n(handler.waiting)], [t("handlers.in_flight"), <>{n(handler.in_flight)}{concurrency !== undefined && <span class="faint"> / {n(concurrency)}</span>}</>], [t("handlers.oldest"), handler.waiting > 0 ? duration(oldest) : "–"],
            handler.waiting > 0 && rate > 0 && [t("handlers.drained"), duration(handler.waiting / rate)],
            [t("outcome.successful"), n(handler.successful)],
            [t("handlers.retried"), n(handler.retried)], [t("handlers.failed"), n(handler.failed)],
          ]}
        />
        <div>
          <div class="faint small">{t("handlers.last_error")}</div>
          {handler.last_error ? <div><Foreign text={handler.last_error} most={160} /> <span class="faint"><Instant at={handler.last_error_at} relative /></span></div> : <div class="soft">{t("handlers.no_error")}</div>}
        </div>
        {routes.length > 0 && (
          <div>
            <div class="faint small">{t("handlers.routes")}</div>
            <div class="chips">{routes.slice(0, 8).map((name) => <Badge key={name} tone="plain"><Foreign text={name} most={30} /></Badge>)}{routes.length > 8 && "…"}</div>
          </div>
        )}
        <div class="chips foot">
          <a class="button" href={href(["deliveries"], { handler: handler.name, state: "failed" })}>{t("handlers.show_failed")}</a>
          <Button icon="deliveries" needs="admin" onClick={() => setTesting(true)}>{t("handlers.test")}</Button>
        </div>
      </div>
      {testing && <TestDialog handler={handler.name} onClose={() => setTesting(false)} />}
    </section>
  );
}

function TestDialog({ handler, onClose }: { handler: string; onClose: () => void }) {
  const [type, setType] = useState("transaction.lifecycle.completed");
  const [outcome, setOutcome] = useState<HandlerTest | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, run] = useBusy();
  const types = useQuery("types", (signal) => call("GET /v1/event-types", { signal }));
  const submit = (event: Event) => {
    event.preventDefault();
    setFailed(null);
    void run(() => call("POST /v1/handlers/{name}/test", { id: handler, body: { type } }).then(setOutcome, (error: Error) => setFailed(error.message)));
  };
  return (
    <Dialog title={t("handlers.test_title", { handler })} onClose={onClose}>
      <form onSubmit={submit}>
        <p class="soft">{t("handlers.test_lead")}</p>
        <Field label={t("common.type")}>
          <select value={type} onChange={(event) => setType(event.currentTarget.value)}>
            {(types.data?.data ?? []).map((each) => <option key={each.type} value={each.type}>{named("type", each.type) ?? each.type}</option>)}
          </select>
        </Field>
        {failed && <p class="error-line" role="alert">{failed}</p>}
        {outcome && (
          <div class={`callout ${outcome.successful ? "good" : "bad"}`} role="status"><div>
            <strong>{outcome.successful ? t("handlers.test_ok", { duration: formatDuration(outcome.duration_ms, language.value) }) : t("handlers.test_failed", { reason: outcome.reason ?? "" })}</strong>
            {outcome.output && <pre class="text">{visible(outcome.output, "lines")}</pre>}
          </div></div>
        )}
        <div class="dialog-actions"><Button onClick={onClose}>{t("common.close")}</Button><Button type="submit" kind="primary" disabled={busy}>{t("handlers.test_do")}</Button></div>
      </form>
    </Dialog>
  );
}

export function Handlers() {
  const metrics = useQuery("metrics", async (signal) => parseMetrics(await metricsText(signal)), 10_000);
  const query = useQuery("handlers", (signal) => call("GET /v1/handlers", { signal }), 5000);
  const configuration = useQuery(may("admin") ? "configuration" : null, (signal) => call("GET /v1/configuration", { signal }));
  return (
    <>
      <PageHead title={t("nav.handlers")} lead={t("handlers.lead")}><CopyAs path="/v1/handlers" command="handlers" /></PageHead>
      <Loaded query={query}>
        {(list) => (list.data.length === 0 ? <Blank icon="handlers" title={t("handlers.empty")} /> : (
          <div class="handler-grid">{list.data.map((handler) => <HandlerCard key={handler.name} handler={handler} samples={metrics.data ?? []} routes={routesTo(handler.name, configuration.data)} />)}</div>
        ))}
      </Loaded>
    </>
  );
}
