// What surrounds every screen: sections, search, time zone, health, who am I.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call, readiness } from "../api/client.ts";
import { destinationOf } from "../lib/ids.ts";
import { formatDuration } from "../lib/time.ts";
import { connection, reconnections } from "../state/connection.ts";
import { language, theme, zone } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { go, href, route } from "../state/router.ts";
import { session, signOut } from "../state/session.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Button, Facts, Instant } from "./basic.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { useKeys } from "./keys.ts";
import { Menu, MenuItem } from "./menu.tsx";
import { say } from "./toast.tsx";

export const sections: Array<{ name: string; icon: IconName; key: string }> = [
  { name: "overview", icon: "overview", key: "o" },
  { name: "events", icon: "events", key: "e" },
  { name: "deliveries", icon: "deliveries", key: "d" },
  { name: "handlers", icon: "handlers", key: "h" },
  { name: "lost", icon: "lost", key: "m" },
  { name: "report", icon: "report", key: "c" },
  { name: "settings", icon: "settings", key: "s" },
];

const parents: Record<string, string> = { event: "events", transactions: "events" };

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#2f5bd7" />
      <path d="M8 17.5l5 5L24.5 10" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export function Segments<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: Array<[T, string]>; onChange: (value: T) => void }) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([option, text]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>{text}</button>
      ))}
    </div>
  );
}

function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => input.current?.select() });
  const submit = (event: Event) => {
    event.preventDefault();
    const found = destinationOf(input.current?.value ?? "");
    if (!found) return;
    if (found.to === "event") go(href(["event", found.id]));
    else if (found.to === "transaction") go(href(["transactions", found.id]));
    else if (found.to === "delivery") go(href(["deliveries", found.id]));
    else go(href(["events"], found.to === "api_key" ? { api_key: found.id } : { q: found.text }));
    if (input.current) input.current.value = "";
    input.current?.blur();
  };
  return (
    <form class="search" role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={input} type="search" aria-label={t("search.label")} placeholder={t("search.hint")} autocomplete="off" spellcheck={false}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}

function Health() {
  const ready = useQuery("readyz", (signal) => readiness(signal), 15_000);
  // A machine that wakes up asks at once.
  useEffect(() => {
    addEventListener("online", ready.reload);
    return () => removeEventListener("online", ready.reload);
  }, []);
  const lost = connection.value === "lost";
  const state = lost ? "lost" : !ready.data ? "unknown" : ready.data.status === "ready" && ready.data.clock !== "in doubt" ? "ready" : "trouble";
  const name = t(`health.${state}`);
  const told = ready.data;
  return (
    <Menu
      label={t("health.open", { state: name })} kind={`quiet health ${state}`}
      text={<><span class="dot" /> <span class="text">{name}</span></>}
    >
      {() => (
        <>
          <h3>{t("health.title")}</h3>
          {told && (
            <Facts
              items={[
                [t("health.store"), told.store === "ok" ? t("health.ok") : (told.store_error ?? told.store)],
                [t("health.queue"), told.queue === "ok" ? t("health.ok") : t("health.queue_full")],
                [t("health.clock"), told.clock === "in doubt" ? t("health.clock_doubt") : t("health.ok")],
                ...told.endpoints.map((each): [string, ComponentChildren] => [
                  t("health.endpoint", { name: each.name }),
                  each.signature === "disabled" ? t("health.unsigned")
                    : each.keys === 0 ? `${t("health.keys_none")} ${each.last_error ?? ""}`
                    : `${t("health.keys", { n: each.keys, age: formatDuration((each.keys_age_seconds ?? 0) * 1000, language.value) })}${each.keys_from_cache ? `, ${t("health.keys_cached")}` : ""}`,
                ]),
              ]}
            />
          )}
          {told && told.silent_threads.length > 0 && <p class="row">{t("health.silent", { names: told.silent_threads.join(", ") })}</p>}
          {told?.stopping && <p class="row">{t("health.stopping")}</p>}
          {lost && <p class="row">{t("connection.lost")}</p>}
        </>
      )}
    </Menu>
  );
}

