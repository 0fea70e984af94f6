// What changes by itself: the time, and how wide the page is.
import { useEffect, useState } from "preact/hooks";

/** The time, anew at an interval; for countdowns. */
export function useNow(every: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

const narrow = matchMedia("(max-width: 45rem)");

/** Whether the page is as narrow as a telephone; the style sheet has the same limit. */
export function useNarrow(): boolean {
  const [is, setIs] = useState(narrow.matches);
  useEffect(() => {
    const changed = () => setIs(narrow.matches);
    narrow.addEventListener("change", changed);
    return () => narrow.removeEventListener("change", changed);
  }, []);
  return is;
}
