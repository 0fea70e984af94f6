// What the daemon runs with, read only; a playground for its routes.
import { useState } from "preact/hooks";
import { call, readiness } from "../api/client.ts";
import type { Configuration, ConfigurationCheck, Explanation } from "../../generated/api.ts";
import { visible } from "../lib/visible.ts";
import { amount } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { href } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Choice, Field, Foreign, PageHead, Table, TypeName } from "../ui/basic.tsx";
import { useBusy } from "../ui/busy.ts";
import { CopyAs } from "../ui/copy_as.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { say } from "../ui/toast.tsx";
import { ExplainView } from "./explain_view.tsx";
import { Instances } from "./instances.tsx";

function ConfigurationTable({ configuration }: { configuration: Configuration }) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const rows = configuration.data.filter(({ key, value }) => !wanted || `${key} ${JSON.stringify(value)}`.toLowerCase().includes(wanted));
  return (
    <>
      <div class="body"><input type="search" class="find" aria-label={t("settings.find")} placeholder={t("settings.find")} value={text} onInput={(event) => setText(event.currentTarget.value)} /></div>
      <Table name={t("settings.configuration")} head={<><th>{t("settings.key")}</th><th>{t("settings.value")}</th><th>{t("settings.origin")}</th></>}>
        {rows.slice(0, 500).map(({ key, value, masked, origin }) => (
          <tr key={key}>
            <th scope="row" class="mono">{visible(key)}</th>
            <td class="settings-value">{masked ? <Badge tone="plain" icon="hidden">{t("settings.secret")}</Badge> : <Foreign text={typeof value === "string" ? value : JSON.stringify(value)} mono most={300} />}</td>
            <td class="soft" title={visible(origin)}>{origin === "default" ? t("settings.default") : <Foreign text={origin.split("/").at(-1) ?? origin} mono />}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

type Tried = { explanation: Explanation } | { check: ConfigurationCheck } | { failed: string };

/** A body on today's routes, or on those of a text; a text alone is checked as `check-config` does it. */
function Playground({ endpoints }: { endpoints: string[] }) {
  const [body, setBody] = useState("");
  const [endpoint, setEndpoint] = useState("");
  const [yaml, setYaml] = useState("");
  const [outcome, setOutcome] = useState<Tried | null>(null);
  const [busy, run] = useBusy();
  const text = yaml.trim() ? yaml : undefined;
  const ask = async (): Promise<Tried> => {
    if (!body.trim()) return { check: await call("POST /v1/configuration/check", { body: { configuration: yaml } }) };
    return { explanation: await call("POST /v1/routes/explain", { body: { body, configuration: text, endpoint: endpoint || undefined } }) };
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void run(() => ask().then(setOutcome, (error: Error) => setOutcome({ failed: error.message })));
  };
  return (
    <section class="card spaced">
      <header><h2>{t("settings.playground")}</h2></header>
      <form class="body stack" onSubmit={submit}>
        <p class="note">{t("settings.playground_lead")}</p>
        <div class="grid two">
          <Field label={t("settings.playground_body")}><textarea rows={8} class="mono" spellcheck={false} value={body} onInput={(event) => setBody(event.currentTarget.value)} /></Field>
          <Field label={t("settings.playground_yaml")}><textarea rows={8} class="mono" spellcheck={false} value={yaml} onInput={(event) => setYaml(event.currentTarget.value)} /></Field>
        </div>
        <div class="chips">
          <Button type="submit" kind="primary" disabled={busy || !(body + yaml).trim()}>{body.trim() ? t("settings.playground_do") : t("settings.playground_check")}</Button>
          <Choice label={t("common.endpoint")} value={endpoint} onChange={setEndpoint} options={[["", t("settings.playground_endpoint")], ...endpoints.map((name): [string, string] => [name, name])]} />
        </div>
        {outcome && <div role="status"><Outcome tried={outcome} /></div>}
      </form>
    </section>
  );
}

function Outcome({ tried }: { tried: Tried }) {
  if ("failed" in tried) return <pre class="text error-line" tabIndex={0}>{visible(tried.failed, "lines")}</pre>;
  if ("explanation" in tried) return <ExplainView explanation={tried.explanation} />;
  const { valid, data } = tried.check;
  return (
    <>
      <p><Badge tone={valid ? "good" : "bad"} icon={valid ? "check" : "cross"}>{valid ? t("settings.valid") : t("settings.invalid")}</Badge></p>
      {data.length > 0 && (
        <Table name={t("settings.invalid")} head={<><th class="fit number">{t("settings.line")}</th><th>{t("settings.key")}</th><th>{t("settings.mistake")}</th></>}>
          {data.map((each, index) => (
            <tr key={index} class={each.severity === "warning" ? undefined : "bad"}>
              <td class="fit number">{each.line}:{each.column}</td>
              <th scope="row" class="mono">{visible(each.key ?? "")}</th>
              <td>{each.severity === "warning" && <Badge tone="warn">{t("settings.warning")}</Badge>} <Foreign text={each.message} /></td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Reload() {
  const [busy, run] = useBusy();
  const [told, setTold] = useState<{ text: string; bad: boolean } | null>(null);
  const reload = async () => {
    try {
      const done = await call("POST /v1/reload");
      setTold({ text: [t("settings.reloaded"), ...done.warnings, ...(done.needs_restart.length ? [t("settings.needs_restart", { keys: done.needs_restart.join(", ") })] : [])].join("\n"), bad: false });
      say(t("settings.reloaded"));
    } catch (error) {
      setTold({ text: (error as Error).message, bad: true });
    }
  };
  return (
    <>
      <Button icon="retry" needs="admin" disabled={busy} title={t("settings.reload_note")} onClick={() => void run(reload)}>{t("settings.reload")}</Button>
      {told && <pre class={`text told${told.bad ? " error-line" : ""}`} role="status" tabIndex={0}>{visible(told.text, "lines")}</pre>}
    </>
  );
}

export function Settings() {
  const configuration = useQuery("configuration", (signal) => call("GET /v1/configuration", { signal }));
  const ready = useQuery("endpoints", (signal) => readiness(signal));
  const types = useQuery("types", (signal) => call("GET /v1/event-types", { signal }));
  return (
    <>
      <PageHead title={t("nav.settings")} lead={t("settings.lead")}><Reload /><CopyAs path="/v1/configuration" command="config show" /></PageHead>
      <Instances />
      <section class="card spaced">
        <header><h2>{t("settings.configuration")}</h2>{configuration.data && <span class="soft small">{configuration.data.files.map((file) => visible(file)).join(", ")} · {configuration.data.version}</span>}</header>
        {configuration.data && configuration.data.needs_restart.length > 0 && <p class="pad-x warn-text">{t("settings.needs_restart", { keys: configuration.data.needs_restart.map((key) => visible(key)).join(", ") })}</p>}
        <Loaded query={configuration}>{(loaded) => <ConfigurationTable configuration={loaded} />}</Loaded>
      </section>
      <Playground endpoints={ready.data?.endpoints.map(({ name }) => name) ?? []} />
      <section class="card spaced">
        <header><h2>{t("settings.endpoints")}</h2></header>
        {ready.data && (
          <Table name={t("settings.endpoints")} head={<><th>{t("common.endpoint")}</th><th>{t("settings.signatures")}</th><th>{t("settings.keys")}</th></>}>
            {ready.data.endpoints.map((endpoint) => (
              <tr key={endpoint.name}>
                <th scope="row"><a href={href(["events"], { endpoint: endpoint.name })}><Foreign text={endpoint.name} /></a></th>
                <td>{endpoint.signature === "required" ? <Badge tone="good" icon="shield">{t("settings.required")}</Badge> : <Badge tone="warn">{t("settings.disabled")}</Badge>}</td>
                <td>{endpoint.signature === "required" ? endpoint.keys : "–"}</td>
              </tr>
            ))}
          </Table>
        )}
      </section>
      <section class="card spaced">
        <header><h2>{t("settings.types")}</h2><span class="note">{t("settings.types_note")}</span></header>
        <Loaded query={types}>
          {(list) => (
            <Table name={t("settings.types")} head={<><th>{t("common.type")}</th><th class="number">{t("settings.received")}</th></>}>
              {list.data.map((type) => (
                <tr key={type.type}>
                  <th scope="row"><a class="main" href={href(["events"], { type: type.type })}><TypeName type={type.type} both /></a></th>
                  <td class="number">{amount(type.received)}</td>
                </tr>
              ))}
            </Table>
          )}
        </Loaded>
      </section>
    </>
  );
}
