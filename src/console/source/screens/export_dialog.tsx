// Export of all that the filters choose: counted first, then confirmed. The browser saves the daemon's stream itself, so that
// millions of events never lie in the page.
import { useEffect, useState } from "preact/hooks";
import { type Query, apiBase, call } from "../api/client.ts";
import { t } from "../texts/index.ts";
import { Button } from "../ui/basic.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Segments } from "../ui/shell.tsx";

type Format = "csv" | "ndjson";

export function ExportDialog({ query, onClose }: { query: Query; onClose: () => void }) {
  const [format, setFormat] = useState<Format>("csv");
  const [bodies, setBodies] = useState(false);
  const [count, setCount] = useState<number | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    call("GET /v1/events/count", { query, signal: stop.signal }).then(
      ({ events }) => setCount(events),
      (error: Error) => !stop.signal.aborted && setFailed(error.message),
    );
    return () => stop.abort();
  }, []);
  const params = new URLSearchParams({ ...query, ...(format === "ndjson" && bodies ? { payload: "true" } : {}) });
  return (
    <Dialog title={t("export.title")} onClose={onClose}>
      <div class="form">
        {failed ? <p class="error-line" role="alert">{failed}</p> : (
          <p role="status">{count === null ? t("common.counting") : <strong>{t("export.counts", { n: count })}</strong>}</p>
        )}
        <Segments<Format> label={t("export.format")} value={format} options={[["csv", "CSV"], ["ndjson", "NDJSON"]]} onChange={setFormat} />
        {format === "csv" ? <p class="soft">{t("export.csv_note")}</p> : (
          <label class="option">
            <input type="checkbox" checked={bodies} onChange={(event) => setBodies(event.currentTarget.checked)} />
            <span>{t("export.bodies")} <span class="faint">{t("export.bodies_note")}</span></span>
          </label>
        )}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          {count
            ? <a class="button primary" href={new URL(`v1/events.${format}?${params}`, apiBase).href} download onClick={onClose}><Icon name="download" /><span>{t("export.do", { n: count })}</span></a>
            : <Button kind="primary" disabled>{t("export.do", { n: 0 })}</Button>}
        </div>
      </div>
    </Dialog>
  );
}
