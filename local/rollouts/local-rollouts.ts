import { findNewFailures, type NewFailures } from "../../model/failures";
import { type RolloutRecord } from "../../rollout/contract";
import { type Clock } from "../clock";
import { type TimeWindow } from "../cloudwatch/metric-data";
import { type InsightsRecord } from "../cloudwatch/insights/query";
import { type ReportEvent } from "../events";
import { hash } from "../hash";
import { type Running, RunningItems } from "../running-items";
import { parseSchedule } from "../schedule/schedule-expression";
import { type RolloutSnapshot } from "../snapshot";
import { type ScheduledInvocation, type StackRollouts } from "../stack/local-stack";
import { parseRolloutRecord } from "./rollout-record";
import { scalePlan } from "./scale-plan";

/** What rollouts need from their environment. Functions are told by their names in AWS. */
export interface RolloutHandlers {
  /** Invokes the controller, and waits for its answer. */
  readonly invoke: (functionName: string, input: unknown) => Promise<unknown>;
  /** The description of the alias that moves. */
  readonly describeLive: (functionName: string) => string;
  readonly findId: (functionName: string) => string;
  readonly queryLogs: (logGroups: readonly string[], query: string, window: TimeWindow) => readonly InsightsRecord[];
  readonly tell: ReportEvent;
  /** A rollout of a version has ended. */
  readonly onEnd: (functionName: string, version: string) => void;
}

/** One function, and the versions that get its requests step by step. */
interface RolledOut {
  start: StackRollouts["starts"][number];
  /** The version whose rollout was asked for, but has not begun. */
  starting?: string | undefined;
  /** The version that comes after that. */
  wanted?: string | undefined;
  /** The last rollout that has begun. */
  rolloutId?: string;
  snapshot?: RolloutSnapshot;
}

const NO_FAILURES: NewFailures = { categories: [] };

/**
 * Lets the rollout controller move requests to new versions, as it does in AWS: invoked at each publication, and by its
 * schedule. What it does is read from its log.
 */
export class LocalRollouts {
  /** By their names in AWS. */
  private functions: ReadonlyMap<string, RolledOut> = new Map();
  /** Why versions have lost their requests. */
  private readonly losses = new Set<string>();
  private readonly ticks = new RunningItems((tick: ScheduledInvocation) => this.prepareTick(tick));

  constructor(
    private readonly clock: Clock,
    private readonly handlers: RolloutHandlers,
  ) {}

  /** The last rollout of each function that has had one. */
  get snapshots(): readonly RolloutSnapshot[] {
    return [...this.functions.values()].flatMap(({ snapshot }) => snapshot ?? []);
  }

  /** What is different here, one line each. */
  get notes(): readonly string[] {
    const { speed } = this.clock;
    if (speed === 1 || this.functions.size === 0) return [];
    return [
      `rollouts: steps are ${speed} times shorter here, but requests come no faster, so fewer judge a new version`,
    ];
  }

  /**
   * Prepares what another stack has. Rollouts that go on keep the plan that they began with.
   *
   * @returns what lets it take over
   * @throws LocalEnvironmentError for a schedule that is not supported here
   */
  prepare({ starts, ticks }: StackRollouts): () => void {
    const takeOverTicks = this.ticks.prepareAll(ticks);
    return () => {
      takeOverTicks();
      this.functions = new Map(
        starts.map((start) => {
          const { functionName } = start.input.subject;
          const rolledOut: RolledOut = this.functions.get(functionName) ?? { start };
          rolledOut.start = start;
          return [functionName, rolledOut];
        }),
      );
    };
  }

  /**
   * Lets a version that was published get a function's requests step by step, instead of an earlier one.
   *
   * @returns false for a function that gets new versions at once
   */
  begin(functionName: string, version: string): boolean {
    const rolledOut = this.functions.get(functionName);
    if (!rolledOut) return false;
    rolledOut.wanted = version;
    this.startWanted(functionName, rolledOut);
    return true;
  }

