// A period: a preset that moves with the clock, or instants of which one may be missing.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Filters } from "../lib/filters.ts";
import { fromInput, periods, toInput } from "../lib/time.ts";
import { zone } from "../state/preferences.ts";
import { t } from "../texts/index.ts";
import { Field } from "../ui/basic.tsx";

/** A field that counts when it is left: what is half typed stays, whatever happens around it. */
export function Draft({ value, onCommit, ...rest }: { value: string; onCommit: (value: string) => void } & Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "value">) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return <input {...rest} value={text} onInput={(event) => setText(event.currentTarget.value)} onChange={(event) => onCommit(event.currentTarget.value)} />;
}

export function PeriodFilter({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const between = (name: "after" | "before", value: string) => {
    const instant = fromInput(value, zone.value);
    if (value !== "" && instant === null) return;
    onChange({ ...filters, period: null, [name]: instant });
  };
  return (
    <fieldset>
      <legend>{t("filter.period")}</legend>
      <div class="choices">
        <button type="button" data-first aria-pressed={!filters.period && !filters.after && !filters.before} onClick={() => onChange({ ...filters, period: null, after: null, before: null })}>
          {t("filter.any_time")}
        </button>
        {periods.map((period) => (
          <button key={period} type="button" aria-pressed={filters.period === period} onClick={() => onChange({ ...filters, period, after: null, before: null })}>
            {t(`filter.${period}`)}
          </button>
        ))}
      </div>
      {(["after", "before"] as const).map((name) => (
        <Field key={name} label={`${t(`filter.${name}`)} (${zone.value === "utc" ? t("zone.utc") : t("zone.local")})`}>
          <Draft type="datetime-local" step="1" value={filters[name] ? toInput(filters[name], zone.value) : ""} onCommit={(value) => between(name, value)} />
        </Field>
      ))}
      <span class="small faint">{t("filter.between_hint")}</span>
    </fieldset>
  );
}
