import { formatDefaultLogGroup, formatDeployedName, NOTIFIER } from "../../environments/names";
import { nameUndeliveredQueue } from "../../model/notifier-alarms";
import { findFunction } from "../aws/functions";
import { findLogGroup } from "../aws/logs";
import { readMetrics } from "../aws/metrics";
import { type Check, fail, makeCheck, pass } from "./check";
import { judgeState } from "./functions";
import { judgeGroup } from "./logs";
import { type Examination } from "./examination";

/** SQS publishes the length of a queue every five minutes: some of them, because the last value may be late. */
const LOOKBACK_MILLISECONDS = 30 * 60_000;
const PERIOD_SECONDS = 300;

/** Checks that the function that sends cards about alarms exists, and has delivered them; no checks without one. */
export function buildNotifierChecks({ aws, environment, now, redeploy }: Examination, region: Check): Check[] {
  if (!environment.notify) return [];
  const name = formatDeployedName(environment.name, NOTIFIER);
  const deployed = makeCheck("notifier: deployed", [region], async () =>
    judgeState(name, await findFunction(aws, { name }), redeploy),
  );
  const logGroup = formatDefaultLogGroup(name);
  const logged = makeCheck("notifier: log group", [region], async () =>
    judgeGroup(logGroup, await findLogGroup(aws, logGroup), {
      fix: redeploy,
      retentionDays: environment.logRetentionDays,
    }),
  );
  const delivered = makeCheck("notifier: undelivered cards", [deployed], async () => {
    const queue = nameUndeliveredQueue(environment.name);
    const to = now();
    const metric = {
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queue },
    };
    const range = { from: to - LOOKBACK_MILLISECONDS, to, periodSeconds: PERIOD_SECONDS };
    const { waiting: points } = await readMetrics(aws, { waiting: { metric, statistic: "Maximum" } }, range);
    const waiting = points.at(-1)?.value ?? 0;
    return waiting === 0
      ? pass(`${queue} is empty`)
      : fail(
          `${waiting} messages about alarms that could not be delivered are in ${queue}`,
          `read why: aws logs tail ${logGroup} --since 1d; docs/runbooks/notifications.md`,
        );
  });
  return [deployed, logged, delivered];
}
