import { toOneLine } from "../../performance/foreign-text";
import { type MinuteFigures, type RolloutState } from "../../rollout/contract";
import { decide, type Decision } from "../../rollout/decide";
import { summarizeFigures } from "../../rollout/figures";
import { judge } from "../../rollout/judge";
import { sleepUntil } from "../warmer/time-limit";
import {
  type AliasReading,
  type AliasSetting,
  describeRollBack,
  isNotFound,
  isWhole,
  moveRouting,
  readRouting,
  routePartly,
  routesAlike,
  routeWholly,
  toPercent,
} from "./alias";
import { type AwsClients } from "./clients";
import { readMinutes, readReference } from "./read-figures";
import { describeProblem, writeProblem, writeRecord, writeShare } from "./rollout-record";
import { type Command, LeaseLost, type RolloutTable, type TakenRollout } from "./rollout-table";
import { readRinging, readThrottles } from "./signals";
import { thinMinutes } from "./thin-minutes";
import { correctTimes, type RolloutEnding, findPercent, isActive, type TrackedRollout } from "./tracked-rollout";
import { warmVersion } from "./warm-up";

/** What a rollout is driven with. */
export interface Driver {
  readonly clients: AwsClients;
  readonly table: RolloutTable;
  /** Tells this invocation from others. */
  readonly owner: string;
}

const WARM_EVERY_MILLISECONDS = 5 * 60_000;
const TELL_WAIT_EVERY_MILLISECONDS = 5 * 60_000;

/** An alias that looks changed by somebody else is read again: the first answer may be old. */
const READ_AGAIN_MILLISECONDS = 2000;

/** An alias that cannot be moved for so long after the rollout's time is over is given up. */
const GIVE_UP_MILLISECONDS = 24 * 3_600_000;

const LONGEST_REASON = 1000;

/** What Lambda refuses for good: versions that cannot share an alias, for example. */
const REFUSALS = new Set(["InvalidParameterValueException", "ValidationException", "ResourceNotFoundException"]);

/**
 * Does for a rollout what is due: obeys a command, puts the alias right, judges the new version, and moves on or back.
 *
 * Before the alias is moved, it is written down where to. So if this invocation ends at any point, the next poll finds
 * either that the alias has been moved, or that it is as before and must be moved.
 *
 * @returns the rollout as it was saved
 * @throws Error if DynamoDB does not answer, or somebody else drives; the next poll starts from what is saved
 */
export async function pollRollout({ rollout, command }: TakenRollout, driver: Driver): Promise<TrackedRollout> {
  const poll = new Poll(correctTimes(rollout, Date.now()), driver);
  await poll.run(command);
  return poll.rollout;
}

/** What was read of both versions. */
interface Signals {
  readonly minutes: readonly MinuteFigures[];
  readonly throttles: Parameters<typeof judge>[0]["throttles"];
  readonly ringing: readonly string[];
}

const NO_SIGNALS: Signals = { minutes: [], throttles: undefined, ringing: [] };

class Poll {
  constructor(
    public rollout: TrackedRollout,
    private readonly driver: Driver,
  ) {}

  async run(command: Command | undefined): Promise<void> {
    if (command && !this.rollout.ending) await this.obey(command);
    const problem = await this.settle();
    if (!isActive(this.rollout.state)) return;
    if (this.rollout.ending) {
      await this.giveUpIfLate(problem);
      return;
    }
    if (problem !== undefined) await this.decideWithoutFigures();
    else if (!this.rollout.isPrepared) await this.prepareUnlessPaused();
    else await this.judgeAndDecide();
    if (isActive(this.rollout.state)) writeShare(this.rollout);
  }

  private async obey(command: Command): Promise<void> {
    const { state } = this.rollout;
    if (command.kind === "abort" || command.kind === "supersede") {
      const status = command.kind === "abort" ? "aborted" : "superseded";
      await this.beginEnding({ status, reason: command.reason, findings: [] }, command);
      return;
    }
    const status = command.kind === "pause" ? "paused" : "running";
    await this.save({ state: { ...state, status, reason: command.reason } }, command);
    writeRecord(this.rollout, command.kind);
  }

