// Every call of the daemon's API goes through here.
import type { Answers, Problem } from "../../generated/api.ts";
import { connection, connectionLost } from "../state/connection.ts";

export type Call = keyof Answers;
export type Query = Record<string, string>;

/** The API lies beside the page: under the same prefix where a proxy adds one. */
export const apiBase = new URL("../", document.baseURI.split("#")[0]).href;

export class ApiError extends Error {
  constructor(
    readonly kind: "problem" | "unreachable",
    readonly call: string,
    readonly status: number,
    readonly detail: string,
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }
}

/** Told of every 401, so that the page can ask for a token. */
export const authority = { onUnauthorized: () => {} };

export interface CallOptions {
  id?: string | number; // for {id} or {name} in the path
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
}

export function pathOf(call: Call, id?: string | number): string {
  return call.replace(/^\w+ /, "").replace(/\{\w+\}/, encodeURIComponent(String(id ?? "")));
}

/** Sends, and tells a lost connection and every answer but a good one as an ApiError. */
export async function send(call: string, path: string, options: CallOptions & { headers?: Record<string, string> }): Promise<Response> {
  const method = call.split(" ")[0] ?? "GET";
  const url = new URL(path.replace(/^\//, ""), apiBase);
  for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
  const headers: Record<string, string> = { ...options.headers };
  // A page of another origin cannot set this header without being asked first.
  if (method !== "GET") headers["Webhookd-Console"] = "1";
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(url, {
      method, headers, credentials: "same-origin", cache: "no-store",
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    connectionLost(isAlive);
    throw new ApiError("unreachable", call, 0, String(error));
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  // A proxy answers for a daemon that does not run.
  if (!problem && [502, 503, 504].includes(response.status)) {
    connectionLost(isAlive);
    throw new ApiError("unreachable", call, response.status, response.statusText);
  }
  if (response.status === 401 && !path.endsWith("/v1/session")) authority.onUnauthorized();
  const retryAfter = Number(response.headers.get("Retry-After"));
  throw new ApiError("problem", call, response.status, problem?.detail ?? response.statusText, retryAfter > 0 ? retryAfter : null);
}

async function problemOf(response: Response): Promise<Problem | null> {
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) return null;
  try {
    return (await response.json()) as Problem;
  } catch {
    return null;
  }
}

export async function call<C extends Call>(name: C, options: CallOptions = {}): Promise<Answers[C]> {
  const response = await send(name, pathOf(name, options.id), options);
  if (response.status === 204) return null as unknown as Answers[C];
  try {
    return (await response.json()) as Answers[C];
  } catch (error) {
    if (options.signal?.aborted) throw error;
    connectionLost(isAlive);
    throw new ApiError("unreachable", name, response.status, String(error));
  }
}

export async function metricsText(signal?: AbortSignal): Promise<string> {
  const response = await send("GET /metrics", "/metrics", signal ? { signal } : {});
  return response.text();
}

/** /readyz answers with 503 where something is wrong, and says what. */
export async function readiness(signal?: AbortSignal): Promise<Answers["GET /readyz"] | null> {
  try {
    const response = await fetch(new URL("readyz", apiBase), { cache: "no-store", signal: signal ?? null });
    if (response.headers.get("Content-Type") !== "application/json") throw new Error("no answer of the daemon");
    return (await response.json()) as Answers["GET /readyz"];
  } catch {
    if (!signal?.aborted && connection.value === "ok") connectionLost(isAlive);
    return null;
  }
}

async function isAlive(): Promise<boolean> {
  try {
    const response = await fetch(new URL("healthz", apiBase), { cache: "no-store", signal: AbortSignal.timeout(5000) });
    // Any answer of the daemon itself will do, also that a token is needed.
    return response.status < 500;
  } catch {
    return false;
  }
}
