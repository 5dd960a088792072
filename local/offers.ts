import { type EventKind } from "../environments/events";

/** What can be sent to a function: a request to its endpoint, an event, or an event of a configured source. */
export interface Offer {
  readonly id: string;
  /** The function's name in the environment's file. */
  readonly functionId: string;
  readonly kind: "request" | "event" | EventKind;
  /** The source's name; empty for requests and plain events. */
  readonly name: string;
  /** What is sent if nobody changes it: a request's body, a message, or an event, JSON. */
  readonly sample: string;
}