  /**
   * Brings alias `live` to where it is wanted, and ends a rollout that is to end.
   *
   * @returns why that did not work; undefined if it did
   */
  private async settle(): Promise<string | undefined> {
    try {
      return await this.tryToSettle();
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      writeProblem(this.rollout.state.functionName, error);
      return describeProblem(error);
    }
  }

  private async tryToSettle(): Promise<string | undefined> {
    const alias = await this.readLive();
    if (!alias) {
      await this.finish({ status: "superseded", reason: "The function or its alias live no longer exists." });
      return undefined;
    }
    const { wanted, known, ending, state } = this.rollout;
    if (!routesAlike(alias, wanted) && !routesAlike(alias, known)) {
      const reason = `Alias live was changed by somebody else, and stays as it is.${ending ? ` ${ending.reason}` : ""}`;
      await this.finish({ status: "superseded", reason }, alias);
      return undefined;
    }
    const description = this.describeLive(alias);
    if (!routesAlike(alias, wanted) || (description !== undefined && description !== alias.description)) {
      const change = { functionName: state.functionName, aliasName: "live", setting: wanted, description };
      try {
        await moveRouting(this.driver.clients, change, alias);
      } catch (error) {
        return await this.handleRefusal(error);
      }
    }
    if (ending) await this.finish(ending);
    else if (!routesAlike(known, wanted)) {
      const moved = { known: wanted, state: { ...state, stepStartedAt: Date.now() } };
      writeRecord({ ...this.rollout, ...moved }, "step");
      await this.save(moved);
    }
    return undefined;
  }

  /** Alias `live`; what is unexpected is read twice. */
  private async readLive(): Promise<AliasReading | undefined> {
    const { state, wanted, known } = this.rollout;
    const read = () => readRouting(this.driver.clients, state.functionName, "live");
    const alias = await read();
    if (alias && (routesAlike(alias, wanted) || routesAlike(alias, known))) return alias;
    await sleepUntil(Date.now() + READ_AGAIN_MILLISECONDS);
    return read();
  }

  private describeLive({ description }: AliasReading): string | undefined {
    const { ending, state } = this.rollout;
    if (ending?.status !== "rolled_back" && ending?.status !== "aborted") return undefined;
    return describeRollBack(description, state.to, ending.at, ending.reason);
  }

  /** What to do if Lambda does not move the alias: try again later, unless it never will. */
  private async handleRefusal(error: unknown): Promise<string | undefined> {
    const { state, ending, wanted, known } = this.rollout;
    const { from, to } = state;
    if (!REFUSALS.has((error as Error).name)) throw error;
    if (!ending) {
      await this.beginEnding({
        status: "rolled_back",
        reason: `Lambda does not move the alias: ${describeProblem(error)}.`,
        findings: [],
      });
      return this.settle();
    }
    if (!isNotFound(error)) throw error;
    // The alias was there a moment ago, so it is the version that no longer exists.
    if (wanted.version === from) {
      const reason = `Version ${from} no longer exists, so version ${to} serves all requests. ${ending.reason}`;
      await this.save({ wanted: routeWholly(to), ending: { ...ending, status: "superseded", reason } });
      return this.settle();
    }
    await this.finish({ status: "superseded", reason: `Neither version exists any more. ${ending.reason}` }, known);
    return undefined;
  }

  private async giveUpIfLate(problem: string | undefined): Promise<void> {
    const { state, ending, known } = this.rollout;
    const isLate = Date.now() > state.startedAt + 1000 * state.plan.maximumSeconds + GIVE_UP_MILLISECONDS;
    if (!isLate || !ending) return;
    const reason = `Alias live could not be moved for a day (${problem ?? "unknown"}), and stays as it is.`;
    await this.finish({ status: "superseded", reason: `${reason} ${ending.reason}` }, known);
  }

