import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";
import { parseSchedule } from "../../local/schedule/schedule-expression";
import { type MetricAddress, buildOwnMetric as warmedMetric } from "../../model/metrics";
import { buildCronSchedules, type CronSchedule } from "../../model/schedules";
import { nameMissedQueue } from "../../model/warmer-alarms";
import { selectSchedules, type WarmedFunction, listWarmedFunctions } from "../../model/warmed-functions";
import { type MetricRequest, type Point, readMetrics, requestSum, sumPoints } from "../aws/metrics";
import { type DeployedFunction, findFunction } from "../aws/functions";
import { findLogGroup } from "../aws/logs";
import { LOOKUPS } from "../aws/lookups";
import { formatUtc } from "../document/formats";
import { type Check, fail, pass, memoize, type CheckVerdict, warn, makeCheck } from "./check";
import { judgeState } from "./functions";
import { judgeGroup } from "./logs";
import { type Examination } from "./examination";
import { type StackResources } from "../synthesis/stack-resources";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A schedule for a single day of the week was due at most this long ago. */
const LONGEST_MILLISECONDS = 8 * DAY;

const PERIOD_SECONDS = 300;

/** Runs and metrics need some minutes to appear in CloudWatch. */
const ARRIVAL_MILLISECONDS = 10 * MINUTE;

/**
 * Checks that the warmer exists, is started as scheduled, and keeps instances warm; no checks if no function is kept
 * warm.
 */
export function buildWarmerChecks(
  { aws, environment, expected, now, redeploy }: Examination,
  [region, synthesis]: readonly [Check, Check],
): Check[] {
  const warmed = listWarmedFunctions(environment);
  if (warmed.length === 0) return [];
  const name = formatDeployedName(environment.name, WARMER);
  const configuration = memoize(() => findFunction(aws, { name }));
  const deployed = makeCheck("warmer: deployed", [region], async () =>
    judgeState(name, await configuration(), redeploy),
  );
  const logGroup = formatDefaultLogGroup(name);
  const logged = makeCheck("warmer: log group", [region], async () =>
    judgeGroup(logGroup, await findLogGroup(aws, logGroup), {
      fix: redeploy,
      retentionDays: environment.logRetentionDays,
    }),
  );
  const until = now();
  const read = memoize(async () => {
    const missed = findMissedQueue(await expected(), environment.name);
    const requests: Record<string, MetricRequest> = {
      started: requestSum(buildGroupMetric("InvocationAttemptCount", name)),
      failed: requestSum(buildGroupMetric("TargetErrorCount", name)),
    };
    if (missed !== undefined) requests["missed"] = requestMissed(missed);
    for (const one of warmed) {
      requests[`instances ${one.id}`] = { metric: warmedMetric("WarmedInstances", one), statistic: "Minimum" };
      requests[`failures ${one.id}`] = requestSum(warmedMetric("WarmingFailures", one));
    }
    const range = { from: until - LONGEST_MILLISECONDS, to: until, periodSeconds: PERIOD_SECONDS };
    return readMetrics(aws, requests, range);
  });
  /** When a schedule was last due, early enough to be visible by now; 0 if it was not due since the last change. */
  const findLastDue = (schedule: Due, changedAt = 0) => {
    const due = findLastTime(schedule, until - ARRIVAL_MILLISECONDS) ?? 0;
    return due < changedAt ? 0 : due;
  };
  const readPoints = async (key: string): Promise<readonly Point[]> => (await read())[key] ?? [];

  const judgeSchedules = async (): Promise<CheckVerdict> => {
    const schedules = listSchedules(await expected(), name);
    if (schedules.length === 0) return pass("no schedule is switched on");
    const found = await Promise.all(
      schedules.map(async (schedule) => ({ ...schedule, found: await LOOKUPS.schedule(aws, name, schedule.name) })),
    );
    const off = found.filter((one) => one.found?.State !== "ENABLED").map((one) => one.name);
    if (off.length > 0) return fail(`switched off, or not there: ${off.join(", ")} of ${name}`, redeploy);
    const failed = sumPoints(selectRecent(await readPoints("failed"), until - HOUR));
    if (failed > 0) return fail(`the warmer could not be started ${failed} times in an hour`, redeploy);
    const { changedAt = 0 } = (await configuration()) ?? {};
    const dues = found.map((one) =>
      findLastDue(one, Math.max(changedAt, one.found?.LastModificationDate?.getTime() ?? 0)),
    );
    const due = Math.max(...dues);
    if (due > 0 && selectRecent(await readPoints("started"), due).length === 0) {
      return fail(`not started since ${formatUtc(due)}, when it was due`, redeploy);
    }
    return pass(`${found.length === 1 ? "its schedule starts" : `${found.length} schedules start`} it when due`);
  };
  const scheduled = makeCheck("warmer: schedule", [deployed, synthesis], judgeSchedules);
  const missed = makeCheck("warmer: missed runs", [deployed, synthesis], async () => {
    const queue = findMissedQueue(await expected(), environment.name);
    if (queue === undefined) return pass("no schedule is switched on");
    const waiting = (await readPoints("missed")).at(-1)?.value ?? 0;
    return waiting === 0
      ? pass(`${queue} is empty`)
      : fail(
          `${waiting} runs that could not be started are in ${queue}`,
          `read why: aws sqs receive-message --queue-url $(aws sqs get-queue-url --queue-name ${queue} --query QueueUrl --output text) --message-attribute-names All; then purge-queue`,
        );
  });
  const keptWarm = warmed.flatMap((one): Check[] => {
    const schedules = buildCronSchedules(selectSchedules(one));
    if (schedules.length === 0) return [];
    return [
      makeCheck(`${one.id}: kept warm`, [deployed, synthesis], async () => {
        const own = await findFunction(aws, { name: one.name });
        const since = selectLatest(await configuration(), own)?.changedAt;
        const dues = schedules.map((schedule) => ({ ...schedule, due: findLastDue(schedule, since) }));
        const last = dues.reduce((newest, schedule) => (schedule.due > newest.due ? schedule : newest));
        return judgeKeptWarm(one, environment.name, {
          ...last,
          instances: await readPoints(`instances ${one.id}`),
          failures: sumPoints(selectRecent(await readPoints(`failures ${one.id}`), until - HOUR)),
        });
      }),
    ];
  });
  return [deployed, logged, scheduled, missed, ...keptWarm];
}

