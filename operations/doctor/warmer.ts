import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";
import { parseSchedule } from "../../local/schedule/schedule-expression";
import { type MetricAddress, buildWarmingMetric as warmedMetric } from "../../model/metrics";
import { buildScheduleRules } from "../../model/schedules";
import { selectSchedules, type WarmedFunction, listWarmedFunctions } from "../../model/warmed-functions";
import { type MetricRequest, type Point, readMetrics, requestSum, sumPoints } from "../aws/metrics";
import { type DeployedFunction, findFunction } from "../aws/functions";
import { findLogGroup } from "../aws/logs";
import { formatUtc } from "../document/formats";
import { type Check, fail, pass, memoize, type CheckVerdict, warn, makeCheck } from "./check";
import { judgeState } from "./functions";
import { judgeGroup } from "./logs";
import { type Examination } from "./examination";
import { type StackResources } from "./stack-resources";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A rule for a single day of the week was due at most this long ago. */
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
      mend: redeploy,
      retentionDays: environment.logRetentionDays,
    }),
  );
  const until = now();
  const read = memoize(async () => {
    const missed = findMissedQueue(await expected());
    const rules = listRules(await expected());
    const requests: Record<string, MetricRequest> = {};
    for (const { name: rule } of rules) {
      requests[`started ${rule}`] = requestSum(buildRuleMetric("Invocations", rule));
      requests[`failed ${rule}`] = requestSum(buildRuleMetric("FailedInvocations", rule));
    }
    if (missed !== undefined) requests["missed"] = requestMissed(missed);
    for (const one of warmed) {
      requests[`instances ${one.id}`] = { metric: warmedMetric("WarmedInstances", one), statistic: "Minimum" };
      requests[`failures ${one.id}`] = requestSum(warmedMetric("WarmingFailures", one));
    }
    const range = { from: until - LONGEST_MILLISECONDS, to: until, periodSeconds: PERIOD_SECONDS };
    return readMetrics(aws, requests, range);
  });
  /**
   * When a rule was last due, early enough to be visible by now; undefined if it was not due since the function's last
   * change.
   */
  const lastDue = async (expression: string, since: () => Promise<DeployedFunction | undefined>) => {
    const due = findLastTime(expression, until - ARRIVAL_MILLISECONDS);
    return due === undefined || due < ((await since())?.changedAt ?? 0) ? undefined : due;
  };
  const readPoints = async (key: string): Promise<readonly Point[]> => (await read())[key] ?? [];

  const judgeRules = async (): Promise<CheckVerdict> => {
    const rules = listRules(await expected());
    if (rules.length === 0) return pass("no schedule is switched on");
    const [silent, unseen]: [string[], string[]] = [[], []];
    for (const { name: rule, expression } of rules) {
      const due = await lastDue(expression, configuration);
      const failed = sumPoints(selectRecent(await readPoints(`failed ${rule}`), until - HOUR));
      if (failed > 0) return fail(`rule ${rule} could not start the warmer ${failed} times in an hour`, redeploy);
      const started = await readPoints(`started ${rule}`);
      if (due === undefined || selectRecent(started, due).length > 0) continue;
      (started.length > 0 ? silent : unseen).push(rule);
    }
    const enable = (names: readonly string[]) =>
      names.map((rule) => `aws events enable-rule --name ${rule}`).join("; ");
    if (silent.length > 0) return fail(`not started when due by ${silent.join(", ")}`, enable(silent));
    return unseen.length > 0
      ? warn(
          `not started by ${unseen.join(", ")} in ${LONGEST_MILLISECONDS / DAY} days: new, or switched off`,
          enable(unseen),
        )
      : pass(`${rules.length === 1 ? "its rule starts" : `${rules.length} rules start`} it when due`);
  };
  const scheduled = makeCheck("warmer: schedule", [deployed, synthesis], judgeRules);
  const missed = makeCheck("warmer: missed runs", [deployed, synthesis], async () => {
    const queue = findMissedQueue(await expected());
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
    const rules = buildScheduleRules(selectSchedules(one));
    if (rules.length === 0) return [];
    return [
      makeCheck(`${one.id}: kept warm`, [deployed, synthesis], async () => {
        const own = memoize(() => findFunction(aws, { name: one.name }));
        const since = async () => selectLatest(await configuration(), await own());
        const dues = await Promise.all(
          rules.map(async (rule) => ({ ...rule, due: (await lastDue(rule.expression, since)) ?? 0 })),
        );
        const last = dues.reduce((newest, rule) => (rule.due > newest.due ? rule : newest));
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

function listRules(stack: StackResources): { readonly name: string; readonly expression: string }[] {
  const [names, expressions] = ["name", "schedule_expression"].map((key) =>
    stack.texts(key, "aws_cloudwatch_event_rule"),
  );
  return (names ?? []).map((name, index) => ({ name, expression: expressions?.[index] ?? "" }));
}

/** The queue of runs that could not be started. */
function findMissedQueue(stack: StackResources): string | undefined {
  return stack.texts("name", "aws_sqs_queue")[0];
}

/** The one that was changed last. */
function selectLatest(...all: readonly (DeployedFunction | undefined)[]): DeployedFunction | undefined {
  const time = (one: DeployedFunction | undefined) => one?.changedAt ?? 0;
  return all.reduce((newest, one) => (time(one) > time(newest) ? one : newest), undefined);
}

/** The last time, up to the given one, at which a rule was due. */
function findLastTime(expression: string, until: number): number | undefined {
  const next = parseSchedule(expression, 0);
  for (const back of [HOUR, DAY, LONGEST_MILLISECONDS]) {
    let last: number | undefined;
    for (let time = next(until - back); time !== undefined && time <= until; time = next(time)) last = time;
    if (last !== undefined) return last;
  }
  return undefined;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
function buildRuleMetric(metricName: "Invocations" | "FailedInvocations", rule: string): MetricAddress {
  return { namespace: "AWS/Events", metricName, dimensions: { RuleName: rule } };
}

function requestMissed(queue: string): MetricRequest {
  const metricName = "ApproximateNumberOfMessagesVisible";
  return { metric: { namespace: "AWS/SQS", metricName, dimensions: { QueueName: queue } }, statistic: "Maximum" };
}

/** The points whose period ends at this time or later. */
function selectRecent(points: readonly Point[], since: number): readonly Point[] {
  return points.filter(({ at }) => at > since - PERIOD_SECONDS * 1000);
}
