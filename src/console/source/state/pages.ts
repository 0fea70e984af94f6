// A list that is read page by page, by the cursor of the page before.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { type QueryState, useQuery } from "./query.ts";

interface Page<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}

export interface Pages<T> extends QueryState<Page<T>> {
  rows: T[];
  cursor: string | null; // of the page that comes next; null after the last one
  more: () => Promise<void>;
  loadingMore: boolean;
}

/** `load` gets the filters that `prepare` made for the first page: a period that moves must stand still while its pages are read. */
export function usePages<T, Q>(key: string, prepare: () => Q, load: (query: Q, cursor: string | null, signal: AbortSignal) => Promise<Page<T>>, every?: number): Pages<T> {
  const prepared = useRef<Q>();
  const [later, setLater] = useState<{ first: Page<T>; rows: T[]; cursor: string | null } | null>(null);
  const [loadingMore, setLoadingMore] = useState(false);
  const query = useQuery(key, (signal) => {
    prepared.current = prepare();
    return load(prepared.current, null, signal);
  }, every);
  const stop = useRef<AbortController>();
  useEffect(() => () => stop.current?.abort(), [key]);

  const first = query.data;
  const own = later && later.first === first ? later : null;
  const cursor = own ? own.cursor : (first?.next_cursor ?? null);
  const more = async () => {
    if (!first || !cursor || loadingMore || prepared.current === undefined) return;
    stop.current?.abort();
    const mine = (stop.current = new AbortController());
    setLoadingMore(true);
    try {
      const page = await load(prepared.current, cursor, mine.signal);
      setLater({ first, rows: [...(own?.rows ?? []), ...page.data], cursor: page.next_cursor });
    } catch (error) {
      if (!mine.signal.aborted && !(error instanceof ApiError && error.kind === "unreachable")) throw error;
    } finally {
      setLoadingMore(false);
    }
  };
  return { ...query, rows: [...(first?.data ?? []), ...(own?.rows ?? [])], cursor, more, loadingMore };
}
