// What the page asks of the daemon beyond today's config/openapi.yaml. Each goes when the file describes it.
import type { Delivery, Event, Gap, JsonValue, Session } from "../../generated/api.ts";

export type Role = Session["role"];

/** GET /v1/events/histogram */
export interface Histogram {
  object: "histogram";
  interval_seconds: number;
  starts: string[]; // of each interval, oldest first; empty ones included
  series: Array<{ key: string; events: number; counts: number[] }>; // by group of types
}

/** GET /v1/deliveries/groups */
export interface DeliveryGroup {
  object: "delivery_group";
  handler: string;
  cause: string;
  deliveries: number;
  first_finished: string;
  last_finished: string;
  sample: Delivery;
}
export interface DeliveryGroupList {
  object: "list";
  data: DeliveryGroup[];
  has_more: boolean;
}

/** GET /v1/transactions/{id} */
export interface TransactionDetail {
  object: "transaction";
  id: string;
  endpoint: string;
  state: string | null;
  events: EventWithOutcome[]; // oldest first
  missing: Gap[];
  expected: ExpectedEvent[];
  has_more: boolean;
}

/** What comes next, as far as the events so far tell. */
export interface ExpectedEvent {
  type: string;
  action_id: string | null;
  by: string | null;
}

export interface Outcome {
  pending: number;
  successful: number;
  failed: number;
  discarded: number;
}
/** Event with `deliveries`, as `GET /v1/events?include=deliveries` answers. */
export type EventWithOutcome = Event & { deliveries?: Outcome };

/** POST /v1/routes/explain */
export interface Explanation {
  object: "explanation";
  type: string;
  endpoint: string | null;
  routes: Array<{ name: string; matches: boolean; reason: string; handlers: string[]; final: boolean }>;
  handlers: string[];
}

/** GET /v1/configuration */
export interface Configuration {
  object: "configuration";
  version: string;
  loaded: string;
  files: string[];
  data: Array<{ key: string; value: JsonValue; masked: boolean; origin: string }>; // origin: "default", "FILE:LINE", a variable's name
}

/** POST /v1/deliveries/{id}/discard and /v1/deliveries/discard */
export interface Discarded {
  discarded: number;
}

/** POST /v1/handlers/{name}/test */
export interface HandlerTest {
  object: "handler_test";
  handler: string;
  successful: boolean;
  status: number;
  duration_ms: number;
  reason: string | null;
  output: string | null;
}

export interface FutureAnswers {
  "GET /v1/events/histogram": Histogram;
  "GET /v1/deliveries/groups": DeliveryGroupList;
  "GET /v1/transactions/{id}": TransactionDetail;
  "POST /v1/routes/explain": Explanation;
  "GET /v1/configuration": Configuration;
  "POST /v1/deliveries/{id}/discard": Discarded;
  "POST /v1/deliveries/discard": Discarded;
  "POST /v1/handlers/{name}/test": HandlerTest;
}
