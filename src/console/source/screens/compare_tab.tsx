// What differs between this body and an earlier one of the same transaction.
import { useMemo, useState } from "preact/hooks";
import type { Event, EventDetail } from "../../generated/api.ts";
import { call } from "../api/client.ts";
import { type Difference, differences } from "../lib/compare.ts";
import { type JsonNode, parseJson, scalarText } from "../lib/json.ts";
import { findHidden } from "../lib/mask.ts";
import { formatInstant } from "../lib/time.ts";
import { timeStyle } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { named, t } from "../texts/index.ts";
import { Field, Foreign, Table } from "../ui/basic.tsx";
import { Blank, Loaded } from "../ui/loaded.tsx";
import { keyOf } from "./event_rows.tsx";

function parse(raw: string): { root: JsonNode; hidden: Set<number> } | null {
  try {
    const root = parseJson(raw);
    return { root, hidden: new Set(findHidden(root).map(({ start }) => start)) };
  } catch {
    return null;
  }
}

function Scalar({ node, hidden, className }: { node: JsonNode | null; hidden: Set<number>; className: string }) {
  if (!node) return <span class="faint">{t("compare.absent")}</span>;
  if (node.kind === "string" && hidden.has(node.start + 1)) return <span class="faint">•••</span>;
  const text = node.kind === "object" ? "{}" : node.kind === "array" ? "[]" : scalarText(node);
  return <span class={className}><Foreign text={text} mono most={200} /></span>;
}

export function CompareTab({ event }: { event: EventDetail }) {
  const others = event.story.filter((each) => keyOf(each) !== keyOf(event));
  const earlier = others.filter((each) => (each.created ?? each.received) <= (event.created ?? event.received));
  // The same object as it was before tells most.
  const before = earlier.filter((each) => each.object_id === event.object_id).at(-1) ?? earlier.at(-1) ?? others[0];
  const [chosen, setChosen] = useState<string | null>(null);
  const other: Event | undefined = others.find((each) => keyOf(each) === chosen) ?? before;
  const query = useQuery(other ? `event ${keyOf(other)}` : null, (signal) =>
    call("GET /v1/events/{id}", { id: other?.id ?? "", query: { endpoint: other?.endpoint ?? "" }, signal }));
  if (!other) return <Blank quiet icon="events" title={t("compare.first")} />;
  return (
    <>
      <p class="soft">{t("compare.lead")} {t("compare.hidden")}</p>
      <Field label={t("compare.choose")}>
        <select class="diff-choice" value={keyOf(other)} onChange={(change) => setChosen(change.currentTarget.value)}>
          {others.map((each) => <option key={keyOf(each)} value={keyOf(each)}>{`${named("type", each.type) ?? each.type} · ${formatInstant(each.created ?? each.received, "second", timeStyle())}`}</option>)}
        </select>
      </Field>
      <Loaded query={query}>{(loaded) => <Differences before={loaded} after={event} />}</Loaded>
    </>
  );
}

/** Every event has its own id, time and trace: what its object tells comes before them. */
const objectFirst = (found: Difference[]) => {
  const ofObject = ({ pointer }: Difference) => pointer.startsWith("/payload/");
  return [...found.filter(ofObject), ...found.filter((each) => !ofObject(each))];
};

function Differences({ before, after }: { before: EventDetail; after: EventDetail }) {
  const made = useMemo(() => {
    const earlier = before.raw_body === null ? null : parse(before.raw_body);
    const later = after.raw_body === null ? null : parse(after.raw_body);
    return earlier && later ? { earlier, later, found: objectFirst(differences(earlier.root, later.root)).slice(0, 500) } : null;
  }, [before.raw_body, after.raw_body]);
  if (!made) return <Blank quiet icon="hidden" title={t("compare.purged")} />;
  if (made.found.length === 0) return <Blank quiet icon="check" title={t("compare.same")} />;
  return (
    <Table name={t("event.tab.compare")} className="diff" head={<><th>{t("compare.pointer")}</th><th>{t("compare.before")}</th><th>{t("compare.after")}</th></>}>
      {made.found.map(({ pointer, before: old, after: now }) => (
        <tr key={pointer}>
          <th scope="row"><Foreign text={pointer} mono most={60} /></th>
          <td><Scalar node={old} hidden={made.earlier.hidden} className="gone" /></td>
          <td><Scalar node={now} hidden={made.later.hidden} className="came" /></td>
        </tr>
      ))}
    </Table>
  );
}
