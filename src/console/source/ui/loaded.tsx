// The states that each part of each screen has: loading, failed, needs a newer daemon, empty, there.
import type { ComponentChildren } from "preact";
import type { ApiError } from "../api/client.ts";
import type { QueryState } from "../state/query.ts";
import { t } from "../texts/index.ts";
import { Button } from "./basic.tsx";
import { Icon, type IconName } from "./icon.tsx";

export function Blank({ icon, title, children, quiet = false }: { icon: IconName; title: string; children?: ComponentChildren; quiet?: boolean }) {
  return (
    <div class={`blank${quiet ? " quiet" : ""}`}>
      <Icon name={icon} />
      <p class="blank-title">{title}</p>
      {children}
    </div>
  );
}

export function Loading({ lines = 4 }: { lines?: number }) {
  return (
    <div class="loading" aria-busy="true">
      <span class="unseen">{t("common.loading")}</span>
      {Array.from({ length: lines }, (_, index) => <span key={index} class="bar" />)}
    </div>
  );
}

export function Failure({ error, reload }: { error: ApiError; reload?: () => void }) {
  if (error.kind === "unreachable") return <Blank quiet icon="clock" title={t("connection.lost")}><p>{t("connection.lost_note")}</p></Blank>;
  const title = error.status === 404 ? t("error.not_found") : error.status === 403 ? t("error.forbidden") : t("error.title");
  return (
    <Blank icon="lost" title={title}>
      {error.status !== 404 && <p>{error.detail} {error.retryAfter && t("error.again", { seconds: error.retryAfter })}</p>}
      {reload && error.status !== 404 && error.status !== 403 && <Button onClick={reload}>{t("common.retry")}</Button>}
    </Blank>
  );
}

export function Loaded<T>({ query, lines, children, anyKey = false }: {
  query: QueryState<T>;
  lines?: number;
  anyKey?: boolean; // shows what was there, dimmed, while another key loads
  children: (data: T) => ComponentChildren;
}) {
  if (query.error) return <Failure error={query.error} reload={query.reload} />;
  if (query.data === undefined || (query.stale && !anyKey)) return <Loading {...(lines ? { lines } : {})} />;
  return <div class={query.stale ? "stale" : undefined}>{children(query.data)}</div>;
}
