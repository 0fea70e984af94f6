// Which screen the address shows, and what lies over all of them: signing in, help, messages.
import { Component, type ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Deliveries } from "./screens/deliveries.tsx";
import { DeliveryPage } from "./screens/delivery_page.tsx";
import { EventPage } from "./screens/event_page.tsx";
import { Events } from "./screens/events.tsx";
import { Handlers } from "./screens/handlers.tsx";
import { Lost } from "./screens/lost.tsx";
import { Overview } from "./screens/overview.tsx";
import { Report } from "./screens/report.tsx";
import { Settings } from "./screens/settings.tsx";
import { SignIn } from "./screens/sign_in.tsx";
import { TransactionPage } from "./screens/transaction.tsx";
import { type Route, href, route } from "./state/router.ts";
import { connection } from "./state/connection.ts";
import { findSession, session } from "./state/session.ts";
import { visible } from "./lib/visible.ts";
import { t } from "./texts/index.ts";
import { Button, PageHead } from "./ui/basic.tsx";
import { Help } from "./ui/help.tsx";
import { Blank } from "./ui/loaded.tsx";
import { Shell } from "./ui/shell.tsx";
import { Toasts } from "./ui/toast.tsx";

function screenOf({ path }: Route) {
  const [section = "overview", id] = path;
  switch (section) {
    case "overview": return { title: t("nav.overview"), screen: <Overview /> };
    case "events": return { title: t("nav.events"), screen: <Events /> };
    case "event": return { title: visible(id ?? "").slice(0, 80), screen: <EventPage key={id} id={id ?? ""} /> };
    case "transactions": return { title: visible(id ?? "").slice(0, 80), screen: <TransactionPage key={id} id={id ?? ""} /> };
    case "deliveries":
      return id ? { title: t("delivery.title", { id }), screen: <DeliveryPage key={id} id={id} /> } : { title: t("nav.deliveries"), screen: <Deliveries /> };
    case "handlers": return { title: t("nav.handlers"), screen: <Handlers /> };
    case "lost": return { title: t("nav.lost"), screen: <Lost /> };
    case "report": return { title: t("nav.report"), screen: <Report /> };
    case "settings": return { title: t("nav.settings"), screen: <Settings /> };
    default: return { title: t("error.no_page"), screen: <><PageHead title={t("error.no_page")} /><a class="button" href={href(["overview"])}>{t("nav.overview")}</a></> };
  }
}

/** A part that fails says so, and the rest goes on. */
class Guard extends Component<{ place: string; children: ComponentChildren }, { failure: string | null; place: string }> {
  override state = { failure: null as string | null, place: "" };
  static override getDerivedStateFromError(error: unknown) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
  static getDerivedStateFromProps(props: { place: string }, state: { place: string }) {
    return props.place === state.place ? null : { failure: null, place: props.place };
  }
  render() {
    if (this.state.failure === null) return this.props.children;
    return (
      <Blank icon="lost" title={t("error.page", { message: this.state.failure })}>
        <Button onClick={() => this.setState({ failure: null })}>{t("common.retry")}</Button>
      </Blank>
    );
  }
}

export function App() {
  const [help, setHelp] = useState(false);
  const first = useRef(true);
  const here = route.value;
  const place = here.path.join("/");
  const { title, screen } = screenOf(here);
  const state = session.value;

  useEffect(() => void findSession(), []);
  // Asked again once the daemon answers, where it did not when the page was loaded.
  useEffect(() => {
    if (connection.value === "ok" && state.is === "unknown") void findSession();
  }, [connection.value]);

  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
    // A new screen is read from its heading on; the first one as the browser does.
    if (!first.current) document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    first.current = false;
    window.scrollTo(0, 0);
  }, [place]);
  useEffect(() => void (document.title = `${title} · ${t("app.name")}`), [title]);

  if (state.is === "out" && !state.ended) return <><SignIn /><Toasts /></>;
  return (
    <>
      <Shell section={here.path[0] ?? "overview"} onHelp={() => setHelp(true)}>
        <Guard place={place}>{screen}</Guard>
      </Shell>
      {help && <Help onClose={() => setHelp(false)} />}
      {state.is === "out" && <SignIn />}
      <Toasts />
    </>
  );
}
