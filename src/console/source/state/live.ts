// Events as they arrive. A connection that ends is made again from the last id on, so that nothing is missed.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Event } from "../../generated/api.ts";
import { ApiError, type Query, send } from "../api/client.ts";
import { messageReader } from "../lib/stream.ts";

export type LiveState = { is: "off" | "connecting" | "open" } | { is: "waiting"; seconds: number } | { is: "refused"; error: ApiError };

export function useLive(query: Query | null, onEvents: (events: Event[]) => void, onReset: (reason: string) => void): LiveState {
  const [state, setState] = useState<LiveState>({ is: "off" });
  const callbacks = useRef({ onEvents, onReset });
  callbacks.current = { onEvents, onReset };
  const key = query === null ? null : JSON.stringify(query);

  useEffect(() => {
    if (key === null) {
      setState({ is: "off" });
      return;
    }
    const stop = new AbortController();
    let lastId: string | null = null;

    const connect = async () => {
      const response = await send("GET /v1/events/stream", "/v1/events/stream", {
        query: JSON.parse(key) as Query, signal: stop.signal, headers: lastId ? { "Last-Event-ID": lastId } : {},
      });
      if (!response.body) return;
      setState({ is: "open" });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const read = messageReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        const events: Event[] = [];
        for (const message of read(value)) {
          if (message.id !== null) lastId = message.id;
          if (message.event === "reset") callbacks.current.onReset(message.data);
          else if (message.data !== "") events.push(JSON.parse(message.data) as Event);
        }
        if (events.length > 0) callbacks.current.onEvents(events);
      }
    };

    const wait = (seconds: number) => new Promise<void>((resolve) => {
      const done = () => { clearTimeout(timer); resolve(); };
      const timer = setTimeout(done, seconds * 1000);
      stop.signal.addEventListener("abort", done, { once: true });
    });

    const run = async () => {
      let failures = 0;
      while (!stop.signal.aborted) {
        setState({ is: "connecting" });
        const began = Date.now();
        try {
          await connect();
        } catch (error) {
          if (stop.signal.aborted) return;
          if (error instanceof ApiError && error.kind === "problem" && error.status !== 503 && error.status !== 401) {
            setState({ is: "refused", error });
            return;
          }
        }
        if (stop.signal.aborted) return;
        failures = Date.now() - began > 5000 ? 0 : failures + 1;
        const seconds = Math.min(1 + failures, 10);
        setState({ is: "waiting", seconds });
        await wait(seconds);
      }
    };
    void run();
    return () => stop.abort();
  }, [key]);

  return state;
}