  /** Reads and warms what the first step needs, and makes it. */
  private async prepareUnlessPaused(): Promise<void> {
    const { state } = this.rollout;
    const { functionName, subject, plan } = state;
    if (state.status === "paused") {
      await this.carryOut(decide(state, undefined, undefined, Date.now()), NO_SIGNALS);
      return;
    }
    let ringing: readonly string[] = [];
    try {
      if (plan.judgedBy.includes("alarms")) ringing = await readRinging(this.driver.clients, subject.alarms);
    } catch (error) {
      writeProblem(functionName, error);
      await this.decideWithoutFigures();
      return;
    }
    const reference = await readReference(this.driver.clients, subject, state.from, Date.now()).catch(
      (error: unknown) => {
        writeProblem(functionName, error);
        return undefined;
      },
    );
    await this.save({
      ...(reference && { reference }),
      unreadableSince: undefined,
      state: { ...state, ringingBefore: ringing },
    });
    const decision = { kind: "step", step: 0, reason: "The new version gets its first requests." } as const;
    await this.carryOut(decision, NO_SIGNALS);
  }

  private async judgeAndDecide(): Promise<void> {
    let signals: Signals;
    try {
      signals = await this.readSignals();
    } catch (error) {
      writeProblem(this.rollout.state.functionName, error);
      await this.decideWithoutFigures();
      return;
    }
    const isDue = Date.now() >= (this.rollout.warmedAt ?? 0) + WARM_EVERY_MILLISECONDS;
    const failedPings = isDue ? await this.warm(findPercent(this.rollout.state)) : undefined;
    await this.carryOut(this.decideWith(signals, failedPings), signals);
  }

  private async readSignals(): Promise<Signals> {
    const { clients } = this.driver;
    const { state, minutes: known, figuresUntil } = this.rollout;
    const { functionName, subject, plan, from, to, startedAt } = state;
    const [read, throttles, ringing] = await Promise.all([
      readMinutes(clients, subject, [from, to], figuresUntil, startedAt),
      plan.judgedBy.includes("throttles") ? readThrottles(clients, functionName, startedAt, Date.now()) : undefined,
      plan.judgedBy.includes("alarms") ? readRinging(clients, subject.alarms) : [],
    ]);
    const again = new Set(read.minutes.map(({ minute }) => minute));
    const minutes = [...known.filter(({ minute }) => !again.has(minute)), ...read.minutes];
    this.rollout = {
      ...this.rollout,
      minutes: thinMinutes(
        minutes.filter(({ minute }) => minute < read.finalUntil),
        state.shares,
      ),
      figuresUntil: read.finalUntil,
      unreadableSince: undefined,
      figures: { old: summarizeFigures(minutes, from), new: summarizeFigures(minutes, to) },
    };
    return { minutes, throttles, ringing };
  }

  private decideWith({ minutes, throttles, ringing }: Signals, failedPings: string | undefined): Decision {
    const { state, reference } = this.rollout;
    const now = Date.now();
    const judgement = judge({
      state,
      minutes,
      reference,
      throttles,
      ringing,
      ...(failedPings !== undefined && { failedPings }),
      now,
    });
    return decide(state, judgement, undefined, now);
  }

  private async decideWithoutFigures(): Promise<void> {
    const now = Date.now();
    const unreadableSince = this.rollout.unreadableSince ?? now;
    this.rollout = { ...this.rollout, unreadableSince };
    const decision = decide(this.rollout.state, undefined, unreadableSince, now);
    await this.carryOut(decision, NO_SIGNALS);
  }

  private async carryOut(decision: Decision, signals: Signals): Promise<void> {
    const { state } = this.rollout;
    if (decision.kind === "goBack") {
      await this.beginEnding(decision);
      await this.settle();
    } else if (decision.kind === "complete") {
      await this.beginEnding({ status: "completed", reason: decision.reason, findings: [] });
      await this.settle();
    } else if (decision.kind === "step") await this.step(decision, signals);
    else {
      await this.save({ state: { ...state, reason: decision.reason } });
      await this.tellWait();
    }
  }

