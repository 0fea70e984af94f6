// The small parts that every screen is made of.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Role } from "../state/session.ts";
import { formatInstant, formatRelative } from "../lib/time.ts";
import { shortened, visible } from "../lib/visible.ts";
import { language, timeStyle } from "../state/preferences.ts";
import { may } from "../state/session.ts";
import { named, t } from "../texts/index.ts";
import { Icon, type IconName, groupIcon, groupOf } from "./icon.tsx";
import { say } from "./toast.tsx";

type ButtonProps = {
  icon?: IconName;
  kind?: "plain" | "primary" | "danger" | "quiet";
  shortcut?: string;
  needs?: Role; // shown, but disabled, where the role does not reach that far
  label?: string; // for an icon alone
  children?: ComponentChildren;
} & Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "label">;

export function Button({ icon, kind = "plain", shortcut, needs, label, children, disabled, title, ...rest }: ButtonProps) {
  const forbidden = needs !== undefined && !may(needs);
  const why = forbidden ? t("role.needs", { role: t(`role.${needs}`) }) : undefined;
  return (
    <button
      type="button"
      class={`button ${kind}${children ? "" : " square"}`}
      {...rest}
      disabled={disabled || forbidden}
      aria-label={label}
      title={why ?? title ?? label}
    >
      {icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
      {forbidden && children && <span class="needs-role">{t(`role.${needs}`)}</span>}
      {shortcut && !forbidden && <kbd aria-hidden="true">{shortcut}</kbd>}
    </button>
  );
}

/** Text of others: as text, with what would not show as itself made visible. */
export function Foreign({ text, mono = false, most }: { text: string; mono?: boolean; most?: number }) {
  const shown = visible(text);
  return (
    <bdi class={mono ? "mono" : undefined} title={most && shown.length > most ? shown.slice(0, 2000) : undefined}>
      {most ? shortened(shown, most) : shown}
    </bdi>
  );
}

export function Instant({ at, detail = "second", relative = false }: { at: string | null; detail?: "minute" | "second" | "millisecond"; relative?: boolean }) {
  if (!at) return <span class="faint">–</span>;
  const style = timeStyle();
  const full = formatInstant(at, "millisecond", style);
  return (
    <time dateTime={at} title={full}>
      {relative ? formatRelative(at, language.value) : formatInstant(at, detail, style)}
    </time>
  );
}

export function TypeName({ type, both = false }: { type: string; both?: boolean }) {
  const name = named("type", type);
  return (
    <span class="type">
      <span class={`group-icon ${groupOf(type)}`}>
        <Icon name={groupIcon(type)} />
      </span>
      <span class="type-text">
        <span class={name ? undefined : "mono"}>{name ?? <Foreign text={type} most={48} />}</span>
        {both && name && <span class="mono faint small">{type}</span>}
      </span>
    </span>
  );
}

export type Tone = "good" | "warn" | "bad" | "info" | "plain";
export function Badge({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class={`badge ${tone}`}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </span>
  );
}

const deliveryTones: Record<string, [Tone, IconName]> = {
  pending: ["info", "clock"], successful: ["good", "check"], failed: ["bad", "cross"], discarded: ["plain", "trash"],
};
export function DeliveryState({ state }: { state: string }) {
  const [tone, icon] = deliveryTones[state] ?? ["plain", "other"];
  return <Badge tone={tone} icon={icon}>{named("state", state) ?? state}</Badge>;
}

const goodStates = new Set(["completed", "closed", "archived", "success", "verified"]);
const badStates = new Set(["cancelled", "expired", "rejected", "failure", "stalled"]);
export function EventState({ state, reason }: { state: string | null; reason?: string | null }) {
  if (reason) return <Badge tone="warn">{named("stall", reason) ?? <Foreign text={reason} most={30} />}</Badge>;
  if (!state) return <span class="faint">–</span>;
  const tone = goodStates.has(state) ? "good" : badStates.has(state) ? "warn" : "plain";
  return <Badge tone={tone}>{named("word", state) ?? <Foreign text={state} most={24} />}</Badge>;
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not a secure context: the old way.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(t("common.copied"));
}

export function Copy({ text, label }: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  return (
    <Button
      kind="quiet" icon={done ? "check" : "copy"} label={label ?? t("common.copy")}
      onClick={async () => {
        await copyText(text);
        setDone(true);
        setTimeout(() => setDone(false), 1500);
      }}
    />
  );
}

/** An id that can be copied whole, however long it is. */
export function Id({ id, href, most = 34 }: { id: string; href?: string; most?: number }) {
  const text = <Foreign text={id} mono most={most} />;
  return (
    <span class="id">
      {href ? <a href={href}>{text}</a> : text}
      <Copy text={id} />
    </span>
  );
}

export function Field({ label, hint, children }: { label: string; hint?: string; children: ComponentChildren }) {
  return (
    <label class="field">
      <span class="label">{label}</span>
      {children}
      {hint && <span class="hint">{hint}</span>}
    </label>
  );
}

/** One of some values, in the head of a card or a screen. */
export function Choice({ label, value, options, onChange }: { label: string; value: string; options: Array<[value: string, shown: string]>; onChange: (value: string) => void }) {
  return (
    <select class="compact" aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map(([each, shown]) => <option key={each} value={each}>{shown}</option>)}
    </select>
  );
}

export const namesOf = (all: Array<{ name: string }> = []) => all.map(({ name }): [string, string] => [name, name]);

export type FactItem = [name: string, value: ComponentChildren] | null | false;

/** Names and values, as a description list. */
export function Facts({ items, long = false }: { items: FactItem[]; long?: boolean }) {
  return (
    <dl class={`facts${long ? " long" : ""}`}>
      {items.map((item) => item && (
        <div key={item[0]}>
          <dt>{item[0]}</dt>
          <dd>{item[1]}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Table({ name, head, children, className = "" }: { name: string; head: ComponentChildren; children: ComponentChildren; className?: string }) {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={t("common.region", { name })}>
      <table class={className}>
        <thead><tr>{head}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function PageHead({ title, lead, back, children }: { title: ComponentChildren; lead?: string; back?: { to: string; name: string }; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div>
        {back && <a class="back" href={back.to}><Icon name="left" />{back.name}</a>}
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}
