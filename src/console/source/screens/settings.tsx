// What the daemon runs with, read only; a playground for its routes.
import { useState } from "preact/hooks";
import { call, readiness } from "../api/client.ts";
import type { Configuration, Explanation } from "../../generated/api.ts";
import { visible } from "../lib/visible.ts";
import { language } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { href } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Field, Foreign, PageHead, Table, TypeName } from "../ui/basic.tsx";
import { useBusy } from "../ui/busy.ts";
import { CopyAs } from "../ui/copy_as.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { say } from "../ui/toast.tsx";
import { ExplainView } from "./explain_view.tsx";

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
            <td class="soft">{origin === "default" ? t("settings.default") : <Foreign text={origin} mono />}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Playground() {
  const [body, setBody] = useState("");
  const [outcome, setOutcome] = useState<{ explanation?: Explanation; failed?: string }>({});
  const [busy, run] = useBusy();
  const submit = (event: Event) => {
    event.preventDefault();
    void run(() => call("POST /v1/routes/explain", { body: { body } }).then((explanation) => setOutcome({ explanation }), (error: Error) => setOutcome({ failed: error.message })));
  };
  return (
    <section class="card spaced">
      <header><h2>{t("settings.playground")}</h2></header>
      <form class="body tab-body" onSubmit={submit}>
        <p class="note">{t("settings.playground_lead")}</p>
        <Field label={t("settings.playground_body")}><textarea rows={6} class="mono" spellcheck={false} value={body} onInput={(event) => setBody(event.currentTarget.value)} /></Field>
        <div><Button type="submit" disabled={busy || !body.trim()}>{t("settings.playground_do")}</Button></div>
        {outcome.failed && <p class="soft" role="alert">{outcome.failed}</p>}
        {outcome.explanation && <ExplainView explanation={outcome.explanation} />}
      </form>
    </section>
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
      <PageHead title={t("settings.title")} lead={t("settings.lead")}><Reload /><CopyAs path="/v1/configuration" command="config show" /></PageHead>
      <section class="card">
        <header><h2>{t("settings.configuration")}</h2>{configuration.data && <span class="soft small">{configuration.data.files.map((file) => visible(file)).join(", ")} · {configuration.data.version}</span>}</header>
        <Loaded query={configuration}>{(loaded) => <ConfigurationTable configuration={loaded} />}</Loaded>
      </section>
      <Playground />
      <section class="card spaced">
        <header><h2>{t("settings.endpoints")}</h2></header>
        {ready.data && (
          <Table name={t("settings.endpoints")} head={<><th>{t("events.endpoint")}</th><th>{t("settings.signatures")}</th><th>{t("proof.key")}</th></>}>
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
            <Table name={t("settings.types")} head={<><th>{t("events.type")}</th><th class="number">{t("settings.received")}</th></>}>
              {list.data.map((type) => (
                <tr key={type.type}>
                  <th scope="row"><a class="main" href={href(["events"], { type: type.type })}><TypeName type={type.type} both /></a></th>
                  <td class="number">{type.received.toLocaleString(language.value)}</td>
                </tr>
              ))}
            </Table>
          )}
        </Loaded>
      </section>
    </>
  );
}