interface Rounds {
  readonly strategy: "scheduled" | "peak";
  /** When one was last due; 0 if none was. */
  readonly due: number;
  readonly instances: readonly Point[];
  /** In the last hour. */
  readonly failures: number;
}

function judgeKeptWarm(
  { settings, reservedConcurrency }: WarmedFunction,
  environment: string,
  { strategy, due, instances, failures }: Rounds,
): CheckVerdict {
  const read = `saved query ${environment}/warming-runs shows why`;
  const last = instances.at(-1);
  if (due === 0) return pass("no round has been due since the last deployment");
  if (!last || last.at < due - PERIOD_SECONDS * 1000) {
    return fail(`no round since ${formatUtc(due)}`, `aws logs tail /aws/lambda/${environment}-${WARMER} --since 1h`);
  }
  const kept = `${last.value} ${last.value === 1 ? "instance" : "instances"} at ${formatUtc(last.at)}`;
  if (failures > 0) return fail(`${kept}; ${failures} pings failed in the last hour`, read);
  const isFixed = !settings.conditional.enabled && reservedConcurrency === undefined;
  return isFixed && last.value < settings[strategy].concurrency
    ? warn(`${kept}, of ${settings[strategy].concurrency}`, read)
    : pass(kept);
}

/** When a schedule is due. */
type Due = Pick<CronSchedule, "expression" | "timezone">;

/** The schedules of the warmer's group. */
function listSchedules(stack: StackResources, group: string): (Due & { readonly name: string })[] {
  return stack.all.flatMap((one) => {
    const text = (key: string) => stack.text(one, key) ?? "";
    if (one.type !== "aws_scheduler_schedule" || text("group_name") !== group) return [];
    return {
      name: text("name"),
      expression: text("schedule_expression"),
      timezone: text("schedule_expression_timezone"),
    };
  });
}

/** The queue of runs that could not be started, if the stack has it. */
function findMissedQueue(stack: StackResources, environment: string): string | undefined {
  return stack.texts("name", "aws_sqs_queue").find((name) => name === nameMissedQueue(environment));
}

/** The one that was changed last. */
function selectLatest(...all: readonly (DeployedFunction | undefined)[]): DeployedFunction | undefined {
  const time = (one: DeployedFunction | undefined) => one?.changedAt ?? 0;
  return all.reduce((newest, one) => (time(one) > time(newest) ? one : newest), undefined);
}

/** The last time, up to the given one, at which a schedule was due. */
function findLastTime({ expression, timezone }: Due, until: number): number | undefined {
  const next = parseSchedule(expression, timezone, 0);
  for (const back of [HOUR, DAY, LONGEST_MILLISECONDS]) {
    let last: number | undefined;
    for (let time = next(until - back); time !== undefined && time <= until; time = next(time)) last = time;
    if (last !== undefined) return last;
  }
  return undefined;
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
function buildGroupMetric(metricName: "InvocationAttemptCount" | "TargetErrorCount", group: string): MetricAddress {
  return { namespace: "AWS/Scheduler", metricName, dimensions: { ScheduleGroup: group } };
}

function requestMissed(queue: string): MetricRequest {
  const metricName = "ApproximateNumberOfMessagesVisible";
  return { metric: { namespace: "AWS/SQS", metricName, dimensions: { QueueName: queue } }, statistic: "Maximum" };
}

/** The points whose period ends at this time or later. */
function selectRecent(points: readonly Point[], since: number): readonly Point[] {
  return points.filter(({ at }) => at > since - PERIOD_SECONDS * 1000);
}
