import { type LocalEnvironment } from "../local-environment";
import { type LocalEvent } from "../events";
import { type FunctionSnapshot, type LocalSnapshot, type RecentTraffic } from "../snapshot";
import { type Paint } from "./paint";
import { formatColumns } from "./table";
import {
  formatAddress,
  formatQueueAddress,
  formatEvent,
  formatClockTime,
  formatProblem,
  formatShare,
  isBad,
} from "./texts";

/** More lines than a screen can show. */
const LATEST_LINES = 200;

/** What does not change while an environment runs. */
export interface BoardFacts {
  readonly speed: number;
  readonly logFolder: string;
  readonly paint: Paint;
}

/** What is shown of an environment. */
type ShownEnvironment = Pick<
  LocalEnvironment,
  "name" | "functions" | "queues" | "problem" | "now" | "snapshot" | "recentTraffic" | "rollouts"
>;

/** What a terminal shows of an environment. */
export class Board {
  /** Lines of recent events, the latest last. */
  private readonly events: string[] = [];
  /** The last added event, and how often it occurred in a row. */
  private latest = { text: "", count: 0, lines: 0 };

  constructor(private readonly facts: BoardFacts) {}

  /** Receives events. */
  add(event: LocalEvent): void {
    const text = formatEvent(event);
    // A problem stays in view as long as it holds.
    if (text === undefined || event.kind === "reload-failed") return;
    const { paint } = this.facts;
    const color = isBad(event) ? paint.red : (line: string) => line;
    const isAgain = event.kind === "function-failed" && text === this.latest.text;
    const count = isAgain ? this.latest.count + 1 : 1;
    if (isAgain) this.events.splice(-this.latest.lines);
    const [first = "", ...details] = text.split("\n");
    const times = count > 1 ? ` (${count} times)` : "";
    const lines = [
      `${paint.dim(formatClockTime(event.at))}  ${color(`${first}${times}`)}`,
      ...details.map((detail) => `          ${detail}`),
    ];
    this.events.push(...lines);
    this.latest = { text, count, lines: lines.length };
    this.events.splice(0, this.events.length - LATEST_LINES);
  }

  /**
   * All lines for the current state.
   *
   * @param pageUrl where its page is
   * @param rows number of available lines; recent events fill the remaining ones
   */
  lines(environment: ShownEnvironment, pageUrl: string, rows = Infinity): string[] {
    const { paint, speed, logFolder } = this.facts;
    const snapshot = environment.snapshot();
    const faster = speed === 1 ? "" : `, ${speed} times faster`;
    const date = new Date(environment.now()).toISOString().slice(0, 10);
    const addresses = [
      ["page", pageUrl],
      ...environment.functions.flatMap((each) => formatRows(each.id, formatAddress(each))),
      ...environment.queues.flatMap((each) => formatRows(each.name, formatQueueAddress(each))),
    ];
    const above = [
      `${paint.bold(environment.name)} on this computer  ${date} ${formatClockTime(environment.now())} UTC${faster}`,
      ...formatColumns(addresses, 2).map((line) => `  ${line}`),
      "",
      ...formatFunctions(environment, snapshot, paint),
      "",
      ...formatAlarms(snapshot, paint),
      ...formatRollouts(environment),
      "",
      ...listProblem(environment, paint),
    ];
    const below = ["", paint.dim(`Logs: ${logFolder}   Ctrl-C to end`)];
    const left = Math.max(0, rows - above.length - below.length);
    return [...above, ...this.events.slice(Math.max(0, this.events.length - left)), ...below];
  }
}

/** Split into two lines if there is a command, so that it can be copied from 80 columns. */
function formatRows(name: string, { command, address }: { command?: string; address?: string } = {}): string[][] {
  if (address === undefined) return [];
  return command === undefined
    ? [[name, address]]
    : [
        [name, `${command} \\`],
        ["", address],
      ];
}

const HEADINGS = ["Function", "Warm", "Busy", "Cold", "Req/s", "p50 ms", "p90 ms", "p99 ms", "Errors", "Throttled"];
const NOW = "Now";
const LAST_MINUTE = "Last minute";

function formatFunctions(environment: ShownEnvironment, { functions }: LocalSnapshot, paint: Paint): string[] {
  const traffic = new Map(environment.recentTraffic().map((recent) => [recent.id, recent]));
  const [heading = "", ...lines] = formatColumns(
    [HEADINGS, ...functions.map((each) => formatCells(each, traffic.get(each.id)))],
    1,
  );
  const windows = NOW.padStart(heading.indexOf("Warm") + NOW.length).padEnd(heading.indexOf("Cold")) + LAST_MINUTE;
  return [paint.dim(windows), paint.dim(heading), ...lines];
}

function formatCells({ id, instances, busy }: FunctionSnapshot, recent: RecentTraffic | undefined): string[] {
  const { coldStarts = 0, errors = 0, throttles = 0, requestsPerSecond = 0, milliseconds } = recent ?? {};
  const { p50, p90, p99 } = milliseconds ?? {};
  return [
    id,
    ...[instances - busy, busy, coldStarts].map(String),
    milliseconds === undefined ? "-" : requestsPerSecond.toFixed(requestsPerSecond < 1 ? 2 : 1),
    ...[p50, p90, p99].map((value) => value?.toFixed(1) ?? "-"),
    ...[errors, throttles].map(String),
  ];
}

function listProblem({ problem }: ShownEnvironment, paint: Paint): string[] {
  if (!problem) return [];
  const [heading = "", ...mistakes] = formatProblem(problem);
  return [paint.red(heading), ...mistakes, ""];
}

function formatRollouts({ rollouts }: ShownEnvironment): string[] {
  const active = rollouts.filter(({ endedAt }) => endedAt === undefined);
  return active.map((rollout) => `Rollout  ${formatShare(rollout)}`);
}

function formatAlarms({ alarms }: LocalSnapshot, paint: Paint): string[] {
  const ringing = alarms.filter(({ state }) => state === "ALARM");
  if (ringing.length === 0) return [`Alarms  ${paint.green(`none of ${alarms.length} rings`)}`];
  return [
    `Alarms  ${paint.red(`${ringing.length} of ${alarms.length} ${ringing.length === 1 ? "rings" : "ring"}`)}`,
    ...ringing.map(({ name }) => paint.red(`  ALARM ${name}`)),
  ];
}
