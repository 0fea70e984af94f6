// What opens below a button: a panel that closes with Escape, with a click elsewhere, and when the focus leaves it.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Role } from "../state/session.ts";
import { may } from "../state/session.ts";
import { t } from "../texts/index.ts";
import { Icon, type IconName } from "./icon.tsx";

export function Menu({ label, icon, text, kind = "plain", align = "end", wide = false, shortcut, control, children }: {
  label: string;
  icon?: IconName;
  text?: ComponentChildren;
  kind?: string;
  align?: "start" | "end";
  wide?: boolean;
  shortcut?: string;
  control?: (open: () => void) => void;
  children: (close: () => void) => ComponentChildren;
}) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  control?.(() => setOpen(true));

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>("[data-first], .panel button, .panel input, .panel a, .panel select")?.focus();
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", escape, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", escape, true);
    };
  }, [open]);

  return (
    <div class="menu" ref={box}>
      <button
        ref={button} type="button" class={`button ${kind}${text ? "" : " square"}`} aria-expanded={open} aria-controls={open ? id : undefined}
        aria-label={text && typeof text === "string" ? undefined : label} title={label} onClick={() => setOpen(!open)}
      >
        {icon && <Icon name={icon} />}
        {text && <span>{text}</span>}
        {shortcut && <kbd aria-hidden="true">{shortcut}</kbd>}
      </button>
      {open && <div id={id} class={`panel at-${align}${wide ? " wide" : ""}`} role="group" aria-label={label}>{children(close)}</div>}
    </div>
  );
}

export function MenuItem({ icon, onClick, children, needs }: { icon?: IconName; onClick: () => void; children: ComponentChildren; needs?: Role }) {
  const forbidden = needs !== undefined && !may(needs);
  return (
    <button type="button" class="menu-item" onClick={onClick} disabled={forbidden} title={forbidden ? t("role.needs", { role: t(`role.${needs}`) }) : undefined}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {forbidden && <span class="needs-role">{t(`role.${needs}`)}</span>}
    </button>
  );
}
