import { type FilterName, type Filters, activeFilters, without } from "../lib/filters.ts";
import { formatInstant } from "../lib/time.ts";
import { visible } from "../lib/visible.ts";
import { timeStyle } from "../state/preferences.ts";
import { type TextKey, named, t } from "../texts/index.ts";
import { Icon } from "../ui/icon.tsx";

export function filterTitle(name: FilterName): string {
  return name === "text" ? t("filter.text_chip") : t(`filter.${name}`);
}

export function filterValue(filters: Filters, name: FilterName): string {
  const at = (instant: string) => formatInstant(instant, "minute", timeStyle());
  switch (name) {
    case "period":
      if (filters.period) return t(`filter.${filters.period}`);
      if (filters.after && filters.before) return t("filter.between", { after: at(filters.after), before: at(filters.before) });
      return filters.after ? t("filter.after_only", { after: at(filters.after) }) : t("filter.before_only", { before: at(filters.before ?? "") });
    case "types":
      return filters.types.map((type) => (type.startsWith("!") ? `≠ ${typeName(type.slice(1))}` : typeName(type))).join(", ");
    case "outcome": return t(`outcome.${filters.outcome}` as TextKey);
    case "stalledReason": return named("stall", filters.stalledReason ?? "") ?? visible(filters.stalledReason ?? "");
    default: return visible(filters[name] ?? "");
  }
}

const typeName = (type: string) => named("type", type) ?? named("group", type) ?? type;

export function Chip({ name, value, unnamed = false, onRemove }: { name: string; value: string; unnamed?: boolean; onRemove: () => void }) {
  return (
    <span class="chip">
      <span>{!unnamed && <b>{name} </b>}<bdi>{value}</bdi></span>
      <button type="button" aria-label={t("filter.remove", { name })} onClick={onRemove}><Icon name="close" /></button>
    </span>
  );
}

export function FilterChips({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const active = activeFilters(filters);
  return (
    <>
      {active.map((name) => (
        <Chip key={name} name={filterTitle(name)} value={filterValue(filters, name)} unnamed={name === "period"} onRemove={() => onChange(without(filters, name))} />
      ))}
    </>
  );
}
