// Whether the daemon answers. A call that gets no answer starts a search for it; what shows data asks again when it is back.
import { signal } from "@preact/signals";

export type Connection = "ok" | "lost";
export const connection = signal<Connection>("ok");
/** Grows each time the connection comes back. */
export const reconnections = signal(0);

const pauses = [500, 1000, 2000, 4000, 5000];

let searching = false;

export function connectionLost(probe: () => Promise<boolean>): void {
  connection.value = "lost";
  if (searching) return;
  searching = true;
  let tries = 0;
  const again = async () => {
    if (await probe()) {
      searching = false;
      connection.value = "ok";
      reconnections.value += 1;
      return;
    }
    setTimeout(again, pauses[Math.min(tries++, pauses.length - 1)]);
  };
  setTimeout(again, pauses[0]);
}
