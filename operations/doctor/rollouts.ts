import { formatDeployedName, ROLLOUT_CONTROLLER, formatDefaultLogGroup } from "../../environments/names";
import { listRolledOutFunctions, type RolledOutFunction } from "../../model/rollouts";
import { findFunction, readAliases, type Aliases } from "../aws/functions";
import { findLogGroup } from "../aws/logs";
import { LOOKUPS } from "../aws/lookups";
import { formatPercent, formatUtc } from "../document/formats";
import { type FoundRollout, readRollouts } from "../rollouts/records";
import { describeTraffic, isUnderWay } from "../rollouts/words";
import { type Check, type CheckVerdict, fail, makeCheck, memoize, pass, warn } from "./check";
import { judgeState } from "./functions";
import { judgeGroup } from "./logs";
import { type Examination } from "./examination";

const MINUTE = 60_000;

/** A rollout ends within minutes after its maximum: a run every minute looks after it. */
const LATE = 5 * MINUTE;

/** Checks that traffic is where a rollout has put it; no checks if nothing is rolled out step by step. */
export function buildRolloutChecks(
  { aws, environment, expected, now, wait, redeploy }: Examination,
  [region, synthesis]: readonly [Check, Check],
): Check[] {
  const functions = listRolledOutFunctions(environment);
  if (functions.length === 0) return [];
  const name = formatDeployedName(environment.name, ROLLOUT_CONTROLLER);
  const deployed = makeCheck("rollouts: deployed", [region], async () =>
    judgeState(name, await findFunction(aws, { name }), redeploy),
  );
  const logGroup = formatDefaultLogGroup(name);
  const logged = makeCheck("rollouts: log group", [region], async () =>
    judgeGroup(logGroup, await findLogGroup(aws, logGroup), {
      fix: redeploy,
      retentionDays: environment.logRetentionDays,
    }),
  );
  const continued = makeCheck("rollouts: schedule", [deployed, synthesis], async () => {
    const stack = await expected();
    const schedules = stack.all.filter((one) => stack.text(one, "group_name") === name);
    const names = schedules.flatMap((one) => stack.text(one, "name") ?? []);
    const found = await Promise.all(names.map((schedule) => LOOKUPS.schedule(aws, name, schedule)));
    return found.every((one) => one?.State === "ENABLED")
      ? pass("its schedule continues long ones")
      : fail(`switched off, or not there: ${names.join(", ")} of ${name}; long rollouts are not continued`, redeploy);
  });
  const read = memoize(() => {
    const longest = Math.max(...functions.map(({ plan }) => plan.maximumSeconds)) * 1000;
    return readRollouts(aws, environment, { from: now() - longest - 2 * LATE, to: now() + MINUTE }, wait);
  });
  const each = functions.map((one) =>
    makeCheck(`${one.id}: rollout`, [deployed, logged], async () => {
      const { functionName } = one.subject;
      const { rollouts } = await read();
      const last = rollouts.findLast((rollout) => rollout.functionName === functionName);
      return judgeRollout(one, environment.name, await readAliases(aws, functionName), last, now());
    }),
  );
  return [deployed, logged, continued, ...each];
}

function judgeRollout(
  { id, plan }: RolledOutFunction,
  environment: string,
  aliases: Aliases,
  last: FoundRollout | undefined,
  now: number,
): CheckVerdict {
  const command = (action: string) => `npm run ops -- rollout ${action} ${environment} ${id}`;
  if (last && isUnderWay(last.status)) {
    const end = last.at + plan.maximumSeconds * 1000;
    const is = `${last.status} since ${formatUtc(last.at)}: ${describeTraffic(last)}`;
    if (now > end + LATE) {
      return fail(
        `${is}; it should have ended at ${formatUtc(end)}`,
        `${command("abort")}; why nothing ended it: docs/runbooks/rollouts.md`,
      );
    }
    return last.status === "paused"
      ? warn(`${is}; it goes back at ${formatUtc(end)}`, `${command("resume")}, or abort`)
      : pass(is);
  }
  const { live, warm } = aliases;
  if (!live || !warm) return pass("none: an alias is missing");
  const others = Object.entries(live.others);
  const finish = [live.version, ...Object.keys(live.others)]
    .map((version) => `npm run ops -- rollback ${environment} ${id} --to ${version}`)
    .join(", or ");
  if (others.length > 0) {
    const shares = others.map(([version, share]) => `${formatPercent(100 * share)} of the requests to ${version}`);
    return fail(`live is on version ${live.version} and sends ${shares.join(", ")}, but no rollout is running`, finish);
  }
  if (live.version !== warm.version)
    return fail(`live is on version ${live.version}, warm on ${warm.version}, and no rollout is running`, finish);
  return pass("none is running");
}
