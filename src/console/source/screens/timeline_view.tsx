// A transaction's timeline: what happened, after how long, and what is missing.
import type { Event, EventWithDeliveries, ExpectedEvent, Gap } from "../../generated/api.ts";
import { formatDuration } from "../lib/time.ts";
import { timeline } from "../lib/timeline.ts";
import { language } from "../state/preferences.ts";
import { href } from "../state/router.ts";
import { named, t } from "../texts/index.ts";
import { Badge, EventState, Foreign, Instant } from "../ui/basic.tsx";
import { Icon, groupIcon, groupOf } from "../ui/icon.tsx";
import { formatInstant } from "../lib/time.ts";
import { timeStyle } from "../state/preferences.ts";
import { OutcomeCounts, keyOf } from "./event_rows.tsx";

export function TimelineView({ events, gaps, expected = [], current }: {
  events: Array<Event | EventWithDeliveries>;
  gaps: Gap[];
  expected?: ExpectedEvent[];
  current?: Pick<Event, "id" | "endpoint">;
}) {
  return (
    <ol class="timeline">
      {timeline(events, gaps).map((entry) => (entry.kind === "missing" ? <Hole key={`${entry.gap.evidence} ${entry.gap.missing}`} gap={entry.gap} /> : (
        <li key={keyOf(entry.event)} class={current && keyOf(current) === keyOf(entry.event) ? "current" : undefined}>
          <span class={`group-icon ${groupOf(entry.event.type)}`}><Icon name={groupIcon(entry.event.type)} /></span>
          <div>
            <div class="what">
              <a href={href(["event", entry.event.id], { endpoint: entry.event.endpoint })} aria-current={current && keyOf(current) === keyOf(entry.event) ? "true" : undefined}>
                {named("type", entry.event.type) ?? <Foreign text={entry.event.type} most={48} />}
              </a>
              {entry.event.stalled_reason && <EventState state={entry.event.state} reason={entry.event.stalled_reason} />}
              {entry.elapsed !== null && <span class="elapsed">{t("tx.elapsed", { duration: formatDuration(entry.elapsed, language.value) })}</span>}
            </div>
            <div class="meta">
              <Instant at={entry.event.created ?? entry.event.received} />
              {entry.event.object_id && entry.event.object_id !== entry.event.transaction_id && <Foreign text={entry.event.object_id} mono most={22} />}
              {"deliveries" in entry.event && <OutcomeCounts outcome={(entry.event as EventWithDeliveries).deliveries} />}
              {entry.late !== null && <Badge tone="warn" icon="clock">{t("tx.late", { duration: formatDuration(entry.late, language.value) })}</Badge>}
              {entry.overtaken && <Badge tone="plain">{t("tx.overtaken")}</Badge>}
            </div>
          </div>
        </li>
      )))}
      {expected.map((next) => <Next key={`${next.type} ${next.action_id}`} next={next} />)}
    </ol>
  );
}

/** What has not happened yet. */
function Next({ next }: { next: ExpectedEvent }) {
  return (
    <li class="next">
      <span class={`group-icon ${groupOf(next.type)}`}><Icon name={groupIcon(next.type)} /></span>
      <div>
        <div class="what">{t("tx.expected", { type: named("type", next.type) ?? next.type })}</div>
        <div class="meta">
          {next.by && <span>{t("tx.expected_by", { at: formatInstant(next.by, "minute", timeStyle()) })}</span>}
          {next.action_id && <Foreign text={next.action_id} mono most={22} />}
        </div>
      </div>
    </li>
  );
}

function Hole({ gap }: { gap: Gap }) {
  return (
    <li class="hole">
      <span class="group-icon"><Icon name="help" /></span>
      <div>
        <div class="what">{t("tx.missing", { type: named("type", gap.missing) ?? gap.missing })}</div>
        <div class="meta">
          <span>{gap.next_try && gap.retries === "expected" ? t("tx.missing_next", { at: formatInstant(gap.next_try, "minute", timeStyle()) }) : t("tx.missing_over")}</span>
          <span>{t("tx.missing_evidence", { evidence: named("type", gap.evidence_type) ?? gap.evidence_type })}</span>
        </div>
      </div>
    </li>
  );
}
