// Modal dialogs, by the browser's own element: it keeps the focus, closes with Escape, and gives the focus back.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { amount } from "../state/preferences.ts";
import { t } from "../texts/index.ts";
import { Button, Field } from "./basic.tsx";
import { useBusy } from "./busy.ts";

export function Dialog({ title, onClose, children, closable = true }: { title: string; onClose: () => void; children: ComponentChildren; closable?: boolean }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog
      ref={element} aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (closable) onClose();
      }}
      onClick={(event) => closable && event.target === element.current && onClose()}
    >
      <div class="dialog">
        <header>
          <h2 id={id}>{title}</h2>
          {closable && <Button kind="quiet" icon="close" label={t("common.close")} onClick={onClose} />}
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** An action that counts first. What cannot be undone, or concerns many, asks for the number. */
export function Confirm({ title, onClose, count, ask, action, danger = false, onConfirm, children }: {
  title: string;
  onClose: () => void;
  count: number | null; // null: still counting
  ask?: string; // asks for the number where given
  action: string;
  danger?: boolean;
  onConfirm: () => Promise<void>;
  children: ComponentChildren;
}) {
  const [typed, setTyped] = useState("");
  const [busy, run] = useBusy();
  const [failed, setFailed] = useState<string | null>(null);
  const needed = ask !== undefined && count !== null && count > 1;
  const digits = typed.replace(/[^\d]/g, "");
  const ready = count !== null && count > 0 && !busy && (!needed || digits === String(count));
  const submit = (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    setFailed(null);
    void run(() => onConfirm().catch((error: unknown) => setFailed(error instanceof Error ? error.message : String(error))));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        {needed && (
          <Field label={ask}>
            <input
              type="text" inputMode="numeric" autocomplete="off" value={typed} placeholder={amount(count)}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </Field>
        )}
        {failed && <p class="error-line" role="alert">{failed}</p>}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} disabled={!ready}>{action}</Button>
        </div>
      </form>
    </Dialog>
  );
}