function Me({ onHelp }: { onHelp: () => void }) {
  const state = session.value;
  return (
    <Menu label={t("me.open")} icon="user" kind="quiet">
      {(close) => (
        <>
          {state.is === "in" ? (
            <Facts
              items={[
                [t("me.title"), state.session.name ? t("me.token", { name: state.session.name }) : t("me.local")],
                [t("me.role"), t(`role.${state.session.role}`)],
                state.session.expires !== null && [t("me.expires"), <Instant at={state.session.expires} detail="minute" />],
              ]}
            />
          ) : <p class="row">{t("me.local")}</p>}
          <hr />
          <div class="row"><span>{t("me.theme")}</span>
            <Segments label={t("me.theme")} value={theme.value} onChange={(value) => (theme.value = value)}
              options={[["auto", t("theme.auto")], ["light", t("theme.light")], ["dark", t("theme.dark")]]} />
          </div>
          <div class="row"><span>{t("me.language")}</span>
            <Segments label={t("me.language")} value={language.value} onChange={(value) => (language.value = value)} options={[["en", "English"], ["fr", "Français"]]} />
          </div>
          <div class="row"><span>{t("zone.label")}</span><ZoneSwitch /></div>
          <hr />
          <MenuItem icon="help" onClick={() => { close(); onHelp(); }}>{t("help.open")}</MenuItem>
          <a class="menu-item" href="licences.txt" target="_blank" rel="noopener"><Icon name="report" /><span>{t("me.licences")}</span></a>
          {state.is === "in" && state.session.name !== null && (
            <MenuItem icon="close" onClick={() => void signOut().catch((error: Error) => say(error.message, { bad: true }))}>{t("me.sign_out")}</MenuItem>
          )}
        </>
      )}
    </Menu>
  );
}

function ZoneSwitch() {
  return (
    <Segments label={t("zone.label")} value={zone.value} onChange={(value) => (zone.value = value)} options={[["utc", t("zone.utc")], ["local", t("zone.local")]]} />
  );
}

/** How many have failed, as a number in the list of sections: one small page of the API, never a count of all. */
function useFailures(): string | null {
  const failed = useQuery("failed", (signal) => call("GET /v1/deliveries", { query: { state: "failed", limit: "100" }, signal }), 30_000);
  const count = failed.data?.data.length ?? 0;
  return count === 0 ? null : failed.data?.has_more ? `${count}+` : String(count);
}

export function Shell({ section, onHelp, children }: { section: string; onHelp: () => void; children: ComponentChildren }) {
  const [menu, setMenu] = useState(false);
  const failures = useFailures();
  const current = parents[section] ?? section;
  useKeys({
    "?": onHelp,
    ...Object.fromEntries(sections.map(({ name, key }) => [`g ${key}`, () => go(href([name]))])),
  });
  useEffect(() => setMenu(false), [route.value]);
  useEffect(() => {
    if (reconnections.value > 0) say(t("connection.back"));
  }, [reconnections.value]);
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>{t("app.skip")}</a>
      {menu && <button type="button" class="veil" aria-label={t("nav.close")} onClick={() => setMenu(false)} />}
      <nav class={`side${menu ? " open" : ""}`} aria-label={t("nav")}>
        <a class="brand" href={href(["overview"])}><Mark /><span>{t("app.name")}</span></a>
        <div class="nav">
          {sections.map(({ name, icon, key }) => (
            <a key={name} href={href([name])} aria-current={name === current ? "page" : undefined} title={`g ${key}`}>
              <Icon name={icon} />
              <span>{t(`nav.${name}` as TextKey)}</span>
              {name === "deliveries" && failures && <span class="count" title={t("nav.failed")}>{failures}</span>}
            </a>
          ))}
        </div>
        <div class="side-foot"><Button kind="quiet" icon="help" shortcut="?" onClick={onHelp}>{t("help.title")}</Button></div>
      </nav>
      <header class="top">
        <span class="menu-button"><Button kind="quiet" icon="menu" label={t("nav.open")} onClick={() => setMenu(true)} /></span>
        <SearchBox />
        <div class="end">
          <span class="zone"><ZoneSwitch /></span>
          <Health />
          <Me onHelp={onHelp} />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {connection.value === "lost" && <div class="banner" role="alert"><strong>{t("connection.lost")}</strong><span>{t("connection.lost_note")}</span></div>}
        {children}
      </main>
    </div>
  );
}
