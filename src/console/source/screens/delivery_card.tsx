// One delivery with its attempts: what ran, what it said, when it runs next, and a way to run it again.
import { useState } from "preact/hooks";
import type { DeliveryDetail } from "../../generated/api.ts";
import { ApiError, call } from "../api/client.ts";
import { formatDuration } from "../lib/time.ts";
import { visible } from "../lib/visible.ts";
import { language } from "../state/preferences.ts";
import { href } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, DeliveryState, Foreign, Instant, Table } from "../ui/basic.tsx";
import { useBusy } from "../ui/busy.ts";
import { useNow } from "../ui/watch.ts";
import { say } from "../ui/toast.tsx";
import { DiscardDialog } from "./discard_dialog.tsx";

/** Those that were just asked for: a second click or key while the first one is on its way asks nothing. */
const asked = new Set<number>();

export async function retryDelivery(id: number): Promise<boolean> {
  if (asked.has(id)) return false;
  asked.add(id);
  try {
    await call("POST /v1/deliveries/{id}/retry", { id });
    say(t("delivery.retried"));
    return true;
  } catch (error) {
    say(error instanceof ApiError ? error.detail : String(error), { bad: true });
    return false;
  } finally {
    asked.delete(id);
  }
}

export function Countdown({ due }: { due: string }) {
  const now = useNow(1000);
  const left = Date.parse(due) - now;
  return <span class="nowrap" title={due}>{left > 500 ? t("delivery.next_in", { duration: formatDuration(Math.max(1000, Math.round(left / 1000) * 1000), language.value) }) : t("delivery.now")}</span>;
}

export function DeliveryCard({ delivery, onChanged, linked = true, shortcut = false }: { delivery: DeliveryDetail; onChanged: () => void; linked?: boolean; shortcut?: boolean }) {
  const [busy, run] = useBusy();
  const [discarding, setDiscarding] = useState(false);
  const retry = () => run(async () => void ((await retryDelivery(delivery.id)) && onChanged()));
  return (
    <section class="delivery" aria-label={t("delivery.title", { id: `#${delivery.id}` })}>
      <header>
        <strong><Foreign text={delivery.handler} /></strong>
        <DeliveryState state={delivery.state} />
        {linked && <a class="small" href={href(["deliveries", String(delivery.id)])}>#{delivery.id}</a>}
        {delivery.state === "pending" && delivery.due && <span class="small soft"><Countdown due={delivery.due} /></span>}
        {delivery.state !== "successful" && (
          <span class="end">
            {delivery.state === "failed" && <Button kind="quiet" onClick={() => setDiscarding(true)}>{t("delivery.discard")}</Button>}
            <Button icon="retry" disabled={busy} {...(shortcut ? { shortcut: "r" } : {})} onClick={() => void retry()}>{delivery.state !== "pending" ? t("delivery.retry") : t("delivery.retry_now")}</Button>
          </span>
        )}
        {discarding && <DiscardDialog count={1} discard={(body) => call("POST /v1/deliveries/{id}/discard", { id: delivery.id, body }).then(({ discarded }) => discarded)} onClose={(done) => { setDiscarding(false); if (done) onChanged(); }} />}
      </header>
      {delivery.discards.map(({ at, by, reason }) => (
        <p key={at} class="reason">{t("delivery.discarded")} <Instant at={at} /> · <Foreign text={by} most={40} />{reason !== null && <> · <Foreign text={reason} /></>}</p>
      ))}
      {delivery.reason && <p class="reason">{t("delivery.because")} <Foreign text={delivery.reason} /></p>}
      {delivery.history.length === 0 ? <p class="reason">{t("delivery.no_attempts")}</p> : (
        <Table
          name={`${t("delivery.attempts")} #${delivery.id}`}
          head={<><th class="fit">#</th><th class="fit">{t("delivery.started")}</th><th class="fit number">{t("delivery.duration")}</th><th>{t("delivery.output")}</th></>}
        >
          {delivery.history.map((attempt, index) => (
            <tr key={index}>
              <td class="fit high number">{index + 1}</td>
              <td class="fit high"><Instant at={attempt.started} /></td>
              <td class="fit high number">{formatDuration(attempt.duration_ms, language.value)}</td>
              <td>
                {attempt.reason ? <Badge tone="bad"><Foreign text={attempt.reason} most={60} /></Badge> : <Badge tone="good" icon="check">{t("delivery.attempt_ok")}</Badge>}
                {attempt.output && <pre class="text" tabIndex={0}>{visible(attempt.output, "lines")}</pre>}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
