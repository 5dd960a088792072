import { type AlarmState, buildEvaluation, type Evaluation, type MetricAlarm } from "../../local/cloudwatch/alarm";
import { createRandom } from "../../advisor/random";
import { drawLag } from "../alerts/month";
import { AliasMetrics } from "./alias-metrics";
import { type Attempt, BEGIN, beginSimulation } from "./attempt";
import { type Fault } from "./faults";
import { type World } from "./world";

/**
 * CodeDeploy's `Canary10Percent5Minutes`, as documented: a tenth of the requests go to the new version for 5 minutes,
 * then all of them; it goes back as soon as one of its alarms rings, and ends with the last change of the traffic.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
 */

const STEP_SECONDS = 300;
const SHARE = 0.1;
/** The alarms exist before, so that they may already ring. */
const BEFORE_SECONDS = 240;

/** From the alarm to the alias's change. */
const ACT_SECONDS = 5;

const MINUTE = 60;

const NEWER = { ExecutedVersion: "42" };

/** The example of AWS SAM: both alarms ring if the sum of errors is above 0 in two minutes. */
export const EXAMPLE_ALARMS: readonly MetricAlarm[] = [{}, NEWER].map((dimensions) => ({
  comparison_operator: "GreaterThanThreshold",
  threshold: 0,
  evaluation_periods: 2,
  namespace: "AWS/Lambda",
  metric_name: "Errors",
  statistic: "Sum",
  period: 60,
  dimensions,
}));

const buildMetric = (name: string) => ({
  metric: { namespace: "AWS/Lambda", metric_name: name, period: 60, stat: "Sum", dimensions: NEWER },
});

/** What a careful team sets instead: more than 2 % of the new version's requests fail in two minutes. */
export const SHARE_ALARMS: readonly MetricAlarm[] = [
  {
    comparison_operator: "GreaterThanThreshold",
    threshold: 2,
    evaluation_periods: 2,
    metric_query: [
      { id: "share", expression: "100 * errors / requests", return_data: true },
      { id: "errors", ...buildMetric("Errors") },
      { id: "requests", ...buildMetric("Invocations") },
    ],
  },
];

/** Rolls out as CodeDeploy does, with each of several sets of alarms; all see the same requests. */
export function deployCanary(
  world: World,
  fault: Fault,
  seed: number,
  sets: readonly (readonly MetricAlarm[])[],
): readonly Attempt[] {
  const firstMinute = -BEFORE_SECONDS / MINUTE;
  const lag = drawLag(createRandom(seed, 2), STEP_SECONDS / MINUTE - firstMinute);
  const metrics = new AliasMetrics(lag, BEGIN, firstMinute);
  const add = metrics.add.bind(metrics);
  const { service, end } = beginSimulation(world, fault, seed, add, -BEFORE_SECONDS);
  const watched = sets.map((alarms) => ({
    alarms: alarms.map((alarm): { readonly evaluation: Evaluation; state: AlarmState } => ({
      evaluation: buildEvaluation(alarm),
      state: "OK",
    })),
    attempt: undefined as Attempt | undefined,
  }));
  for (let now = -BEFORE_SECONDS; now <= STEP_SECONDS; now += MINUTE) {
    service.serveUntil(now, now > 0 ? SHARE : 0);
    metrics.now = now;
    for (const { alarms } of watched) {
      for (const alarm of alarms) {
        alarm.state = alarm.evaluation.evaluate(metrics, BEGIN + 1000 * now, alarm.state);
      }
    }
    if (now < 0) continue;
    service.serveUntil(now + ACT_SECONDS, SHARE);
    for (const one of watched) {
      if (!one.alarms.some(({ state }) => state === "ALARM")) continue;
      one.attempt ??= end(now + ACT_SECONDS, true, "alarm");
    }
    if (watched.every(({ attempt }) => attempt)) break;
  }
  return watched.map(({ attempt }) => attempt ?? end(STEP_SECONDS, false, "completed"));
}
