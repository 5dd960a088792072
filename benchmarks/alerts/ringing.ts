import {
  buildEvaluation,
  type DataPoint,
  EXTRA_DATA_POINTS,
  evaluateState,
  type MetricAlarm,
} from "../../local/cloudwatch/alarm";
import { type LateMetrics } from "./late-metrics";
import { MONTH_MINUTES } from "./shapes";

const MINUTE = 60_000;

/**
 * Whether an alarm is in the state ALARM, after each minute of a month: 1 if so. It is evaluated with what CloudWatch
 * knows by then. Only for alarms for which missing data is not breaching.
 */
export function findRinging(alarm: MetricAlarm, metrics: LateMetrics): Uint8Array {
  const { interval, period, settings, readDataPoint } = buildEvaluation(alarm);
  if (settings.treatMissingData !== "notBreaching")
    throw new Error("expected an alarm that missing data does not ring");
  const states = new Uint8Array(MONTH_MINUTES + 1);
  const step = interval / MINUTE;
  const length = period / MINUTE;
  const { evaluationPeriods } = settings;
  const most = evaluationPeriods + EXTRA_DATA_POINTS;
  // Data points of windows in which nothing can arrive anymore, by the minute of their end.
  const complete = new Int8Array(MONTH_MINUTES + 1).fill(UNKNOWN);
  const latest = new Int8Array(most);

  metrics.setNow(0);
  const quiet = encode(readDataPoint(metrics, { from: 0, to: length * MINUTE }));

  const readCode = (end: number): number => {
    const code = complete[end] ?? UNKNOWN;
    if (code !== UNKNOWN) return code;
    const from = end - length;
    const read = metrics.isQuiet(from, end)
      ? quiet
      : encode(readDataPoint(metrics, { from: from * MINUTE, to: end * MINUTE }));
    if (end <= metrics.completeUntil) complete[end] = read;
    return read;
  };

  for (let minute = 1; minute <= MONTH_MINUTES; minute++) {
    const before = states[minute - 1] ?? 0;
    if (minute % step !== 0) {
      states[minute] = before;
      continue;
    }
    metrics.setNow(minute);
    // Once as many data points exist as there are evaluation periods, older ones do not matter.
    let existing = 0;
    let breaching = 0;
    let read = 0;
    for (; read < most && existing < evaluationPeriods; read++) {
      const code = readCode(minute - read * length);
      latest[most - 1 - read] = code;
      if (code !== MISSING) existing++;
      if (code === BREACHING) breaching++;
    }
    // Without a breaching data point, no alarm of this kind rings.
    if (breaching === 0) states[minute] = 0;
    else {
      const dataPoints = Array.from(latest.subarray(most - read), decode);
      states[minute] = Number(evaluateState(dataPoints, settings, before === 1 ? "ALARM" : "OK") === "ALARM");
    }
  }
  return states;
}

const UNKNOWN = -1;
const BREACHING = 1;
const MISSING = 2;

function encode(dataPoint: DataPoint): number {
  return dataPoint === undefined ? MISSING : Number(dataPoint);
}

function decode(code: number): DataPoint {
  return code === MISSING ? undefined : code === BREACHING;
}