  /** Takes a line of the controller's log. */
  takeLine(line: string): void {
    const record = parseRolloutRecord(line);
    const rolledOut = record && this.functions.get(record.functionName);
    if (!rolledOut) return;
    const before = record.rolloutId === rolledOut.rolloutId ? rolledOut.snapshot : undefined;
    if (before && isSaidAgain(record, before)) return;
    rolledOut.rolloutId = record.rolloutId;
    rolledOut.snapshot = this.buildSnapshot(record, rolledOut, before);
    void this.tell(record, rolledOut, rolledOut.snapshot);
    if (record.event === "end") {
      if (record.status !== "completed") this.losses.add(record.reason);
      this.handlers.onEnd(record.functionName, record.to);
    }
    this.settleStart(record.functionName, rolledOut, record.to);
  }

  /** Whether a failure of the controller says what is known already: that a version has lost its requests. */
  tellsKnown(errorMessage: string): boolean {
    return [...this.losses].some((reason) => errorMessage.includes(reason));
  }

  /**
   * Only one start at a time waits for the end of a rollout. Otherwise, of two that wait, the older version might come
   * last.
   */
  private startWanted(functionName: string, rolledOut: RolledOut): void {
    const { start, wanted, starting } = rolledOut;
    if (wanted === undefined || starting !== undefined) return;
    rolledOut.starting = wanted;
    rolledOut.wanted = undefined;
    const plan = scalePlan(start.input.plan, this.clock.speed);
    const attempt = hash("sha256", this.handlers.describeLive(functionName));
    this.invoke(start.functionName, { ...start.input, plan, version: wanted, attempt }, () => {
      this.settleStart(functionName, rolledOut, wanted);
    });
  }

  /** A rollout has begun, or its start has failed. */
  private settleStart(functionName: string, rolledOut: RolledOut, version: string): void {
    if (rolledOut.starting !== version) return;
    rolledOut.starting = undefined;
    this.startWanted(functionName, rolledOut);
  }

  private prepareTick({ functionName, expression, timezone, input }: ScheduledInvocation): () => Running {
    const next = parseSchedule(expression, timezone, this.clock.now());
    const invoke = () => {
      this.invoke(functionName, input);
    };
    return () => ({ stop: this.clock.repeat(next, invoke) });
  }

  /** The environment tells of the controller's failures. What cannot be invoked, because it ends, does not matter. */
  private invoke(functionName: string, input: unknown, then: () => void = () => undefined): void {
    this.handlers.invoke(functionName, input).then(then, then);
  }

  private buildSnapshot(record: RolloutRecord, { start }: RolledOut, before?: RolloutSnapshot): RolloutSnapshot {
    const { functionName, from, to, status, percent, reason, findings, figures, event } = record;
    const now = this.clock.now();
    const { startedAt = now, shares = [], plan = start.input.plan } = before ?? {};
    const isMoved = percent !== (shares.at(-1)?.percent ?? 0);
    return {
      id: this.handlers.findId(functionName),
      ...{ from, to, status, percent, reason, findings, figures, startedAt, saidAt: now, plan },
      shares: isMoved ? [...shares, { percent, since: now }] : shares,
      newFailures: NO_FAILURES,
      ...(event === "end" && { endedAt: now }),
    };
  }

  /** Tells what has happened, and how requests to a version failed that has gone back. */
  private async tell(
    { event, from, to }: RolloutRecord,
    rolledOut: RolledOut,
    snapshot: RolloutSnapshot,
  ): Promise<void> {
    const at = this.clock.now();
    if (snapshot.status === "rolled_back") {
      const { logGroup } = rolledOut.start.input.subject;
      const window = { from: snapshot.startedAt, to: at };
      const ask = (query: string) => this.handlers.queryLogs([logGroup], query, window);
      const newFailures = await findNewFailures(ask, from, to);
      rolledOut.snapshot = { ...snapshot, newFailures };
    }
    this.handlers.tell({ kind: "rollout", at, event, ...(rolledOut.snapshot ?? snapshot) });
  }
}

/** A controller that was killed before it had written down what it did does and says it once more. */
function isSaidAgain({ event, percent }: RolloutRecord, before: RolloutSnapshot): boolean {
  return before.endedAt !== undefined || (event === "step" && percent === before.percent);
}
