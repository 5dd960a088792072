import { formatPlatformNamespace } from "../../performance/metrics";
import { findLogGroup, listMetricFilters, type LogGroup } from "../aws/logs";
import { type Check, fail, pass, type CheckVerdict } from "./check";
import { type CheckedFunction } from "./functions";
import { type ExpectedStack } from "./stack";

/** Checks that a function's log group exists, has the file's retention, and is read for the platform's reports. */
export function buildLogChecks(
  { aws, environment, watched, region }: CheckedFunction,
  synthesis: Check,
  expected: () => Promise<ExpectedStack>,
): Check[] {
  const { id, name, logGroup, deployedHere } = watched;
  const group: Check = {
    name: `${id}: log group`,
    needs: [region],
    look: async () =>
      judgeGroup(logGroup, await findLogGroup(aws, logGroup), {
        mend: deployedHere
          ? `npx cdktf deploy ${environment.name}`
          : `call ${name} once, or correct functions.${id}.log_group in environments/${environment.name}.tfvars`,
        retentionDays: deployedHere ? environment.logRetentionDays : undefined,
      }),
  };
  const filters: Check = {
    name: `${id}: metric filters`,
    needs: [group, synthesis],
    look: async () => {
      const namespace = formatPlatformNamespace(name);
      const wanted = (await expected()).metricFilters.filter((filter) => filter.namespace === namespace);
      const found = new Set(await listMetricFilters(aws, logGroup));
      const missing = wanted.filter((filter) => !found.has(filter.name)).map((filter) => filter.name);
      return missing.length === 0
        ? pass(`all ${wanted.length} read the platform's reports`)
        : fail(`missing: ${missing.join(", ")}`, `npx cdktf deploy ${environment.name}`);
    },
  };
  return [group, filters];
}

/** The expected properties of a log group. */
export interface GroupRules {
  readonly mend: string;
  /** Undefined if the group is managed elsewhere. */
  readonly retentionDays: number | undefined;
}

/** Checks that a log group can contain lines of metrics, and has the right retention. */
export function judgeGroup(
  name: string,
  group: LogGroup | undefined,
  { mend, retentionDays }: GroupRules,
): CheckVerdict {
  if (!group) return fail(`there is no log group ${name}`, mend);
  if (group.logClass !== "STANDARD") {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
    return fail(
      `class ${group.logClass} makes no metrics from logs`,
      `a class cannot be changed: aws logs delete-log-group --log-group-name ${name}, with everything in it; then ${mend}`,
    );
  }
  const { retentionDays: is } = group;
  if (retentionDays !== undefined && is !== retentionDays) {
    return fail(`kept ${is === undefined ? "forever" : `${is} days`}, the file says ${retentionDays}`, mend);
  }
  return pass(is === undefined ? "kept forever" : `kept ${is} days`);
}
