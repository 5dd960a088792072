import { isWhollyOn } from "../aws/aliases";
import { type DeployedFunction } from "../aws/functions";
import { formatMinutes, formatQuantity, formatUtc } from "../document/formats";
import { type VersionCheck } from "./check-version";
import { type RollbackPlan } from "./plan";
import { type RollbackResult } from "./roll-back";
import { type RollbackSubject } from "./subject";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** What serves, and what it is replaced with. */
export function describeMove({ name }: RollbackSubject, { live, current, target }: RollbackPlan, now: number): string {
  if (isWhollyOn(live, target.version)) return `${name} serves ${describeVersion(target, now)} already.`;
  const served = current ? describeVersion(current, now) : `version ${live.version}`;
  const others = Object.keys(live.others).map((other) => ` and version ${other}`);
  return `${name} serves ${[served, ...others].join("")}; going to ${describeVersion(target, now)}.`;
}

/** Whether the version has answered. */
export function describeCheck({ asked, instances, note }: VersionCheck, { target: { version } }: RollbackPlan): string {
  if (note === undefined) return `${instances} of ${asked} instances of version ${version} answered.`;
  return asked === 0 ? `Version ${version} was not checked: ${note}.` : `Version ${version} starts, but ${note}.`;
}

/** What was moved, and what to do next. */
export function describeResult(
  subject: RollbackSubject,
  { live, warm, target, isNewest }: RollbackPlan,
  { moved, failure }: RollbackResult,
): string[] {
  if (moved.length === 0) return failure === undefined ? [`live and warm are on version ${target.version}.`] : [];
  const follows = subject.hasProvisionedConcurrency && moved.includes("live");
  return [
    ...[live, warm]
      .filter(({ alias }) => moved.includes(alias))
      .map(({ alias, version }) =>
        version === target.version
          ? `Version ${version} gets everything that comes through ${alias} again.`
          : `Moved ${alias} from version ${version} to version ${target.version}.`,
      ),
    ...(follows ? ["Requests follow within minutes, when its provisioned concurrency has moved."] : []),
    ...(isNewest ? [] : [describeNext(subject, target.version)]),
  ];
}

function describeNext({ environment, id, isRolledOut }: RollbackSubject, version: string): string {
  return isRolledOut
    ? `${id} stays on version ${version} until there is a new version: deploying the same code again does not move it.`
    : `The next "npx cdktf deploy ${environment}" moves both aliases forward again: revert or fix the code before anybody deploys.`;
}

/** For scripts. */
export function formatRollbackJson(
  { environment, id, name }: RollbackSubject,
  { live, warm, target }: RollbackPlan,
  { check, moved, failure }: RollbackResult,
): string {
  const { version, changedAt } = target;
  return JSON.stringify({
    ...{ environment, function: id, name, from: { live: live.version, warm: warm.version }, to: version },
    publishedAt: changedAt === undefined ? undefined : new Date(changedAt).toISOString(),
    ...{ check, moved, failure },
  });
}

function describeVersion({ version, changedAt }: DeployedFunction, now: number): string {
  if (changedAt === undefined) return `version ${version}`;
  const minutes = Math.max(0, Math.round((now - changedAt) / MINUTE));
  const age = now - changedAt < 2 * DAY ? formatMinutes(minutes) : formatQuantity((now - changedAt) / DAY, "day");
  return `version ${version} (published ${formatUtc(changedAt)} UTC, ${age} ago)`;
}
