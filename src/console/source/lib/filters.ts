// What the list of events is filtered by: in the page's address, as a query of the API, and as chips.
import { type Period, type Zone, periodStart, periods } from "./time.ts";

export interface Filters {
  period: Period | null; // a preset, moves with the clock
  after: string | null; // or instants: between `after` and `before`, or before one alone
  before: string | null;
  types: string[]; // resources, types, patterns; "!" excludes
  apiKey: string | null;
  endpoint: string | null;
  transaction: string | null;
  text: string | null;
  state: string | null;
  stalledReason: string | null;
  outcome: string | null; // of the deliveries: pending, successful, failed, none
}

export const noFilters: Filters = {
  period: null, after: null, before: null, types: [], apiKey: null, endpoint: null, transaction: null, text: null,
  state: null, stalledReason: null, outcome: null,
};

const texts = {
  apiKey: "api_key", endpoint: "endpoint", transaction: "transaction", text: "q",
  state: "state", stalledReason: "stalled_reason", outcome: "outcome",
} as const;

type TextFilter = keyof typeof texts;
const textFilters = Object.keys(texts) as TextFilter[];

const isPeriod = (value: string | null): value is Period => periods.includes(value as Period);
const instantOrNull = (value: string | null) => (value !== null && !Number.isNaN(Date.parse(value)) ? value : null);

export function splitTypes(value: string): string[] {
  return [...new Set(value.split(",").map((each) => each.trim()).filter((each) => each !== "" && each !== "!"))];
}

/** Reads filters from the address; what makes no sense is left out. */
export function filtersFrom(params: URLSearchParams): Filters {
  const period = params.get("period");
  const filters: Filters = {
    ...noFilters,
    period: isPeriod(period) ? period : null,
    types: splitTypes(params.get("type") ?? ""),
  };
  for (const name of textFilters) filters[name] = params.get(texts[name])?.trim() || null;
  if (!filters.period) {
    filters.after = instantOrNull(params.get("created_gt"));
    filters.before = instantOrNull(params.get("created_lt"));
  }
  return filters;
}

/** The same filters as they stand in the address. */
export function filtersTo(filters: Filters): URLSearchParams {
  const params = new URLSearchParams();
  if (filters.period) params.set("period", filters.period);
  else {
    if (filters.after) params.set("created_gt", filters.after);
    if (filters.before) params.set("created_lt", filters.before);
  }
  if (filters.types.length > 0) params.set("type", filters.types.join(","));
  for (const name of textFilters) {
    const value = filters[name];
    if (value) params.set(texts[name], value);
  }
  return params;
}

/** Their period alone, for a list that knows no other of them. */
export const periodOf = ({ period, after, before }: Filters): Filters => ({ ...noFilters, period, after, before });

/** The parameters of the API; a period becomes the instant at which it began. */
export function queryOf(filters: Filters, zone: Zone, now = new Date()): Record<string, string> {
  const params = filtersTo(filters);
  params.delete("period");
  if (filters.period) params.set("created_gt", periodStart(filters.period, zone, now));
  return Object.fromEntries(params);
}

/** Those that narrow, in the order of their chips. A period is one chip. */
export type FilterName = "period" | "types" | TextFilter;

export function activeFilters(filters: Filters): FilterName[] {
  const active: FilterName[] = [];
  if (filters.period || filters.after || filters.before) active.push("period");
  if (filters.types.length > 0) active.push("types");
  return [...active, ...textFilters.filter((name) => filters[name])];
}

export function without(filters: Filters, name: FilterName): Filters {
  if (name === "period") return { ...filters, period: null, after: null, before: null };
  return { ...filters, [name]: name === "types" ? [] : null };
}

/** Adds a type or, when it is there, takes it away; "x" and "!x" replace each other. */
export function toggleType(types: string[], type: string): string[] {
  if (types.includes(type)) return types.filter((each) => each !== type);
  const opposite = type.startsWith("!") ? type.slice(1) : `!${type}`;
  return [...types.filter((each) => each !== opposite), type];
}

/** Whether the stream can be asked for the same: it knows no period, no text and no outcome. */
export function streamQuery(filters: Filters): Record<string, string> {
  const params: Record<string, string> = {};
  if (filters.types.length > 0) params.type = filters.types.join(",");
  if (filters.endpoint) params.endpoint = filters.endpoint;
  if (filters.apiKey) params.api_key = filters.apiKey;
  if (filters.transaction) params.transaction = filters.transaction;
  return params;
}

export function notInStream(filters: Filters): FilterName[] {
  return activeFilters(filters).filter((name) => !["types", "endpoint", "apiKey", "transaction"].includes(name));
}
