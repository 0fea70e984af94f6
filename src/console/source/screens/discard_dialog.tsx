// Failed deliveries are given up: with a reason, and the number where they are many.
import { useState } from "preact/hooks";
import { t } from "../texts/index.ts";
import { Field } from "../ui/basic.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { say } from "../ui/toast.tsx";

export function DiscardDialog({ count, discard, onClose }: {
  count: number;
  discard: (body: { reason: string }) => Promise<number>;
  onClose: (done: boolean) => void;
}) {
  const [reason, setReason] = useState("");
  return (
    <Confirm
      title={t("deliveries.discard_title")} onClose={() => onClose(false)} danger count={reason.trim() ? count : null}
      action={t("deliveries.discard_do", { n: count })} ask={t("deliveries.confirm", { n: count })}
      onConfirm={async () => {
        say(t("deliveries.discard_done", { n: await discard({ reason: reason.trim() }) }));
        onClose(true);
      }}
    >
      <p class="soft">{t("deliveries.discard_lead")}</p>
      <Field label={t("deliveries.discard_reason")}>
        <input type="text" value={reason} required maxLength={500} onInput={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </Confirm>
  );
}
