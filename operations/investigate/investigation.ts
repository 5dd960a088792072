import { type Environment } from "../../environments/schema";
import { type WatchedFunction } from "../../model/watched-function";
import { type AlarmFindings, type FunctionAlarm, selectRinging, readFunctionAlarms, addHistory } from "./alarms";
import { priceAroundVersion, findPublication, NEAR, readAround } from "./around-version";
import { readCurrentMutes } from "../alarms/current-mutes";
import { AwsAccess } from "../aws/access";
import { type FoundMuteRule } from "../aws/mute-rules";
import { LATEST_VERSION, readAliases, readReservedConcurrency, readVersions } from "../aws/functions";
import { type ReadingContext } from "../cli/progress";
import { priceReading } from "../aws/metrics";
import { readTraceSegments } from "../aws/traces";
import { listObjectives } from "../../model/objectives";
import { listRolledOutFunctions, type RolledOutFunction } from "../../model/rollouts";
import { type ReadRollouts, readRollouts } from "../rollouts/records";
import { readBudgets } from "../budgets/read-budgets";
import { buildChanges } from "./changes";
import { compare, priceFigures, readFigureValues } from "./comparison";
import { diagnose } from "./diagnoses";
import { type Evidence } from "./evidence";
import { selectQueries, type QueryFindings, readQuery } from "./queries";
import { Reader } from "../aws/part-reader";
import { readSlowest, buildTraces } from "./traces";
import { shiftDaysBack, LONGEST, type Window, buildWindowAround, buildWindowUntil } from "./window";

