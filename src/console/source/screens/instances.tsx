// The daemons that share the database: a line where there is one alone; of several, a table with what needs somebody.
import type { Instance, InstanceList } from "../../generated/api.ts";
import { call } from "../api/client.ts";
import { oddOnes, sharedNames, silentOnes } from "../lib/instances.ts";
import { formatInstant } from "../lib/time.ts";
import { visible } from "../lib/visible.ts";
import { amount, timeStyle } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { named, t } from "../texts/index.ts";
import { Badge, Foreign, Instant, Table, type Tone } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import type { IconName } from "../ui/icon.tsx";
import { Failure, Loading } from "../ui/loaded.tsx";

export const loadInstances = (signal: AbortSignal) => call("GET /v1/instances", { signal });

const looks: Record<string, [Tone, IconName]> = { running: ["good", "check"], stopped: ["plain", "pause"], gone: ["bad", "lost"] };

function Row({ instance, odd }: { instance: Instance; odd: boolean }) {
  const { name, answers, state, version, since, last_heartbeat: heartbeat, fingerprint, in_flight: attempts, leads } = instance;
  const [tone, icon] = looks[state] ?? ["plain", "other"];
  return (
    <tr>
      <th scope="row">
        <Foreign text={name} mono most={40} /> {answers && <Badge tone="info">{t("instances.answers")}</Badge>}
        <span class="under small soft">{visible(version)} · <Instant at={heartbeat} relative /></span>
      </th>
      <td class="fit"><Badge tone={tone} icon={icon}>{named("instance", state) ?? state}</Badge></td>
      <td><span class="mono" title={fingerprint}>{fingerprint.slice(0, 8)}</span> {odd && <Badge tone="warn" icon="lost">{t("instances.differs")}</Badge>}</td>
      <td class="narrow-hide">{visible(version)}</td>
      <td class="fit narrow-hide"><Instant at={since} detail="minute" /></td>
      <td class="fit narrow-hide"><Instant at={heartbeat} relative /></td>
      <td class="number narrow-hide">{state === "running" ? amount(attempts) : "–"}</td>
      <td class="narrow-hide soft">{leads.map((duty) => named("duty", duty) ?? duty).join(", ")}</td>
    </tr>
  );
}

function Several({ list: { data, drift, has_more: more } }: { list: InstanceList }) {
  const odd = oddOnes(data);
  return (
    <section class="card">
      <header>
        <h2>{t("instances.title")} <span class="faint">{data.length}{more && "+"}</span></h2>
        <div class="actions"><CopyAs path="/v1/instances" command="instances" /></div>
      </header>
      {drift && <p class="pad-x warn-text" role="status">{t("instances.drift", { name: visible(data.find(({ answers }) => answers)?.name ?? "–") })}</p>}
      {sharedNames(data).map((name) => <p key={name} class="pad-x warn-text" role="status">{t("instances.shared", { name: visible(name) })}</p>)}
      {silentOnes(data).length > 0 && <p class="pad-x warn-text" role="status">{t("instances.silent")}</p>}
      <Table
        name={t("instances.title")} className="events"
        head={<><th>{t("instances.name")}</th><th class="fit">{t("instances.state")}</th><th>{t("instances.configuration")}</th><th class="narrow-hide">{t("instances.version")}</th><th class="fit narrow-hide">{t("instances.since")}</th><th class="fit narrow-hide">{t("instances.heartbeat")}</th><th class="number narrow-hide">{t("instances.in_flight")}</th><th class="narrow-hide">{t("instances.leads")}</th></>}
      >
        {data.map((each) => <Row key={`${each.name} ${each.since}`} instance={each} odd={odd.includes(each)} />)}
      </Table>
    </section>
  );
}

export function Instances() {
  const { data: list, error, reload } = useQuery("instances", loadInstances, 15_000);
  if (error) return <section class="card"><header><h2>{t("instances.title")}</h2></header><Failure error={error} reload={reload} /></section>;
  if (!list) return <Loading lines={1} />;
  if (list.data.length > 1) return <Several list={list} />;
  return <>{list.data.map(({ name, version, since }) => <p key={name} class="soft small">{t("instances.one", { name: visible(name), version: visible(version), at: formatInstant(since, "minute", timeStyle()) })}</p>)}</>;
}
