// Data of the daemon that a screen shows: loaded when its key changes, kept on the screen while it is loaded anew, asked for again
// when the connection comes back, when somebody has signed in, or at an interval while the page can be seen.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { reconnections } from "./connection.ts";
import { signIns } from "./session.ts";

export interface QueryState<T> {
  data: T | undefined;
  stale: boolean; // what is shown was asked for with another key
  error: ApiError | undefined;
  loading: boolean;
  at: number; // when the data came
  reload: () => void;
}

export function useQuery<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>, every?: number): QueryState<T> {
  const [state, setState] = useState<{ key: string | null; data?: T; error?: ApiError; at: number; loading: boolean }>({
    key: null, at: 0, loading: key !== null,
  });
  const [round, setRound] = useState(0);
  const newest = useRef(load);
  newest.current = load;
  const signedIn = signIns.value;
  const back = reconnections.value;

  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    newest.current(stop.signal).then(
      (data) => !stop.signal.aborted && setState({ key, data, at: Date.now(), loading: false }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const told = error instanceof ApiError ? error : new ApiError("problem", key, 0, String(error));
        // While the connection is lost what was there stays; the page says so once, at its top.
        setState((before) => {
          const kept = (told.kind === "unreachable" || told.status === 401) && before.key === key && before.data !== undefined;
          return kept ? { ...before, loading: false } : { key, error: told, at: before.at, loading: false };
        });
      },
    );
    return () => stop.abort();
  }, [key, round, signedIn, back]);

  useEffect(() => {
    if (!every) return;
    const again = () => document.visibilityState === "visible" && setRound((n) => n + 1);
    const timer = setInterval(again, every);
    // Whoever comes back to the page sees what is now.
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [every]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  const current = state.key === key;
  return {
    data: state.data,
    stale: !current,
    error: current ? state.error : undefined,
    loading: state.loading || !current,
    at: state.at,
    reload,
  };
}