/** The subject of an investigation. */
export interface InvestigationTask {
  readonly environment: Environment;
  readonly watched: WatchedFunction;
  /** All expected alarms of the function. */
  readonly alarms: readonly FunctionAlarm[];
  /** The one to investigate; undefined for all. */
  readonly chosen: FunctionAlarm | undefined;
  /** How far to look back, in milliseconds; undefined selects the time when the chosen alarm rang, or the last hour. */
  readonly since: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** All findings, and what to do about them. */
export type Investigation = Awaited<ReturnType<typeof investigate>>;

const HOUR = 3_600_000;
const RUNBOOKS = "docs/runbooks";

/**
 * Reads everything that may explain why an alarm rings, and changes nothing. If a part cannot be read, it reports this
 * and continues.
 */
export async function investigate(task: InvestigationTask, { signal, wait, onStep }: ReadingContext) {
  const { environment, watched, chosen, since, now } = task;
  const { name } = watched;
  const aws = new AwsAccess(environment.region, signal);
  const reader = new Reader(signal, onStep);
  const last = buildWindowUntil(now, since ?? HOUR);

  const states = await reader.read("alarms", () => readFunctionAlarms(aws, watched, task.alarms));
  const lookedBack = chosen && since === undefined ? buildWindowUntil(now, LONGEST) : last;
  const alarms =
    (states && (await reader.read("alarms' history", () => addHistory(aws, states, lookedBack)))) ?? states;
  const chosenAlarm = alarms?.find((one) => one.name === chosen?.name);
  const ringing = since === undefined && chosenAlarm ? findRingWindow(chosenAlarm, now) : undefined;
  const window = ringing ?? last;
  const mutes = await reader.read("mutes", () => readActiveMutes(aws, environment, task.alarms));
  const rang = selectRinging(window, alarms ?? [], chosen?.key);

  const aliases = await reader.read("aliases", () => readAliases(aws, name));
  const configurations = await reader.read("versions", () => readVersions(aws, name));
  const reservedConcurrency = await reader.read("reserved concurrency", () => readReservedConcurrency(aws, name));
  const served = watched.deployedHere ? aliases?.["live"]?.version : LATEST_VERSION;
  const changes = configurations && buildChanges(configurations, served);
  const rolledOut = listRolledOutFunctions(environment).find(({ id }) => id === watched.id);
  const found = rolledOut && (await reader.read("rollouts", () => readNear(aws, environment, rolledOut, window, wait)));

  const keys = chosen ? [chosen.key] : rang.map(({ key }) => key);
  const queries: QueryFindings[] = [];
  for (const key of selectQueries(keys, watched)) {
    const subject = { environment: environment.name, watched };
    const answer = await reader.read(`query ${key}`, () => readQuery(aws, key, subject, window, wait));
    if (answer) queries.push(answer);
  }

  const figures = (what: string, of: Window | undefined) =>
    of && reader.read(`figures of ${what}`, () => readFigureValues(aws, watched, of));
  const values = await figures("this time", window);
  const yesterday = values && (await figures("yesterday", shiftDaysBack(window, 1)));
  const lastWeek = values && (await figures("last week", shiftDaysBack(window, 7)));
  const at = findPublication(changes?.current, window);
  const around =
    at === undefined
      ? undefined
      : await reader.read("figures around the deployment", () =>
          readAround(aws, watched, changes?.current?.version ?? "", at, last.to),
        );

  const budgets =
    listObjectives(watched).length > 0
      ? await reader.read("error budgets", () => readBudgets(aws, [watched], now))
      : undefined;

  const slowest = await reader.read("traces", () => readSlowest(aws, name, window, values?.p50));
  const ids = slowest?.map(({ id }) => id) ?? [];
  const segments = ids.length > 0 ? await reader.read("traces' parts", () => readTraceSegments(aws, ids)) : undefined;

  const evidence: Evidence = {
    environment: environment.name,
    watched,
    window,
    rang,
    changes,
    aliases,
    reservedConcurrency,
    around,
    comparison: values && compare(watched, values, yesterday, lastWeek),
    rollouts: found?.rollouts.filter(({ functionName }) => functionName === name) ?? [],
    queries,
    traces: slowest && buildTraces(name, slowest, segments),
  };
  const readings = [values, yesterday, lastWeek].filter((one) => one !== undefined).length;
  return {
    ...evidence,
    /** Every existing alarm of the function; undefined if they could not be read. */
    alarms,
    /** What is muted of them now; undefined if that could not be read. */
    mutes,
    /** Undefined without objectives, or if they could not be read. */
    budgets: budgets?.budgets,
    /** Why the chosen alarm was not investigated; undefined if it was. */
    note: chosen && alarms && describeMissingAlarm(chosen, chosenAlarm, since === undefined && !ringing),
    diagnoses: diagnose(evidence, environment.runbooksUrl ?? RUNBOOKS),
    unread: reader.unread,
    /** Whether anything could be read. */
    hasRead: reader.hasRead,
    /** Cost of reading about rollouts. */
    rolloutsDollars: found?.dollars ?? 0,
    /** Cost of reading metrics, without queries. */
    metricsDollars:
      readings * priceFigures(watched) +
      (around ? priceAroundVersion(watched) : 0) +
      priceReading(budgets?.metricsRead ?? 0),
  };
}

/** Rollouts during a time range, and those that brought a version which may matter in it. */
function readNear(
  aws: AwsAccess,
  environment: Environment,
  { plan }: RolledOutFunction,
  { from, to }: Window,
  wait: ReadingContext["wait"],
): Promise<ReadRollouts> {
  const before = Math.max(NEAR, plan.maximumSeconds * 1000);
  return readRollouts(aws, environment, { from: from - before, to }, wait);
}

/** The rules that mute alarms of the function now, with only these alarms. */
async function readActiveMutes(
  aws: AwsAccess,
  environment: Environment,
  alarms: readonly FunctionAlarm[],
): Promise<FoundMuteRule[]> {
  const names = new Set(alarms.map(({ name }) => name));
  const rules = await readCurrentMutes(aws, environment);
  return rules
    .map((rule) => ({ ...rule, alarms: rule.alarms.filter((alarm) => names.has(alarm)) }))
    .filter((rule) => rule.isActive && rule.alarms.length > 0);
}

/** The last time that an alarm rang; undefined if the beginning is unknown. */
function findRingWindow({ rings }: AlarmFindings, now: number): Window | undefined {
  const ring = rings.at(-1);
  const began = ring?.badSince ?? ring?.rangAt;
  return began === undefined ? undefined : buildWindowAround(began, ring?.endedAt ?? now);
}

function describeMissingAlarm(
  { name }: FunctionAlarm,
  found: AlarmFindings | undefined,
  isLastHour: boolean,
): string | undefined {
  if (!found) return `there is no alarm ${name} in AWS: is everything deployed?`;
  return isLastHour
    ? `${name} is not known to have started ringing in the last 7 days: this is the last hour`
    : undefined;
}
