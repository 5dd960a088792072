import { type LocalEnvironment } from "../local-environment";
import { type LocalEvent } from "../events";
import { type FunctionSnapshot, type LocalSnapshot, type RecentTraffic } from "../snapshot";
import { type Paint } from "./paint";
import { table } from "./table";
import { eventText, timeText } from "./texts";

const LATEST_EVENTS = 8;

/** What does not change while an environment runs. */
export interface BoardFacts {
  readonly speed: number;
  readonly logFolder: string;
  readonly paint: Paint;
}

/** What a terminal shows of an environment. */
export class Board {
  private readonly events: string[] = [];

  constructor(private readonly facts: BoardFacts) {}

  /** Takes what happens. */
  add(event: LocalEvent): void {
    const text = eventText(event);
    if (text === undefined) return;
    const { paint } = this.facts;
    const isBad = text.startsWith("ALARM") || event.kind === "warmer-failed" || event.kind === "logs-lost";
    this.events.push(`${paint.dim(timeText(event.at))}  ${isBad ? paint.red(text) : text}`);
    if (this.events.length > LATEST_EVENTS) this.events.shift();
  }

  /**
   * All lines, as things are now.
   *
   * @param rows how many lines there is place for; of what happened lately, as much is shown as is left
   */
  lines(environment: LocalEnvironment, rows = Infinity): string[] {
    const { paint, speed, logFolder } = this.facts;
    const snapshot = environment.snapshot();
    const faster = speed === 1 ? "" : `, ${speed} times faster`;
    const date = new Date(environment.now()).toISOString().slice(0, 10);
    const urls = environment.functions.flatMap(({ id, url }) => (url === undefined ? [] : [[id, url]]));
    const above = [
      `${paint.bold(environment.name)} on this computer  ${date} ${timeText(environment.now())} UTC${faster}`,
      ...table(urls, 2).map((line) => `  ${line}`),
      "",
      ...functionLines(environment, snapshot, paint),
      "",
      ...alarmLines(snapshot, paint),
      "",
    ];
    const below = ["", paint.dim(`Logs: ${logFolder}   Ctrl-C ends it`)];
    const left = Math.max(0, rows - above.length - below.length);
    return [...above, ...this.events.slice(Math.max(0, this.events.length - left)), ...below];
  }
}

const HEADINGS = ["Function", "Warm", "Busy", "Cold", "Req/s", "p50 ms", "p90 ms", "p99 ms", "Errors", "Throttled"];

function functionLines(environment: LocalEnvironment, { functions }: LocalSnapshot, paint: Paint): string[] {
  const traffic = new Map(environment.recentTraffic().map((recent) => [recent.id, recent]));
  const [heading = "", ...lines] = table([HEADINGS, ...functions.map((each) => cells(each, traffic.get(each.id)))], 1);
  return [paint.dim(heading), ...lines];
}

function cells(figures: FunctionSnapshot, recent: RecentTraffic | undefined): string[] {
  const { id, instances, busy, coldStarts, requests, errors, throttles } = figures;
  const { p50, p90, p99 } = recent?.milliseconds ?? {};
  return [
    id,
    ...[instances - busy, busy, coldStarts].map(String),
    requests === 0 ? "-" : (recent?.requestsPerSecond ?? 0).toFixed(1),
    ...[p50, p90, p99].map((value) => value?.toFixed(1) ?? "-"),
    ...[errors, throttles].map(String),
  ];
}

function alarmLines({ alarms }: LocalSnapshot, paint: Paint): string[] {
  const ringing = alarms.filter(({ state }) => state === "ALARM");
  if (ringing.length === 0) return [`Alarms  ${paint.green(`none of ${alarms.length} rings`)}`];
  return [
    `Alarms  ${paint.red(`${ringing.length} of ${alarms.length} ${ringing.length === 1 ? "rings" : "ring"}`)}`,
    ...ringing.map(({ name }) => paint.red(`  ALARM ${name}`)),
  ];
}
