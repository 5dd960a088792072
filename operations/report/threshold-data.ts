import { type AlarmKey } from "../../environments/alarms";
import { ALARMS } from "../../model/alarms";
import { type Measure } from "../../model/metrics";
import { type AwsAccess } from "../aws/access";
import { type Point, readMetrics } from "../aws/metrics";
import { type Period } from "./period";
import { type TimeRange } from "../alarms/ringing";
import { type MeasuredFunction } from "../../model/measured-function";

const DAY = 24 * 3_600_000;

/**
 * How long CloudWatch keeps figures of each period, minus one hour, because a report ends with the last full hour.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
const KEPT = [
  { multipleOfSeconds: 3600, days: 455 },
  { multipleOfSeconds: 300, days: 63 },
  { multipleOfSeconds: 60, days: 15 },
] as const;

/** An alarm whose figure is read. */
export interface Watching {
  readonly subject: MeasuredFunction;
  readonly key: AlarmKey;
}

/** An alarm's figure at the alarm's period, as far back as CloudWatch has it. */
export interface WatchedPoints extends Watching {
  readonly points: readonly Point[];
  readonly range: TimeRange;
}

/**
 * Reads what alarms watch.
 *
 * @throws AwsFailure
 */
export async function readWatched(
  aws: AwsAccess,
  all: readonly Watching[],
  period: Pick<Period, "from" | "to">,
): Promise<WatchedPoints[]> {
  const found: WatchedPoints[] = [];
  const readPeriod = ({ subject, key }: Watching) => subject.watched.alarm(key).periodSeconds;
  for (const periodSeconds of new Set(all.map(readPeriod))) {
    const those = all.filter((one) => readPeriod(one) === periodSeconds);
    const range = { from: Math.max(period.from, findKeptStart(periodSeconds, period.to)), to: period.to };
    const requests = Object.fromEntries(
      those.flatMap(({ subject, key }, index): [string, Measure][] => {
        const measure = ALARMS[key].watched(subject.watched);
        return measure ? [[String(index), measure]] : [];
      }),
    );
    const points = await readMetrics(aws, requests, { ...range, periodSeconds });
    found.push(...those.map((one, index) => ({ ...one, range, points: points[String(index)] ?? [] })));
  }
  return found;
}

/** Maximum number of metrics that this reads. */
export function countMetricsWatched(all: readonly Watching[]): number {
  return all.reduce(
    (total, { subject, key }) => total + Object.keys(ALARMS[key].watched(subject.watched)?.metrics ?? {}).length,
    0,
  );
}

/** Since when CloudWatch has the figures of a period, in milliseconds since 1970. */
export function findKeptStart(periodSeconds: number, to: number): number {
  const days = KEPT.find(({ multipleOfSeconds }) => periodSeconds % multipleOfSeconds === 0)?.days ?? 15;
  return to - days * DAY + DAY / 24;
}
