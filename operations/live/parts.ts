import { isFinishedFunction } from "../../environments/names";
import { type LocalEnvironment } from "../../local/local-environment";
import { formatProblem } from "../../local/view/texts";
import { type RecentHistory } from "./history";
import { type FunctionRow, type Instance, type LiveParts } from "./messages";

/** More than a page shows at a time. */
const SHOWN_REQUESTS = 60;

const WARM_ALIAS = "warm";

/** Everything that the page shows but its dashboard. */
export function buildParts(environment: LocalEnvironment, history: RecentHistory, speed: number): LiveParts {
  const { name, notes, dashboards, offers, functions, alarms, faults, problem, rollouts } = environment;
  const { alarms: states } = environment.snapshot();
  const now = environment.now();
  return {
    clock: { now, speed },
    facts: {
      ...{ name, notes, offers },
      dashboards: dashboards.map((dashboard) => dashboard.name),
      functions: functions.map(({ id, url }) => ({ id, ...(url !== undefined && { url }) })),
      alarmTexts: Object.fromEntries(alarms.map((alarm) => [alarm.name, alarm.text])),
    },
    problem: problem ? formatProblem(problem) : [],
    functions: listFunctions(environment),
    instances: environment.listInstances().filter(isOfUser).map(describeInstance),
    rollouts,
    alarms: states.map(({ name: alarm, state }) => ({ name: alarm, state, changes: history.listChanges(alarm) })),
    requests: history.listRequests(SHOWN_REQUESTS),
    rounds: history.rounds,
    events: history.events,
    faults: Object.fromEntries(faults),
    measured: history.invocations + Math.floor(now / 60_000),
  };
}

function listFunctions(environment: LocalEnvironment): FunctionRow[] {
  const recent = environment.recentTraffic().filter(({ id }) => !isFinishedFunction(id));
  return recent.map(({ id, requestsPerSecond, errors, throttles, milliseconds }) => ({
    ...{ id, requestsPerSecond: Number(requestsPerSecond.toFixed(1)), errors, throttles },
    ...(milliseconds && { p50: Number(milliseconds.p50.toFixed(1)), p99: Number(milliseconds.p99.toFixed(1)) }),
  }));
}

function isOfUser({ functionId }: { readonly functionId: string }): boolean {
  return !isFinishedFunction(functionId);
}

function describeInstance(instance: ReturnType<LocalEnvironment["listInstances"]>[number]): Instance {
  const { id, functionId, version, isBusy, isStarting, qualifier, answered } = instance;
  const { [WARM_ALIAS]: pings = 0, ...others } = answered;
  return {
    ...{ id, functionId, version, pings },
    state: isStarting ? "starting" : isBusy ? "busy" : "frozen",
    isPinged: qualifier === WARM_ALIAS,
    requests: Object.values(others).reduce((sum, count) => sum + count, 0),
  };
}
