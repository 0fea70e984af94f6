// The list of events: filters, paging, live, selection, and the drawer with the one that is open.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Event } from "../../generated/api.ts";
import { type Query, call, readiness } from "../api/client.ts";
import { toCsv } from "../lib/csv.ts";
import { activeFilters, filtersFrom, filtersTo, notInStream, noFilters, queryOf, streamQuery, type Filters, without } from "../lib/filters.ts";
import { useLive } from "../state/live.ts";
import { usePages } from "../state/pages.ts";
import { zone } from "../state/preferences.ts";
import { useQuery } from "../state/query.ts";
import { go, href, lastList, route } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Button, PageHead, copyText } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { saveFile } from "../ui/download.ts";
import { Icon } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";
import { Blank, Failure, Loading } from "../ui/loaded.tsx";
import { Menu } from "../ui/menu.tsx";
import { say } from "../ui/toast.tsx";
import { EventDrawer } from "./event_detail.tsx";
import { EventRows, type Row, keyOf } from "./event_rows.tsx";
import { ExportDialog } from "./export_dialog.tsx";
import { FilterChips, filterTitle, filterValue } from "./filter_chips.tsx";
import { FilterPanel } from "./filter_panel.tsx";
import { ReplayDialog, type ReplayScope } from "./replay_dialog.tsx";

const pageSize = "50";
const mostLive = 500;

const csvHead = ["id", "type", "created", "received", "endpoint", "transaction_id", "object_type", "object_id", "state", "stalled_reason", "api_key", "user_id", "trace_id", "source"] as const;

