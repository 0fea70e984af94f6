// Replay of some events or of all that the filters choose: what would run is counted first, then confirmed.
import { useEffect, useState } from "preact/hooks";
import type { Event } from "../../generated/api.ts";
import { type Query, call } from "../api/client.ts";
import { t } from "../texts/index.ts";
import { Confirm } from "../ui/dialog.tsx";
import { say } from "../ui/toast.tsx";

export type ReplayScope = { events: Event[] } | { query: Query };

interface Counted {
  events: number;
  deliveries: number;
  without_body: number;
}

async function run(scope: ReplayScope, dryRun: boolean, told: (counted: Counted) => void, signal: AbortSignal): Promise<Counted> {
  const sum: Counted = { events: 0, deliveries: 0, without_body: 0 };
  const add = (page: Counted) => {
    sum.events += page.events;
    sum.deliveries += page.deliveries;
    sum.without_body += page.without_body;
    told({ ...sum });
  };
  const dry: Query = dryRun ? { dry_run: "true" } : {};
  if ("events" in scope) {
    for (const event of scope.events) {
      try {
        add(await call("POST /v1/events/{id}/replay", { id: event.id, query: { endpoint: event.endpoint, ...dry }, signal }));
      } catch (error) {
        // 409: its routes plan nothing today, or its body was purged. The others go on.
        if ((error as { status?: number }).status !== 409) throw error;
        add({ events: 0, deliveries: 0, without_body: 0 });
      }
    }
    return sum;
  }
  let cursor: string | null = null;
  do {
    const page: Counted & { has_more: boolean; next_cursor: string | null } =
      await call("POST /v1/events/replay", { query: { ...scope.query, ...dry, ...(cursor ? { cursor } : {}) }, signal });
    add(page);
    cursor = page.has_more ? page.next_cursor : null;
  } while (cursor);
  return sum;
}

export function ReplayDialog({ scope, onClose }: { scope: ReplayScope; onClose: (done: boolean) => void }) {
  const [counted, setCounted] = useState<Counted | null>(null);
  const [complete, setComplete] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const [stop] = useState(() => new AbortController());
  useEffect(() => {
    run(scope, true, setCounted, stop.signal).then(
      (sum) => { setCounted(sum); setComplete(true); },
      (error: Error) => !stop.signal.aborted && setFailed(error.message),
    );
    return () => stop.abort();
  }, []);
  const deliveries = counted?.deliveries ?? 0;
  return (
    <Confirm
      title={t("replay.title")} onClose={() => onClose(false)} count={complete ? deliveries : null} action={t("replay.title")}
      ask={t("replay.confirm", { n: deliveries })}
      onConfirm={async () => {
        const sum = await run(scope, false, setCounted, stop.signal);
        say(t("replay.done", { n: sum.deliveries }));
        onClose(true);
      }}
    >
      <p class="soft">{t("replay.lead")}</p>
      {failed ? <p class="error-line" role="alert">{failed}</p> : (
        <p role="status">
          {!complete && `${t("replay.counting")} `}
          {counted && (complete && deliveries === 0 ? t("replay.nothing") : <strong>{t("replay.counts", { deliveries, events: counted.events })}</strong>)}
        </p>
      )}
      {counted && counted.without_body > 0 && <p>{t("replay.without_body", { n: counted.without_body })}</p>}
    </Confirm>
  );
}
