// What the page asks of the daemon beyond today's config/openapi.yaml. Each goes when the file describes it.
import type { Delivery, Event, Session } from "../../generated/api.ts";

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

export interface Outcome {
  pending: number;
  successful: number;
  failed: number;
  discarded: number;
}
/** Event with `deliveries`, as `GET /v1/events?include=deliveries` answers. */
export type EventWithOutcome = Event & { deliveries?: Outcome };

/** POST /v1/deliveries/{id}/discard and /v1/deliveries/discard */
export interface Discarded {
  discarded: number;
}

export interface FutureAnswers {
  "GET /v1/events/histogram": Histogram;
  "GET /v1/deliveries/groups": DeliveryGroupList;
  "POST /v1/deliveries/{id}/discard": Discarded;
  "POST /v1/deliveries/discard": Discarded;
}