  /** Warms for a step, and makes it if that works. */
  private async step({ step, reason }: Extract<Decision, { kind: "step" }>, signals: Signals): Promise<void> {
    const { plan, from, to } = this.rollout.state;
    const percent = plan.percents[step] ?? 100;
    const failedPings = await this.warm(percent);
    if (failedPings !== undefined) {
      const decision = this.decideWith(signals, failedPings);
      if (decision.kind === "goBack") {
        await this.carryOut(decision, signals);
        return;
      }
    }
    const now = Date.now();
    const { state } = this.rollout;
    await this.save({
      isPrepared: true,
      wanted: routePartly(from, to, percent),
      state: {
        ...state,
        step,
        stepStartedAt: now,
        shares: [...state.shares, { percent, since: now }],
        reason: toOneLine(reason, LONGEST_REASON),
      },
    });
    await this.settle();
  }

  /** @returns why the new version's instances cannot be warmed */
  private async warm(percent: number): Promise<string | undefined> {
    const { subject, to } = this.rollout.state;
    if (!subject.warming) return undefined;
    const failure = await warmVersion(this.driver.clients, subject.warming, to, percent);
    this.rollout = { ...this.rollout, warmedAt: Date.now() };
    return failure;
  }

  private async tellWait(): Promise<void> {
    const { state, toldWaitAt = 0 } = this.rollout;
    const { plan, step, stepStartedAt } = state;
    const now = Date.now();
    const isWaiting = step < plan.percents.length - 1 && now >= stepStartedAt + 1000 * plan.stepSeconds;
    if (!isWaiting || state.status === "paused" || now < toldWaitAt + TELL_WAIT_EVERY_MILLISECONDS) return;
    await this.save({ toldWaitAt: now });
    writeRecord(this.rollout, "wait");
  }

  /** Writes down that the rollout ends, and where the alias has to be then. */
  private async beginEnding(ending: Omit<RolloutEnding, "at">, obeyed?: Command): Promise<void> {
    const { state } = this.rollout;
    const now = Date.now();
    const isCompleted = ending.status === "completed";
    const reason = toOneLine(ending.reason, LONGEST_REASON);
    await this.save(
      {
        wanted: routeWholly(isCompleted ? state.to : state.from),
        ending: { status: ending.status, findings: ending.findings, reason, at: now },
        state: {
          ...state,
          reason,
          findings: ending.findings,
          ...(!isCompleted && { shares: [...state.shares, { percent: 0, since: now }] }),
        },
      },
      obeyed,
    );
  }

  /**
   * Ends the rollout.
   *
   * @param stays where alias `live` is and remains
   */
  private async finish(
    ending: Pick<RolloutEnding, "status" | "reason"> & Partial<RolloutEnding>,
    stays: AliasSetting = this.rollout.wanted,
  ): Promise<void> {
    const { state } = this.rollout;
    const percent = stays.version === state.to && isWhole(stays) ? 100 : toPercent(stays.weights[state.to] ?? 0);
    if (percent === 100) await this.moveWarm();
    const ended: RolloutState = {
      ...state,
      status: ending.status,
      endedAt: Date.now(),
      reason: toOneLine(ending.reason, LONGEST_REASON),
      findings: ending.findings ?? state.findings,
      shares: findPercent(state) === percent ? state.shares : [...state.shares, { percent, since: Date.now() }],
    };
    const known = { version: stays.version, weights: stays.weights };
    const rollout = { ...this.rollout, known, state: ended };
    // If this invocation ends in between, it is told twice rather than never.
    writeRecord(rollout, "end");
    await this.driver.table.save(rollout, this.driver.owner);
    this.rollout = rollout;
  }

  /** Pings go to the version that serves. A function without pings has no alias for them. */
  private async moveWarm(): Promise<void> {
    const { functionName, to } = this.rollout.state;
    const warm = await readRouting(this.driver.clients, functionName, "warm");
    const setting = routeWholly(to);
    if (!warm || routesAlike(warm, setting)) return;
    await moveRouting(this.driver.clients, { functionName, aliasName: "warm", setting }, warm);
  }

  private async save(changes: Partial<TrackedRollout>, obeyed?: Command): Promise<void> {
    const changed = { ...this.rollout, ...changes };
    await this.driver.table.save(changed, this.driver.owner, obeyed);
    this.rollout = changed;
  }
}
