import { type AlarmState, buildEvaluation, type MetricAlarm } from "../../local/cloudwatch/alarm";
import { createMetricStore, type Sample } from "../../local/cloudwatch/metric-data";

const MINUTE = 60_000;

/** The state of an alarm from a time on, in milliseconds since 1970. */
export interface StateAtTime {
  readonly at: number;
  readonly state: AlarmState;
}

/**
 * The states of a new alarm at every whole minute from `from` to `to`, inclusive, in milliseconds since 1970. It begins
 * as INSUFFICIENT_DATA and uses data from before `from`, like a new alarm in CloudWatch. An alarm that looks back more
 * than a day is evaluated only at whole hours.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function evaluateStates(
  alarm: MetricAlarm,
  samples: readonly Sample[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly StateAtTime[] {
  const source = createMetricStore(samples);
  const { interval, evaluate } = buildEvaluation(alarm);
  const states: StateAtTime[] = [];
  let state: AlarmState = "INSUFFICIENT_DATA";
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at <= to; at += MINUTE) {
    if (at % interval === 0) state = evaluate(source, at, state);
    states.push({ at, state });
  }
  return states;
}
