import { formatPlatformNamespace } from "../../performance/metrics";
import { findLogGroup, listMetricFilters, type LogGroup } from "../aws/logs";
import { type Check, fail, pass, type CheckVerdict } from "./check";
import { type CheckedFunction } from "./functions";
import { type ExpectedStack } from "./stack";

/** Whether a function's log group is there, kept as long as the file says, and read for the platform's reports. */
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

/** What is to be true of a log group. */
export interface GroupRules {
  readonly mend: string;
  /** Undefined where the group is somebody else's. */
  readonly retentionDays: number | undefined;
}

/** Whether a log group can hold lines of metrics, and is kept as long as it has to be. */
export function judgeGroup(
  name: string,
  group: LogGroup | undefined,
  { mend, retentionDays }: GroupRules,
): CheckVerdict {
  if (!group) return fail(`there is no log group ${name}`, mend);
  if (group.logClass !== "STANDARD") {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
    return fail(
      `class ${group.logClass} makes no metrics of logs`,
      `a class cannot be changed: aws logs delete-log-group --log-group-name ${name}, with all that is in it; then ${mend}`,
    );
  }
  const { retentionDays: is } = group;
  if (retentionDays !== undefined && is !== retentionDays) {
    return fail(`kept ${is === undefined ? "for ever" : `${is} days`}, the file says ${retentionDays}`, mend);
  }
  return pass(is === undefined ? "kept for ever" : `kept ${is} days`);
}