export function Events() {
  const { params } = route.value;
  const filters = filtersFrom(params);
  const live = params.get("live") === "1";
  const open = params.get("open");
  const openAt = params.get("at");
  const key = `events ${filtersTo(filters)} ${filters.period ? zone.value : ""}`;

  const address = (changes: { filters?: Filters; live?: boolean; open?: Event | null }) => {
    const next = filtersTo(changes.filters ?? filters);
    if (changes.live ?? live) next.set("live", "1");
    const shown = changes.open === undefined ? (open ? { id: open, endpoint: openAt ?? "" } : null) : changes.open;
    if (shown) {
      next.set("open", shown.id);
      next.set("at", shown.endpoint);
    }
    return href(["events"], next);
  };
  const setFilters = (changed: Filters) => go(address({ filters: changed }), { replace: true });

  const pages = usePages<Row, Query>(
    key, () => queryOf(filters, zone.value),
    (query, cursor, signal) => call("GET /v1/events", { query: { ...query, include: "deliveries", limit: pageSize, ...(cursor ? { cursor } : {}) }, signal }),
  );
  const types = useQuery("types", (signal) => call("GET /v1/event-types", { signal }));
  const ready = useQuery("endpoints", (signal) => readiness(signal));

  // Live: what has come since stands above the list.
  const [arrived, setArrived] = useState<{ key: string; shown: Row[]; waiting: Row[] }>({ key, shown: [], waiting: [] });
  const [reset, setReset] = useState<string | null>(null);
  const [selected, setSelected] = useState<Map<string, Event>>(new Map());
  const [scrolled, setScrolled] = useState(false);
  const paused = scrolled || selected.size > 0;
  const pausedNow = useRef(paused);
  pausedNow.current = paused;
  const mine: typeof arrived = arrived.key === key ? arrived : { key, shown: [], waiting: [] };
  const liveState = useLive(
    live ? streamQuery(filters) : null,
    (events) => setArrived((before) => {
      const base = before.key === key ? before : { key, shown: [], waiting: [] };
      const newestFirst = [...events].reverse();
      if (pausedNow.current) return { ...base, waiting: [...newestFirst, ...base.waiting].slice(0, mostLive) };
      return { ...base, shown: [...newestFirst, ...base.waiting, ...base.shown].slice(0, mostLive), waiting: [] };
    }),
    setReset,
  );
  const showWaiting = () => {
    setArrived({ key, shown: [...mine.waiting, ...mine.shown].slice(0, mostLive), waiting: [] });
    setSelected(new Map());
    window.scrollTo({ top: 0 });
  };
  useEffect(() => {
    const onScroll = () => setScrolled(window.scrollY > 160);
    addEventListener("scroll", onScroll, { passive: true });
    return () => removeEventListener("scroll", onScroll);
  }, []);
  useEffect(() => {
    if (live && !paused && mine.waiting.length > 0) showWaiting();
  }, [paused, live]);
  useEffect(() => {
    if (!live) setArrived({ key, shown: [], waiting: [] });
  }, [live]);
  useEffect(() => setSelected(new Map()), [key]);

  const rows = useMemo(() => {
    const seen = new Set<string>();
    return [...mine.shown, ...pages.rows].filter((event) => !seen.has(keyOf(event)) && seen.add(keyOf(event)));
  }, [mine.shown, pages.data, pages.rows.length]);
  const fresh = useMemo(() => new Set(mine.shown.map(keyOf)), [mine.shown]);
  const showOutcome = rows.some((event) => event.deliveries);

  // Counting everything is asked for: it reads as many events as there are.
  const [count, setCount] = useState<{ key: string; events: number | null } | null>(null);
  const countAll = async () => {
    setCount({ key, events: null });
    try {
      setCount({ key, events: (await call("GET /v1/events/count", { query: queryOf(filters, zone.value) })).events });
    } catch (error) {
      setCount(null);
      say((error as Error).message, { bad: true });
    }
  };

  const [replay, setReplay] = useState<ReplayScope | null>(null);
  const [exporting, setExporting] = useState(false);
  const lastSelected = useRef<string | null>(null);
  const select = (event: Event, on: boolean, range = false) => {
    const next = new Map(selected);
    let chosen = [event];
    if (range && lastSelected.current) {
      const at = rows.findIndex((row) => keyOf(row) === keyOf(event));
      const from = rows.findIndex((row) => keyOf(row) === lastSelected.current);
      if (from >= 0) chosen = rows.slice(Math.min(at, from), Math.max(at, from) + 1);
    }
    for (const each of chosen) on ? next.set(keyOf(each), each) : next.delete(keyOf(each));
    lastSelected.current = keyOf(event);
    setSelected(next);
  };

  // Keyboard: the focus itself moves, so that screen readers follow.
  const rowOf = (wanted: string) => [...document.querySelectorAll<HTMLElement>("tr[data-key]")].find((each) => each.dataset.key === wanted);
  const focusedKey = () => (document.activeElement?.closest("tr[data-key]") as HTMLElement | null)?.dataset.key ?? null;
  const move = (by: number) => {
    const from = focusedKey() ?? (open ? `${openAt} ${open}` : null);
    const at = rows.findIndex((row) => keyOf(row) === from);
    const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))];
    if (!row) return;
    const shown = rowOf(keyOf(row));
    if (document.activeElement?.closest(".drawer")) shown?.scrollIntoView({ block: "nearest" });
    else shown?.querySelector<HTMLElement>("a.main")?.focus();
    if (open) go(address({ open: row }), { replace: true });
  };
  const openFilters = useRef<() => void>(() => {});
  useKeys({
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    x: () => {
      const focused = rows.find((row) => keyOf(row) === focusedKey());
      if (focused) select(focused, !selected.has(keyOf(focused)));
    },
    f: () => openFilters.current(),
    l: () => go(address({ live: !live }), { replace: true }),
    Escape: () => {
      if (open) close();
      else if (selected.size > 0) setSelected(new Map());
    },
  });
  const close = () => {
    const key = `${openAt} ${open}`;
    go(address({ open: null }), { replace: true });
    requestAnimationFrame(() => rowOf(key)?.querySelector<HTMLElement>("a.main")?.focus());
  };

  const query = queryOf(filters, zone.value);
  lastList.hash = address({ open: null, live: false });
  const active = activeFilters(filters);

  return (
    <>
      <PageHead title={t("nav.events")}>
        <Button
          icon="live" aria-pressed={live} shortcut="l" onClick={() => go(address({ live: !live }), { replace: true })}
        >{t("events.live")}</Button>
        <Button icon="export" title={t("events.export_note")} onClick={() => setExporting(true)}>{t("events.export")}</Button>
        <Button icon="retry" needs="admin" title={t("events.replay_note")} onClick={() => setReplay({ query })}>{t("replay.open")}</Button>
        <CopyAs path="/v1/events" query={query} command="events list" />
      </PageHead>

      <div class="toolbar">
        <Menu label={t("filter.open")} icon="filter" text={t("filter.open")} shortcut="f" align="start" wide control={(show) => (openFilters.current = show)}>
          {(closeMenu) => (
            <FilterPanel
              filters={filters} types={types.data?.data ?? []} endpoints={ready.data?.endpoints.map(({ name }) => name) ?? []}
              apiKeys={[...new Set(rows.map((event) => event.api_key).filter((each) => each !== null))]}
              onChange={setFilters} onClose={closeMenu}
            />
          )}
        </Menu>
        <div class="chips">
          <FilterChips filters={filters} onChange={setFilters} />
          {active.length > 1 && <Button kind="quiet" onClick={() => setFilters(noFilters)}>{t("filter.clear")}</Button>}
        </div>
        <Button kind="quiet" icon="retry" label={t("common.refresh")} onClick={pages.reload} />
      </div>

      {live && (
        <div class={`live-bar${liveState.is === "waiting" || liveState.is === "refused" ? " lost" : ""}`} role="status">
          <Icon name={paused ? "pause" : "live"} />
          {liveState.is === "connecting" && <span>{t("events.live_connecting")}</span>}
          {liveState.is === "waiting" && <span>{t("events.live_again", { seconds: liveState.seconds })}</span>}
          {liveState.is === "refused" && <span>{liveState.error.detail}</span>}
          {liveState.is === "open" && <span>{paused ? t("events.live_paused") : t("events.live_on")}</span>}
          {reset !== null && <span>{t("events.live_reset", { reason: reset })}</span>}
          {notInStream(filters).length > 0 && <span>{t("events.live_without", { filters: notInStream(filters).map(filterTitle).join(", ") })}</span>}
          {mine.waiting.length > 0 && <Button icon="up" kind="primary" onClick={showWaiting}>{`${t("events.live_new", { n: mine.waiting.length })} · ${t("events.live_resume")}`}</Button>}
        </div>
      )}

      <div class={`split${open ? " with-drawer" : ""}`}>
        <div>
          {pages.error ? <div class="card"><Failure error={pages.error} reload={pages.reload} /></div>
            : pages.data === undefined ? <div class="card"><Loading lines={8} /></div>
            : rows.length === 0 ? <div class="card"><NoEvents filters={filters} live={live} onChange={setFilters} /></div>
            : (
              <div class={pages.stale ? "stale" : undefined}>
                <EventRows
                  events={rows} fresh={fresh} selected={selected} open={open ? `${openAt} ${open}` : null} openHref={(event) => address({ open: event })}
                  onSelect={select} onSelectAll={(on) => setSelected(on ? new Map(rows.map((event) => [keyOf(event), event])) : new Map())} showOutcome={showOutcome}
                />
                <div class="list-foot">
                  <span>{pages.cursor ? t("events.shown_more", { n: rows.length }) : t("events.shown", { n: rows.length })}</span>
                  {pages.cursor && <Button onClick={() => void pages.more().catch((error: Error) => say(error.message, { bad: true }))} disabled={pages.loadingMore}>{t("common.more")}</Button>}
                  {pages.cursor && (count?.key === key
                    ? <span role="status">{count.events === null ? t("common.counting") : t("events.counted", { n: count.events })}</span>
                    : <Button kind="quiet" onClick={() => void countAll()}>{t("events.count")}</Button>)}
                </div>
              </div>
            )}
          {selected.size > 0 && (
            <div class="selection" role="region" aria-label={t("events.selected", { n: selected.size })}>
              <strong>{t("events.selected", { n: selected.size })}</strong>
              <Button icon="copy" onClick={() => void copyText([...selected.values()].map(({ id }) => id).join("\n"))}>{t("events.copy_ids")}</Button>
              <Button icon="download" onClick={() => saveFile("events.csv", "text/csv", toCsv([...csvHead], [...selected.values()].map((event) => csvHead.map((name) => event[name] ?? ""))))}>CSV</Button>
              <Button icon="download" onClick={() => saveFile("events.ndjson", "application/x-ndjson", [...selected.values()].map((event) => `${JSON.stringify(event)}\n`).join(""))}>NDJSON</Button>
              <Button icon="retry" needs="admin" onClick={() => setReplay({ events: [...selected.values()] })}>{t("replay.open")}</Button>
              <Button kind="quiet" icon="close" label={t("common.deselect")} onClick={() => setSelected(new Map())} />
            </div>
          )}
        </div>
        {open && <EventDrawer id={open} endpoint={openAt} onClose={close} onStep={move} />}
      </div>
      {exporting && <ExportDialog query={query} onClose={() => setExporting(false)} />}
      {replay && <ReplayDialog scope={replay} onClose={(done) => { setReplay(null); if (done) pages.reload(); }} />}
    </>
  );
}

/** No result is said, and so is what to widen. */
function NoEvents({ filters, live, onChange }: { filters: Filters; live: boolean; onChange: (filters: Filters) => void }) {
  const active = activeFilters(filters);
  if (active.length === 0) {
    return <Blank icon="events" title={live ? t("events.live_waiting") : t("events.empty_all")}><p>{t("events.empty_all_note")}</p></Blank>;
  }
  return (
    <Blank icon="filter" title={live ? t("events.live_waiting") : t("events.empty")}>
      <p>{t("events.widen")}</p>
      <div class="chips">
        {active.map((name) => (
          <Button key={name} icon="close" onClick={() => onChange(without(filters, name))}><bdi>{t("common.with_value", { name: filterTitle(name), value: filterValue(filters, name).slice(0, 60) })}</bdi></Button>
        ))}
        {active.length > 1 && <Button kind="primary" onClick={() => onChange(noFilters)}>{t("filter.remove_all")}</Button>}
      </div>
    </Blank>
  );
}
