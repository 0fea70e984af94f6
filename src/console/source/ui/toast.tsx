// Short messages of what was done, also for screen readers: they are told one at a time, and go by themselves.
import { signal } from "@preact/signals";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

const toasts = signal<Toast[]>([]);
let last = 0;

export function say(text: string, { bad = false } = {}): void {
  const id = (last += 1);
  toasts.value = [...toasts.value.slice(-2), { id, text, bad }];
  setTimeout(() => (toasts.value = toasts.value.filter((each) => each.id !== id)), bad ? 8000 : 3500);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, bad }) => <p key={id} class={bad ? "bad" : undefined}>{text}</p>)}
    </div>
  );
}
