import { InvalidInput, show } from "../../../environments/mistakes";
import { type Point } from "../../aws/metrics";
import { buildMinuteUse, type MinutePoints } from "../minute-use";
import { mixPeriods } from "../quantiles";
import {
  checkLength,
  LONGEST_MILLISECONDS,
  MOST_PER_MINUTE,
  requireWork,
  type Trace,
  type TraceTarget,
} from "./readers";
import { splitFields } from "./rows";
import { readNumber, selectTimeReader } from "./times";

const MINUTE = 60_000;

/** With fewer values, all of them may be at full five minutes by chance. */
const TELLING_VALUES = 10;

/** A metric as CloudWatch exports it, in any order. */
export interface ExportedMetric {
  /** Everything that may name it: its id, label, metric, statistic. */
  readonly name: string;
  readonly points: readonly Point[];
}

const METRICS = {
  invocations: { name: /invocations/i, title: "Invocations", statistic: "Sum", most: MOST_PER_MINUTE },
  concurrency: { name: /concurren/i, title: "ConcurrentExecutions", statistic: "Maximum", most: MOST_PER_MINUTE },
  duration: { name: /duration/i, title: "Duration", statistic: "Average", most: LONGEST_MILLISECONDS },
} as const;

/** Statistics that a console's export names. */
const STATISTICS = /\b(Sum|Average|Minimum|Maximum|SampleCount|p\d[\d.]*)\b/i;

/** What the lines above the values of the console's export begin with. */
const HEADINGS =
  /^(full label|label|id|namespace|metric|metric name|dimensions?|statistic|stat|period|region|account.*|units?)$/i;

/**
 * A trace from the metrics of one function.
 *
 * @throws InvalidInput if they are not by the minute, or not of one function
 */
export function buildMetricTrace(metrics: readonly ExportedMetric[], target: TraceTarget): Trace {
  const { file } = target;
  const select = (key: keyof typeof METRICS): Point[] => {
    const { name, title, statistic, most } = METRICS[key];
    const found = metrics.filter((metric) => name.test(metric.name));
    const [first, another] = found;
    if (another) throw refuse(file, `expected one metric ${title}, got ${found.length}: export one function`);
    const got = STATISTICS.exec(first?.name ?? "")?.[1];
    if (got !== undefined && got.toLowerCase() !== statistic.toLowerCase()) {
      throw refuse(file, `${title}: expected the statistic ${statistic}, got ${got}`);
    }
    const points = first?.points ?? [];
    const isWhole = statistic !== "Average";
    const wrong = points.find(({ value }) => value > most || (isWhole && !Number.isInteger(value)));
    if (wrong) {
      const [at, kind] = [new Date(wrong.at).toISOString(), isWhole ? "a whole number" : "a number"];
      throw refuse(file, `${title} at ${at}: expected ${kind}, 0 to ${most}, got ${wrong.value}`);
    }
    return points.toSorted((one, other) => one.at - other.at);
  };
  const use: MinutePoints = {
    invocations: select("invocations"),
    concurrency: select("concurrency"),
    duration: select("duration"),
  };
  const [first] = use.invocations;
  const last = use.invocations.at(-1);
  if (!first || !last) throw refuse(file, "expected the metric Invocations with values, got none");
  checkPeriod(file, use.invocations);
  checkLength(file, last.at - first.at);
  const minutes = (last.at - first.at) / MINUTE + 1;
  const { counts, peaks, isEstimated } = buildMinuteUse(use, first.at, minutes);
  const averages = target.workSeconds ? undefined : findAverages(use);
  const workSeconds = averages ?? requireWork(target);
  return {
    startsAt: first.at,
    seconds: minutes * 60,
    source: { kind: "minutes", counts, peaks, workSeconds },
    notes: [
      ...(averages ? [`${file}: durations are averages of minutes: --duration-ms says more`] : []),
      ...(isEstimated
        ? [
            use.duration.length > 0
              ? `${file}: it has no ConcurrentExecutions: estimated from Invocations and Duration`
              : `${file}: it has no ConcurrentExecutions: requests of a minute are taken as independent`,
          ]
        : []),
    ],
  };
}

/** With longer periods, what happened within them is unknown. */
function checkPeriod(file: string, points: readonly Point[]): void {
  const step = points.reduce((common, { at }) => findCommonDivisor(common, at), 0);
  const expected = "expected a value for each minute";
  if (step % MINUTE !== 0) throw refuse(file, `${expected}, got one at ${new Date(points[0]?.at ?? 0).toISOString()}`);
  const isTimer = points.every(({ value }) => value <= 1);
  if (step === MINUTE || points.length < TELLING_VALUES || isTimer) return;
  const minutes = step / MINUTE;
  throw refuse(
    file,
    `${expected}, got values only every ${minutes} minutes: export it again with a period of 60 seconds`,
  );
}

function findCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : findCommonDivisor(other, one % other);
}

/** Each minute's average counts as often as the minute has requests. */
function findAverages({ invocations, duration }: MinutePoints) {
  const counts = new Map(invocations.map(({ at, value }) => [at, value]));
  return mixPeriods(
    duration.map(({ at, value }) => ({ count: counts.get(at) ?? 0, quantiles: [[0.5, value / 1000]] as const })),
  );
}

/** Whether a line is the first one of the console's export of metrics. */
export function startsMetricExport(fields: readonly string[]): boolean {
  const [first = "", ...others] = fields;
  if (HEADINGS.test(first)) return true;
  return /^(timestamp|time)?$/i.test(first) && others.some((name) => METRICS.invocations.name.test(name));
}

/** Takes the lines of the console's export of metrics: names of several kinds, and then a time and values on each. */
export class MetricTable {
  private readonly columns: { name: string; points: Point[] }[] = [];

  /** @param place the file, and its line */
  add(place: string, text: string): void {
    const [time = "", ...fields] = splitFields(text);
    const at = selectTimeReader(time)?.(time);
    for (const [index, field] of fields.entries()) {
      const column = (this.columns[index] ??= { name: "", points: [] });
      if (at === undefined) column.name += ` ${field}`;
      else if (field !== "") column.points.push({ at, value: readValue(place, field) });
    }
    const hasValues = this.columns.some(({ points }) => points.length > 0);
    if (at === undefined && hasValues) throw refuse(place, `expected a time, got ${show(time)}`);
  }

  /** The metrics of the columns. */
  metrics(): readonly ExportedMetric[] {
    return this.columns;
  }
}

function readValue(place: string, text: string): number {
  const value = readNumber(text);
  if (value === undefined) throw refuse(place, `expected a number, 0 or more, got ${show(text)}`);
  return value;
}

function refuse(file: string, message: string): InvalidInput {
  return new InvalidInput([{ file, message }]);
}
