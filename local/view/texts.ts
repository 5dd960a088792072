import { isFinishedFunction } from "../../environments/names";
import { type Mistake } from "../../environments/mistakes";
import { type NewFailures } from "../../model/failures";
import { toOneLine } from "../../performance/foreign-text";
import { describeSteps } from "../../rollout/describe";
import { type LocalEvent } from "../events";
import { type LocalFunctionInfo, type LocalQueueInfo } from "../local-environment";
import { type RolloutSnapshot } from "../snapshot";

/** The texts that users read while an environment runs. */

/** A time of day on the environment's clock, in UTC as schedules are. */
export function formatClockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/**
 * One line for an event, with detail lines for failures; undefined for events that views show in another way, and for
 * the first state of alarms.
 */
export function formatEvent(event: LocalEvent): string | undefined {
  switch (event.kind) {
    case "function":
    case "invocation":
    case "request":
      return undefined;
    case "function-failed":
      return formatFailure(event);
    case "cold-start":
      return `cold start of ${event.id}${event.forRequest ? ", for a request" : ""}: ${Math.round(event.initMilliseconds)} ms`;
    case "warming-round":
      return `warming (${event.strategy}): ${formatRound(event)}`;
    case "warmer-failed":
      return `the warmer failed: ${toOneLine(event.message)}`;
    case "rollout":
      return formatRollout(event);
    case "dead-letter":
      return `message ${event.messageId} was received ${event.receiveCount} times: it is in ${event.deadLetterQueueName} now`;
    case "batch-refused":
      return `${event.id} answered a batch of ${event.queueName} wrongly, all of it returns: ${toOneLine(event.problem)}`;
    case "event-failed":
      return formatFailedEvent(event);
    case "event-lost":
      return `an event of ${event.id} is lost: ${toOneLine(event.message)}`;
    case "queue-lost":
      return `the messages of ${event.queueName} cannot be kept anymore: ${toOneLine(event.message)}`;
    case "alarm":
      return formatAlarm(event);
    case "reloaded":
      return formatReload(event);
    case "reload-failed":
      return formatProblem(event.mistakes).join("\n");
    case "restart-needed":
      return `restart to use what has changed in ${event.files.join(", ")}`;
    case "changes-lost":
      return `saved files may not be noticed anymore: ${toOneLine(event.message)}`;
    case "logs-lost":
      return `logs cannot be written anymore: ${toOneLine(event.message)}`;
  }
}

const BAD: ReadonlySet<LocalEvent["kind"]> = new Set([
  "function-failed",
  "warmer-failed",
  "dead-letter",
  "batch-refused",
  "event-failed",
  "event-lost",
  "queue-lost",
  "changes-lost",
  "logs-lost",
]);

/** Whether an event says that something has gone wrong. */
export function isBad(event: LocalEvent): boolean {
  if (event.kind === "alarm") return event.to === "ALARM";
  return BAD.has(event.kind) || (event.kind === "rollout" && event.status === "rolled_back");
}

function formatFailure(failure: Extract<LocalEvent, { kind: "function-failed" }>): string {
  const { id, errorType, errorMessage, where, logFile } = failure;
  const details = [where && `at ${where}`, logFile && `log: ${logFile}`].filter((detail) => detail !== undefined);
  return [
    `${id} failed: ${toOneLine(`${errorType}: ${errorMessage}`)}`,
    ...details.map((detail) => `  ${toOneLine(detail)}`),
  ].join("\n");
}

function formatRollout(rollout: Extract<LocalEvent, { kind: "rollout" }>): string {
  const { event, id, to, reason, plan, newFailures } = rollout;
  if (event === "begin") return `version ${to} of ${id} gets its requests in steps: ${describeSteps(plan)}`;
  const first = event === "end" ? formatRolloutEnd(rollout) : formatShare(rollout);
  return [first, `  ${toOneLine(reason)}`, ...formatNewFailures(newFailures)].join("\n");
}

function formatRolloutEnd({ id, from, to, status, percent }: RolloutSnapshot): string {
  const version = `version ${to} of ${id}`;
  if (status === "completed") return `${version} keeps all requests`;
  return percent === 0 ? `${version} went back to version ${from}` : `the rollout of ${version} has ended`;
}

/** How many of a function's requests a version has while it is rolled out. */
export function formatShare({ id, to, percent }: RolloutSnapshot): string {
  return `version ${to} of ${id} has ${percent} % of its requests`;
}

function formatNewFailures({ categories, example }: NewFailures): string[] {
  if (categories.length === 0) return [];
  const all = categories.map(({ what, count }) => `${what} (${count})`).join(", ");
  return [`  new failures: ${all}`, ...(example === undefined ? [] : [`  for example: ${toOneLine(example)}`])];
}

function formatFailedEvent(event: Extract<LocalEvent, { kind: "event-failed" }>): string {
  const { id, condition, attempts, queueName } = event;
  const why =
    condition === "EventAgeExceeded" ? "is too old" : `failed ${attempts} ${attempts === 1 ? "time" : "times"}`;
  return `an event of ${id} ${why}: it ${queueName === undefined ? "is dropped" : `is in ${queueName} now`}`;
}

function formatDelay(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${Math.round(milliseconds / 1000)} s`;
}

function formatReload({ scope, ids, milliseconds, notes }: Extract<LocalEvent, { kind: "reloaded" }>): string {
  const details = notes.map((note) => `  ${toOneLine(note)}`);
  const later = `${formatDelay(milliseconds)} after it was saved`;
  if (scope === "environment") {
    const changed = ids.length === 0 ? "" : `; new or changed: ${ids.join(", ")}`;
    return [`the environment has taken over, ${later}${changed}`, ...details].join("\n");
  }
  if (ids.length === 0) return ["what was saved is what runs", ...details].join("\n");
  return [`${ids.join(", ")} ${ids.length === 1 ? "has" : "have"} new code, ${later}`, ...details].join("\n");
}

/** What is wrong with what was saved: a heading, and a line for each mistake. */
export function formatProblem(mistakes: readonly Mistake[]): string[] {
  return [
    "what was saved cannot run, what ran before goes on:",
    ...mistakes.map(({ file, message }) => `  ${toOneLine(`${file}: ${message}`)}`),
  ];
}

function formatRound(round: Extract<LocalEvent, { kind: "warming-round" }>): string {
  const { id, asked, instances, coldStarts, failures } = round;
  const why = failures.length > 0 ? `; ${toOneLine(failures.join("; "))}` : "";
  return `${instances} of ${asked} instances of ${id} are warm, ${coldStarts} of them started by pings${why}`;
}

function formatAlarm({ name, from, to }: Extract<LocalEvent, { kind: "alarm" }>): string | undefined {
  if (to === "ALARM") return `ALARM ${name}`;
  return from === "ALARM" ? `${to}: ${name} has ended` : undefined;
}

/**
 * How to reach a function: its URL, or a command that posts an event; undefined for those that come with the project.
 */
export function formatAddress({
  id,
  url,
  invokeUrl,
}: LocalFunctionInfo): { command?: string; address: string } | undefined {
  if (isFinishedFunction(id)) return undefined;
  return url === undefined ? { command: "curl -d '{}'", address: invokeUrl } : { address: url };
}

/** How to send a message to a queue. */
export function formatQueueAddress({ name, url }: LocalQueueInfo): { command: string; address: string } {
  const address = name.endsWith(".fifo") ? `'${url}?MessageGroupId=1'` : url;
  return { command: "curl -d 'message'", address };
}
