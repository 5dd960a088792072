import { randomUUID } from "node:crypto";
import { type RolloutStatus, type StartAnswer, type StartRequest } from "../../rollout/contract";
import { summarizeFigures } from "../../rollout/figures";
import { type AliasReading, isWhole, moveRouting, readRouting, routeWholly, toPercent } from "./alias";
import { driveRollout } from "./drive";
import { reportFailure } from "./failure-report";
import { type Driver } from "./poll";
import { writeRecord } from "./rollout-record";
import { findPercent, isActive, type TrackedRollout } from "./tracked-rollout";

/** So long after a run has ended, a client may repeat a request whose connection was lost. */
const LONGEST_REPEAT_MILLISECONDS = 15 * 60_000;

/** How a rollout has ended whose version lost its requests to a person. */
const MOVED_BY_HAND: readonly RolloutStatus[] = ["completed", "superseded"];

/**
 * Moves traffic to a version, and waits for the end of that for as long as it may.
 *
 * @param endsAt when to answer at the latest, in milliseconds since 1970
 * @throws Error with a paragraph for people if the version does not get its traffic
 */
export async function startRollout(request: StartRequest, driver: Driver, endsAt: number): Promise<StartAnswer> {
  const { subject, version } = request;
  const { functionName } = subject;
  const { table, clients } = driver;
  for (;;) {
    const last = (await table.read(functionName))?.rollout;
    if (last && isActive(last.state)) {
      if (last.state.to === version) return follow(functionName, driver, endsAt);
      await supersede(last, version, driver, endsAt);
      continue;
    }
    const alias = await readRouting(clients, functionName, "live");
    if (!alias) throw new Error(`expected alias live of ${functionName}, which does not exist`);
    if (alias.version === version) return completeAtOnce(request, alias, driver);
    if (last && isSameAttempt(last, request)) {
      if (Date.now() - (last.state.endedAt ?? 0) < LONGEST_REPEAT_MILLISECONDS) return conclude(last, driver);
      if (MOVED_BY_HAND.includes(last.state.status)) return leaveAlone(last, alias);
    }
    const rollout = makeRollout(request, alias);
    if (!(await table.begin(rollout, driver.owner))) {
      // Somebody else may have begun one meanwhile.
      if (await table.read(functionName)) continue;
      throw new Error(`the item of ${functionName} in the table of rollouts is none: delete it, and deploy again`);
    }
    writeRecord(rollout, "begin");
    return follow(functionName, driver, endsAt);
  }
}

async function follow(functionName: string, driver: Driver, endsAt: number): Promise<StartAnswer> {
  const rollout = await driveRollout(functionName, driver, { endsAt, watches: true });
  if (!rollout) throw new Error(`the rollout of ${functionName} is no longer known: its item in the table is gone`);
  return conclude(rollout, driver);
}

async function conclude(rollout: TrackedRollout, driver: Driver): Promise<StartAnswer> {
  const { state, known } = rollout;
  const isServed = state.status === "completed" || (known.version === state.to && isWhole(known));
  if (!isActive(state) && !isServed) throw new Error(await reportFailure(driver.clients, rollout));
  return formatAnswer(rollout);
}

function isSameAttempt({ state, attempt }: TrackedRollout, request: StartRequest): boolean {
  return state.to === request.version && attempt !== undefined && attempt === request.attempt;
}

/** Whoever has taken the version's requests away does not get it back with changed settings. */
function leaveAlone({ state, figures }: TrackedRollout, alias: AliasReading): StartAnswer {
  const { functionName, from, to } = state;
  const reason = `Alias live was moved to version ${alias.version} by hand, and stays there until there is a new version.`;
  const percent = toPercent(alias.weights[to] ?? 0);
  const summary = `Version ${to} of ${functionName} does not serve all requests. ${reason}`;
  return { status: "superseded", from, to, percent, reason, figures, summary };
}

/** Ends the rollout of another version, which goes back. */
async function supersede(running: TrackedRollout, version: string, driver: Driver, endsAt: number): Promise<void> {
  const { functionName, to } = running.state;
  const reason = `A rollout of version ${version} was started.`;
  await driver.table.leave(functionName, { kind: "supersede", reason });
  const ended = await driveRollout(functionName, driver, { endsAt, watches: true });
  if (ended && isActive(ended.state)) {
    throw new Error(
      `the rollout of version ${to} of ${functionName} has not ended in time; start that of version ${version} again`,
    );
  }
}

/** The alias is on the version already; at most, other versions' shares are taken away. */
async function completeAtOnce(request: StartRequest, alias: AliasReading, { clients }: Driver): Promise<StartAnswer> {
  const { subject, version } = request;
  const { functionName } = subject;
  if (!isWhole(alias)) {
    await moveRouting(clients, { functionName, aliasName: "live", setting: routeWholly(version) }, alias);
  }
  const none = summarizeFigures([], version);
  return {
    status: "completed",
    from: version,
    to: version,
    percent: 100,
    reason: "It serves all requests already.",
    figures: { old: none, new: none },
    summary: `Version ${version} of ${functionName} serves all requests already.`,
  };
}

function makeRollout({ subject, plan, version, attempt }: StartRequest, alias: AliasReading): TrackedRollout {
  const now = Date.now();
  const setting = { version: alias.version, weights: alias.weights };
  return {
    state: {
      functionName: subject.functionName,
      rolloutId: randomUUID(),
      from: alias.version,
      to: version,
      subject,
      plan,
      status: "running",
      step: 0,
      startedAt: now,
      stepStartedAt: now,
      shares: [],
      reason: "It begins.",
      findings: [],
      ringingBefore: [],
    },
    ...(attempt !== undefined && { attempt }),
    wanted: setting,
    known: setting,
    isPrepared: false,
    minutes: [],
    figuresUntil: now,
    figures: { old: summarizeFigures([], alias.version), new: summarizeFigures([], version) },
  };
}

function formatAnswer({ state, figures }: TrackedRollout): StartAnswer {
  const { status, from, to, reason, startedAt, plan, functionName } = state;
  const percent = findPercent(state);
  const latest = new Date(startedAt + 1000 * plan.maximumSeconds).toISOString().slice(0, 16).replace("T", " ");
  const summary = isActive(state)
    ? `Version ${to} of ${functionName} gets ${percent} % of the requests, and its rollout goes on by itself ` +
      `until ${latest} UTC at the latest.`
    : `Version ${to} of ${functionName} serves all requests. ${reason}`;
  return { status, from, to, percent, reason, figures, summary };
}
