import { formatPlatformNamespace } from "../../performance/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { findLogGroup, listMetricFilters, type LogGroup } from "../aws/logs";
import { type Check, fail, pass, type CheckVerdict, makeCheck } from "./check";
import { type Examination } from "./examination";

/** A metric filter's attributes: its metric's namespace identifies the function. */
interface MetricFilter {
  readonly name: string;
  readonly metric_transformation: { readonly namespace: string };
}

/** Checks that a function's log group exists, has the file's retention, and is read for the platform's reports. */
export function buildLogChecks(
  { aws, environment, expected, redeploy }: Examination,
  { id, name, logGroup, deployedHere }: WatchedFunction,
  [region, synthesis]: readonly [Check, Check],
): Check[] {
  const group = makeCheck(`${id}: log group`, [region], async () =>
    judgeGroup(logGroup, await findLogGroup(aws, logGroup), {
      fix: deployedHere
        ? redeploy
        : `call ${name} once, or correct functions.${id}.log_group in environments/${environment.name}.tfvars`,
      retentionDays: deployedHere ? environment.logRetentionDays : undefined,
    }),
  );
  const filters = makeCheck(`${id}: metric filters`, [group, synthesis], async () => {
    const namespace = formatPlatformNamespace(name);
    const wanted = (await expected()).all.flatMap(({ type, attributes }) => {
      if (type !== "aws_cloudwatch_log_metric_filter") return [];
      const { name, metric_transformation: metric } = attributes as unknown as MetricFilter;
      return metric.namespace === namespace ? [name] : [];
    });
    const found = new Set(await listMetricFilters(aws, logGroup));
    const missing = wanted.filter((filter) => !found.has(filter));
    return missing.length === 0
      ? pass(`all ${wanted.length} read the platform's reports`)
      : fail(`missing: ${missing.join(", ")}`, redeploy);
  });
  return [group, filters];
}

/**
 * Checks that a log group can contain lines of metrics, and has the right retention, which is undefined if the group is
 * managed elsewhere.
 */
export function judgeGroup(
  name: string,
  group: LogGroup | undefined,
  { fix, retentionDays }: { readonly fix: string; readonly retentionDays: number | undefined },
): CheckVerdict {
  if (!group) return fail(`there is no log group ${name}`, fix);
  if (group.logClass !== "STANDARD") {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
    return fail(
      `class ${group.logClass} makes no metrics from logs`,
      `a class cannot be changed: aws logs delete-log-group --log-group-name ${name}, with everything in it; then ${fix}`,
    );
  }
  const { retentionDays: is } = group;
  if (retentionDays !== undefined && is !== retentionDays) {
    return fail(`kept ${is === undefined ? "forever" : `${is} days`}, the file says ${retentionDays}`, fix);
  }
  return pass(is === undefined ? "kept forever" : `kept ${is} days`);
}
