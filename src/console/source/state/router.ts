// The page's address: everything behind "#", so that the page works under any path of a proxy, and no filter with somebody's
// name in it reaches the log of one.
import { computed, signal } from "@preact/signals";

export interface Route {
  path: string[]; // decoded, without empty parts
  params: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));
addEventListener("popstate", () => (hash.value = location.hash));

export function parseHash(text: string): Route {
  const [path = "", query = ""] = text.replace(/^#\/?/, "").split("?", 2);
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return { path: path.split("/").filter((part) => part !== "").map(decode), params: new URLSearchParams(query) };
}

/** The list of events as it was last looked at, with its filters: where "back" leads. */
export const lastList = { hash: "#/events" };

export const route = computed(() => parseHash(hash.value));

export function href(path: string[], params?: URLSearchParams | Record<string, string>): string {
  const query = new URLSearchParams(params).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
}

export function go(target: string, { replace = false } = {}): void {
  if (target === location.hash) return;
  if (replace) history.replaceState(null, "", target);
  else history.pushState(null, "", target);
  hash.value = location.hash;
}
