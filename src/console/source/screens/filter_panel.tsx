// Everything that the list of events can be filtered by. Each choice counts at once and stands in the address.
import { useState } from "preact/hooks";
import type { EventType } from "../../generated/api.ts";
import { type Filters, noFilters, splitTypes, toggleType } from "../lib/filters.ts";
import { amount } from "../state/preferences.ts";
import { type TextKey, named, t } from "../texts/index.ts";
import { Button, Field, Foreign } from "../ui/basic.tsx";
import { Icon, groupIcon, groupOf } from "../ui/icon.tsx";
import { Draft, PeriodFilter } from "./period_filter.tsx";

function Pick({ types, pattern, name, onChange }: { types: string[]; pattern: string; name: string; onChange: (types: string[]) => void }) {
  return (
    <span class="pick">
      <button type="button" aria-pressed={types.includes(pattern)} aria-label={t("filter.include", { type: name })} title={t("filter.include", { type: name })} onClick={() => onChange(toggleType(types, pattern))}>
        <Icon name="check" />
      </button>
      <button type="button" class="no" aria-pressed={types.includes(`!${pattern}`)} aria-label={t("filter.exclude", { type: name })} title={t("filter.exclude", { type: name })} onClick={() => onChange(toggleType(types, `!${pattern}`))}>
        <Icon name="cross" />
      </button>
    </span>
  );
}

function TypeGroup({ group, members, chosen, onChange }: { group: string; members: EventType[]; chosen: string[]; onChange: (types: string[]) => void }) {
  const touched = members.some(({ type }) => chosen.some((each) => each.replace("!", "") === type));
  const [open, setOpen] = useState(touched);
  const title = named("group", group) ?? group;
  return (
    <div>
      <div class="type-head">
        <button type="button" class="type-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="right" />
          <span class={`group-icon ${groupOf(group)}`}><Icon name={groupIcon(group)} /></span>
          <span>{title}</span>
        </button>
        <Pick types={chosen} pattern={group} name={title} onChange={onChange} />
      </div>
      {open && (
        <ul>
          {members.map(({ type, received }) => (
            <li key={type}>
              <span class="spread" title={type}>{named("type", type) ?? <Foreign text={type} most={48} />} <span class="faint">{amount(received)}</span></span>
              <Pick types={chosen} pattern={type} name={named("type", type) ?? type} onChange={onChange} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function TypeFilter({ filters, types, onChange }: { filters: Filters; types: EventType[]; onChange: (filters: Filters) => void }) {
  const groups = new Map<string, EventType[]>();
  for (const type of types) groups.set(type.group, [...(groups.get(type.group) ?? []), type]);
  const set = (chosen: string[]) => onChange({ ...filters, types: chosen });
  return (
    <fieldset class="full">
      <legend>{t("filter.types")}</legend>
      <div class="type-tree">
        {[...groups].map(([group, members]) => <TypeGroup key={group} group={group} members={members} chosen={filters.types} onChange={set} />)}
      </div>
      <Field label={t("filter.types_pattern")} hint={t("filter.types_hint")}>
        <Draft type="text" class="mono" spellcheck={false} value={filters.types.join(", ")} onCommit={(value) => set(splitTypes(value))} />
      </Field>
    </fieldset>
  );
}

export function FilterPanel({ filters, types, endpoints, apiKeys, onChange, onClose }: {
  filters: Filters;
  types: EventType[];
  endpoints: string[];
  apiKeys: string[];
  onChange: (filters: Filters) => void;
  onClose: () => void;
}) {
  const [round, setRound] = useState(0); // empties the fields when all is cleared
  const text = (name: "text" | "apiKey" | "transaction" | "state", label: string, list?: string) => (
    <Field key={name} label={label}>
      <Draft
        type="text" spellcheck={false} autocomplete="off" list={list} value={filters[name] ?? ""}
        onCommit={(value) => onChange({ ...filters, [name]: value.trim() || null })}
      />
    </Field>
  );
  const choice = (name: "endpoint" | "stalledReason" | "outcome", label: string, options: Array<[string, string]>) => (
    <Field key={name} label={label}>
      <select value={filters[name] ?? ""} onChange={(event) => onChange({ ...filters, [name]: event.currentTarget.value || null })}>
        <option value="">{t("common.all")}</option>
        {options.map(([value, shown]) => <option key={value} value={value}>{shown}</option>)}
      </select>
    </Field>
  );
  const stalls = ["action_refusal", "signature_refusal", "consultation_refusal", "review_refusal"];
  const states = ["draft", "started", "paused", "open", "closed", "stalled", "completed", "cancelled", "expired", "archived"];
  const outcomes = ["failed", "pending", "successful", "discarded", "none"];
  return (
    <div class="filter-panel" key={round}>
      <PeriodFilter filters={filters} onChange={onChange} />
      <fieldset>
        <legend>{t("filter.title")}</legend>
        {text("text", t("filter.text"))}
        {text("transaction", t("filter.transaction"))}
        {text("apiKey", t("filter.apiKey"), "known-api-keys")}
        <datalist id="known-api-keys">{apiKeys.map((key) => <option key={key} value={key} />)}</datalist>
      </fieldset>
      <fieldset>
        <legend class="unseen">{t("filter.title")}</legend>
        {choice("endpoint", t("filter.endpoint"), endpoints.map((name) => [name, name]))}
        {text("state", t("filter.state"), "known-states")}
        <datalist id="known-states">{states.map((state) => <option key={state} value={state} />)}</datalist>
        {choice("stalledReason", t("filter.stalledReason"), stalls.map((stall) => [stall, named("stall", stall) ?? stall]))}
        {choice("outcome", t("filter.outcome"), outcomes.map((outcome) => [outcome, t(`outcome.${outcome}` as TextKey)]))}
      </fieldset>
      <TypeFilter filters={filters} types={types} onChange={onChange} />
      <div class="full dialog-actions">
        <Button kind="quiet" onClick={() => { onChange(noFilters); setRound(round + 1); }}>{t("filter.clear")}</Button>
        <Button kind="primary" onClick={onClose}>{t("filter.done")}</Button>
      </div>
    </div>
  );
}
