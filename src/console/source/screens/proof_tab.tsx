// The proof, checked again here: from the raw bytes, the header and the key alone.
import { useEffect, useState } from "preact/hooks";
import type { EventDetail } from "../../generated/api.ts";
import { ApiError, send } from "../api/client.ts";
import { type Verdict, verify } from "../lib/jws.ts";
import { language } from "../state/preferences.ts";
import { t } from "../texts/index.ts";
import { Button, Copy, Facts, Id, Instant, copyText } from "../ui/basic.tsx";
import { useBusy } from "../ui/busy.ts";
import { saveFile } from "../ui/download.ts";
import { Icon } from "../ui/icon.tsx";
import { Blank } from "../ui/loaded.tsx";
import { say } from "../ui/toast.tsx";

export function ProofTab({ event }: { event: EventDetail }) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [round, setRound] = useState(0);
  const [busy, run] = useBusy();
  const { signature, raw_body: raw } = event;
  useEffect(() => {
    let current = true;
    setVerdict(null);
    if (signature && raw !== null) {
      void verify(signature.header, signature.key, new TextEncoder().encode(raw)).then((found) => current && setVerdict(found));
    }
    return () => void (current = false);
  }, [event.id, event.endpoint, raw, signature?.header, round]);

  if (!signature || raw === null) {
    return <Blank quiet icon="broken" title={t("proof.unsigned")}><p>{t("proof.unsigned_note")}</p></Blank>;
  }
  // The daemon makes the file, for `events proof` and for this page alike.
  const save = async () => {
    try {
      const response = await send("GET /v1/events/{id}/proof", `/v1/events/${encodeURIComponent(event.id)}/proof`, { query: { endpoint: event.endpoint } });
      saveFile(`${event.id.slice(0, 64).replace(/[^\w-]/g, "_")}.proof.zip`, "application/zip", new Uint8Array(await response.arrayBuffer()));
    } catch (error) {
      say(error instanceof ApiError ? error.detail : String(error), { bad: true });
    }
  };
  const noCrypto = verdict && !verdict.holds && verdict.reason === "no-crypto";
  const tone = !verdict || noCrypto ? "" : verdict.holds ? "good" : "bad";
  return (
    <>
      <div class={`callout ${tone}`} role="status">
        <Icon name={verdict && !verdict.holds && !noCrypto ? "broken" : "shield"} />
        <div>
          <strong>{!verdict ? t("proof.checking") : verdict.holds ? t("proof.holds") : noCrypto ? t("proof.nocrypto") : t("proof.fails")}</strong>
          <span>{verdict?.holds ? t("proof.holds_note") : noCrypto ? t("proof.nocrypto_note") : verdict && !verdict.holds ? t(`proof.reason.${verdict.reason}`) : ""}</span>
          {verdict?.holds && <span class="soft small">{t("proof.means")}</span>}
          <div class="actions">
            <Button icon="retry" onClick={() => setRound(round + 1)}>{t("proof.check")}</Button>
            {signature.key && <Button icon="download" disabled={busy} onClick={() => void run(save)}>{t("proof.zip")}</Button>}
            <Button icon="print" onClick={() => window.print()}>{t("proof.print")}</Button>
          </div>
        </div>
      </div>
      <Facts
        items={[
          [t("event.id"), <Id id={event.id} />],
          [t("event.received"), <Instant at={event.received} detail="millisecond" />],
          [t("proof.verified_at"), <Instant at={signature.verified_at} detail="millisecond" />],
          [t("proof.algorithm"), verdict?.algorithm ?? "–"],
          [t("proof.key_fetched"), <Instant at={signature.key_fetched} detail="millisecond" />],
          [t("proof.key"), verdict?.bits ? t("proof.key_bits", { bits: verdict.bits.toLocaleString(language.value, { useGrouping: false }) }) : "–"],
        ]}
      />
      <Facts
        long
        items={[
          [t("proof.key_id"), signature.key_id ? <Id id={signature.key_id} most={80} /> : <span class="faint">{t("common.none")}</span>],
          [t("proof.key_source"), signature.key_source ? <Id id={signature.key_source} most={120} /> : <span class="faint">{t("proof.key_unkept")}</span>],
          [t("proof.sha256"), verdict?.sha256 ? <Id id={verdict.sha256} most={80} /> : "–"],
        ]}
      />
      <div>
        <h2 class="part">{t("proof.header")} <Copy text={signature.header} /></h2>
        <pre class="text" tabIndex={0}>{signature.header}</pre>
      </div>
      <div>
        <h2 class="part">{t("proof.offline")}</h2>
        <p class="soft">{t("proof.offline_note")}</p>
        <pre class="text" tabIndex={0}>{"universign-webhookd verify --proof FILE.zip"}</pre>
      </div>
      {signature.key && <div class="actions"><Button icon="copy" onClick={() => void copyText(JSON.stringify(signature.key))}>{t("proof.jwk")}</Button></div>}
    </>
  );
}
