import { type AlarmChange } from "./alarm";
import { type Card } from "./card";

/** What is remembered about one service: whether it shows the incident, and where. */
export interface Delivery {
  readonly isOpen: boolean;
  /** Whether it was told that an urgent alarm rings. */
  readonly isUrgent: boolean;
  /** What the service needs to find its card again. */
  readonly reference?: string | undefined;
}

/** The alarms of one function that ring together, and who has been told. */
export interface Incident {
  /** When the first alarm rang, in milliseconds since 1970. */
  readonly since?: number;
  /** The last change of each alarm, by its name. */
  readonly alarms: Readonly<Record<string, AlarmChange>>;
  /** By the service's key. */
  readonly deliveries: Readonly<Record<string, Delivery>>;
  /** What was shown last, without which an incident that is over could not say what it was. */
  readonly card?: Card | undefined;
}

/** What a service has to be told. */
export type Step = "open" | "update" | "escalate" | "close";

/** Nothing is known, and nothing rings. */
export const NO_INCIDENT: Incident = { alarms: {}, deliveries: {} };

/** Adds a change, unless a later one of the same alarm is known: topics do not keep the order of messages. */
export function addChange(incident: Incident, change: AlarmChange): Incident {
  const known = incident.alarms[change.name];
  if (known && known.at > change.at) return incident;
  const since = change.isRinging
    ? Math.min(change.at, listRinging(incident).length > 0 ? (incident.since ?? change.at) : change.at)
    : incident.since;
  return {
    ...incident,
    ...(since === undefined ? {} : { since }),
    alarms: { ...incident.alarms, [change.name]: change },
  };
}

/** Remembers that some alarms no longer ring. */
export function endAlarms(incident: Incident, names: readonly string[]): Incident {
  const ended = Object.entries(incident.alarms).filter(([name]) => names.includes(name));
  const changes = ended.map(([name, change]) => [name, { ...change, isRinging: false }] as const);
  return { ...incident, alarms: { ...incident.alarms, ...Object.fromEntries(changes) } };
}

/** The alarms that ring, the first one first. */
export function listRinging({ alarms }: Incident): AlarmChange[] {
  return Object.values(alarms)
    .filter(({ isRinging }) => isRinging)
    .sort((one, other) => one.at - other.at);
}

/** What a service has to be told now; undefined if it knows everything. Repeating it changes nothing. */
export function findStep(incident: Incident, service: string): Step | undefined {
  const ringing = listRinging(incident);
  const delivery = incident.deliveries[service];
  if (ringing.length === 0) return delivery?.isOpen === true ? "close" : undefined;
  if (delivery?.isOpen !== true) return "open";
  return isUrgent(ringing) && !delivery.isUrgent ? "escalate" : "update";
}

/** Remembers that a service was told. */
export function addDelivery(incident: Incident, service: string, reference: string | undefined): Incident {
  const ringing = listRinging(incident);
  const isOpen = ringing.length > 0;
  const wasUrgent = incident.deliveries[service]?.isUrgent === true;
  const delivery = {
    isOpen,
    isUrgent: isOpen && (wasUrgent || isUrgent(ringing)),
    reference: isOpen ? reference : undefined,
  };
  return { ...incident, deliveries: { ...incident.deliveries, [service]: delivery } };
}

/** Whether one of several alarms is urgent. */
export function isUrgent(changes: readonly AlarmChange[]): boolean {
  return changes.some((change) => change.isUrgent);
}
