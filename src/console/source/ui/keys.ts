// Keys without modifiers, but never while somebody types or a dialog is open. Later listeners come first.
import { useEffect, useRef } from "preact/hooks";

type Handlers = Record<string, (event: KeyboardEvent) => void>;

const layers: Array<{ current: Handlers }> = [];
let pending: { key: string; until: number } | null = null;

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type)));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  // A control that is focused keeps its own keys.
  if ((event.key === "Enter" || event.key === " ") && event.target instanceof HTMLElement && event.target.closest("a, button, input, summary")) return;
  const names = pending && Date.now() < pending.until ? [`${pending.key} ${event.key}`, event.key] : [event.key];
  pending = null;
  for (const name of names) {
    for (const layer of [...layers].reverse()) {
      const handler = layer.current[name];
      if (!handler) continue;
      event.preventDefault();
      handler(event);
      return;
    }
  }
  if (layers.some((layer) => Object.keys(layer.current).some((name) => name.startsWith(`${event.key} `)))) {
    pending = { key: event.key, until: Date.now() + 1200 };
  }
});

export function useKeys(handlers: Handlers): void {
  const layer = useRef(handlers);
  layer.current = handlers;
  useEffect(() => {
    layers.push(layer);
    return () => void layers.splice(layers.indexOf(layer), 1);
  }, []);
}
