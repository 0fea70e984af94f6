import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";

/** Tabs as WAI-ARIA has them: the arrow keys move and choose, Tab leads into what is shown. */
export function Tabs<T extends string>({ label, tabs, chosen, onChoose, children }: {
  label: string;
  tabs: Array<[T, ComponentChildren]>;
  chosen: T;
  onChoose: (tab: T) => void;
  children: ComponentChildren;
}) {
  const id = useId();
  useEffect(() => document.getElementById(`${id}-${chosen}`)?.scrollIntoView({ block: "nearest", inline: "nearest" }), [chosen]);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = tabs[(tabs.findIndex(([tab]) => tab === chosen) + by + tabs.length) % tabs.length];
    if (!next) return;
    onChoose(next[0]);
    document.getElementById(`${id}-${next[0]}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(([tab, text]) => (
          <button
            key={tab} type="button" role="tab" id={`${id}-${tab}`} aria-selected={tab === chosen} aria-controls={`${id}-panel`}
            tabIndex={tab === chosen ? 0 : -1} onClick={() => onChoose(tab)}
          >{text}</button>
        ))}
      </div>
      <div class="tab-body" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} tabIndex={0}>{children}</div>
    </>
  );
}
