import { type LocalEvent } from "../events";

/** What people read while an environment runs. */

/** A time of day on the environment's clock, in UTC as schedules are. */
export function timeText(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** One line for an event that is worth one; undefined for what views show in another way, and for alarms that only begin. */
export function eventText(event: LocalEvent): string | undefined {
  switch (event.kind) {
    case "function":
    case "request":
      return undefined;
    case "cold-start":
      return `cold start of ${event.id}${event.forRequest ? ", met by a request" : ""}: ${Math.round(event.initMilliseconds)} ms`;
    case "warming-round":
      return `warming (${event.strategy}): ${roundText(event)}`;
    case "warmer-failed":
      return `the warmer failed: ${event.message}`;
    case "alarm":
      return alarmText(event);
    case "logs-lost":
      return `logs are not written any more: ${event.message}`;
  }
}

function roundText(round: Extract<LocalEvent, { kind: "warming-round" }>): string {
  const { id, asked, instances, coldStarts, failures } = round;
  const why = failures.length > 0 ? `; ${failures.join("; ")}` : "";
  return `${instances} of ${asked} instances of ${id} are warm, ${coldStarts} of them started for it${why}`;
}

function alarmText({ name, from, to }: Extract<LocalEvent, { kind: "alarm" }>): string | undefined {
  if (to === "ALARM") return `ALARM ${name}`;
  return from === "ALARM" ? `${to}: ${name} has ended` : undefined;
}
