import { nameNotifierAlarm } from "../../model/notifier-alarms";
import { toOneLine } from "../../performance/foreign-text";
import { writeLines } from "../../performance/stdout";
import { parseAlarmChange, type AlarmChange, type TopicMessage } from "./alarm";
import { buildCard, type Card, describePlainly } from "./card";
import { type Configuration } from "./configuration";
import { findEndedAlarms } from "./ended-alarms";
import { findOut } from "./findings";
import { addChange, addDelivery, endAlarms, findStep, type Incident, listRinging, type Step } from "./incident";
import { type IncidentTable } from "./incident-table";
import { Refused, type Notice, type Service } from "./service";

/** What a message is handled with. */
export interface Means {
  readonly configuration: Configuration;
  readonly services: ReadonlyMap<string, Service>;
  readonly table: IncidentTable;
  /** Tells this invocation from others. */
  readonly requestId: string;
  /** When everything must be done, and when the invocation has ended in any case; in milliseconds since 1970. */
  readonly endsAt: number;
  readonly stopsAt: number;
}

const NOTIFIER_ALARMS = ["errors", "undelivered"] as const;

const LONGEST_MESSAGE = 2000;

/** Time to look at AWS for what a card says. */
const LONGEST_LOOK_MILLISECONDS = 30_000;

/** Time that sending to every service takes at most: a card, and then a plain message, each with its time limit. */
const SENDING_MILLISECONDS = 25_000;

interface ServiceStep {
  readonly service: Service;
  readonly key: string;
  readonly step: Step;
}

/** What is known afterward, and what could not be told. */
interface Told {
  readonly incident: Incident;
  readonly failures: readonly Error[];
}

/**
 * Tells every service about one message of a topic.
 *
 * @throws Error if a service could not be told; with the same message again, it tells only those that do not know yet
 */
export async function notify(message: TopicMessage, means: Means): Promise<void> {
  const change = parseAlarmChange(message);
  if (change) await tellChange(change, means);
  else await tellText(message.Message, means);
}

async function tellChange(change: AlarmChange, means: Means): Promise<void> {
  const { configuration, table, requestId, endsAt, stopsAt } = means;
  const { environment, alarmEnds } = configuration;
  // Its own alarms reach people another way: what cannot deliver cards cannot tell that it cannot.
  if (NOTIFIER_ALARMS.some((key) => change.name === nameNotifierAlarm(environment, key))) return;
  const subject = findSubject(change.name, alarmEnds);
  const waitUntil = endsAt - LONGEST_LOOK_MILLISECONDS - SENDING_MILLISECONDS;
  const { incident: known, save } = await table.lock(subject, requestId, stopsAt, waitUntil);
  let incident = known;
  const failures: Error[] = [];
  const tell = async () => {
    const told = await tellServices(incident, subject, change, means);
    incident = told.incident;
    failures.push(...told.failures);
  };
  try {
    const others = listRinging(known).filter(({ name }) => name !== change.name);
    incident = endAlarms(known, await findEndedAlarms(others.map(({ name }) => name)));
    if (others.length > 0 && listRinging(incident).length === 0) {
      await tell();
      // A service that could not be told must still be told what rings now.
      incident = { ...incident, deliveries: {} };
    }
    incident = addChange(incident, change);
    await tell();
  } finally {
    await save(incident);
  }
  if (failures.length > 0) throw new Error(failures.map((failure) => failure.message).join("; "));
}

/** Tells every service what it does not know yet. */
async function tellServices(known: Incident, subject: string, change: AlarmChange, means: Means): Promise<Told> {
  const steps = [...means.services].flatMap(([key, service]): ServiceStep[] => {
    const step = findStep(known, key);
    return step === undefined || (step === "update" && !service.canUpdate) ? [] : [{ key, service, step }];
  });
  const card = await findCard(known, subject, steps, means);
  let incident: Incident = { ...known, card };
  if (!card) return { incident, failures: [] };
  const results = await Promise.allSettled(
    steps.map(async ({ key, service, step }) => {
      const { reference } = known.deliveries[key] ?? {};
      const notice = { step, card, key: `${change.place}/${subject}`, now: change.at, reference };
      return { key, reference: await send(service, key, notice, change) };
    }),
  );
  const failures: Error[] = [];
  for (const result of results) {
    if (result.status === "rejected") failures.push(result.reason as Error);
    else incident = addDelivery(incident, result.value.key, result.value.reference);
  }
  return { incident, failures };
}

/** A new card if one is shown, and otherwise the last one. */
async function findCard(
  incident: Incident,
  subject: string,
  steps: readonly ServiceStep[],
  { configuration, endsAt }: Means,
): Promise<Card | undefined> {
  const [first, ...others] = listRinging(incident);
  if (!first || steps.length === 0) return incident.card;
  const lookUntil = Math.min(Date.now() + LONGEST_LOOK_MILLISECONDS, endsAt - SENDING_MILLISECONDS);
  const { since = first.at } = incident;
  const findings = await findOut(subject, since, configuration, lookUntil);
  return buildCard(configuration.environment, [first, ...others], since, findings);
}

async function send(service: Service, key: string, notice: Notice, { name }: AlarmChange): Promise<string | undefined> {
  const { step } = notice;
  try {
    const reference = await service.send(notice);
    report({ level: "INFO", service: key, step, alarm: name });
    return reference;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report({ level: "WARN", service: key, step, alarm: name, refused: error.message });
    return service.sendPlainly(describePlainly(notice.card), notice);
  }
}

/** What is not about an alarm, such as a test of the topic, is passed on as it is. */
async function tellText(text: string, { configuration, services, endsAt }: Means): Promise<void> {
  const title = toOneLine(text, LONGEST_MESSAGE);
  const card: Card = { title, isUrgent: false, since: Date.now(), sections: [], links: [] };
  const key = `${configuration.environment}/message`;
  const notice: Notice = { step: "open", card, key, now: endsAt, reference: undefined };
  await Promise.all([...services.values()].map((service) => service.sendPlainly(title, notice)));
}

/** What an alarm's name begins with: the function. With an unknown end, the alarm stands for itself. */
function findSubject(name: string, alarmEnds: readonly string[]): string {
  const ends = alarmEnds.filter((end) => name.endsWith(end) && name.length > end.length);
  const [longest = ""] = ends.sort((one, other) => other.length - one.length);
  return name.slice(0, name.length - longest.length);
}

function report(record: Readonly<Record<string, string>>): void {
  writeLines(`${JSON.stringify({ ...record, message: "notification" })}\n`);
}
