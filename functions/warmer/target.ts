import { type LambdaClient } from "@aws-sdk/client-lambda";
import { type WarmingTarget, type TargetResult } from "../../warming/contract";
import { type InstanceDemand } from "../../warming/demand";
import { computeHold, lengthenHold, type Spreads } from "../../warming/hold";
import { type PingAnswer, type PingFailure, type PingOutcome, sendPing } from "./ping";

/**
 * A start takes at most 10 seconds; if it fails, Lambda starts the instance again:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const LONGEST_START_MILLISECONDS = 20_000;

/** The result of warming a target, including what the record does not contain. */
export interface Warmed {
  readonly target: WarmingTarget;
  readonly result: TargetResult;
  readonly failures: readonly PingFailure[];
  /** Total time for which its instances were kept busy. */
  readonly heldMilliseconds: number;
}

/** What is needed to send pings. */
export interface Pinging {
  readonly client: LambdaClient;
  readonly spreads: Spreads;
  /** When the run must end, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** The name that identifies a target. */
export function formatTargetName({ functionName, qualifier }: WarmingTarget): string {
  return `${functionName}:${qualifier}`;
}

/**
 * Pings the requested number of a target's instances at once, and once more if one of them answered twice. Never
 * rejects.
 */
export async function warmTarget(target: WarmingTarget, demand: InstanceDemand, pinging: Pinging): Promise<Warmed> {
  const asked = demand.concurrency;
  if (asked > 0 && Date.now() >= pinging.endsAt) return buildUnpinged(target, demand, "no time left for a ping");
  let hold = computeHold(asked, pinging.spreads.of(formatTargetName(target), asked));
  const outcomes = await pingAtOnce(target, asked, hold, pinging);
  if (isWorthRepeating(outcomes, asked) && Date.now() < pinging.endsAt) {
    hold = lengthenHold(hold);
    outcomes.push(...(await pingAtOnce(target, asked, hold, pinging)));
  }
  const answers = outcomes.filter(isAnswer);
  const failures = outcomes.filter(isFailure);
  const result: TargetResult = {
    ...buildUnpinged(target, demand).result,
    invocations: outcomes.length,
    successful: answers.length,
    instances: countInstances(answers),
    coldStarts: answers.filter(({ reply }) => reply.cold).length,
    holdMilliseconds: hold,
    failures: [...new Set(failures.map(({ text }) => text))],
  };
  const heldMilliseconds = answers.reduce((sum, { reply }) => sum + reply.heldMilliseconds, 0);
  return { target, result, failures, heldMilliseconds };
}

/** The result of a target that is not pinged. */
export function buildUnpinged(target: WarmingTarget, demand: InstanceDemand, why?: string): Warmed {
  const result: TargetResult = {
    functionName: target.functionName,
    asked: demand.concurrency,
    ...(demand.reason !== undefined && { reason: demand.reason }),
    invocations: 0,
    successful: 0,
    instances: 0,
    coldStarts: 0,
    holdMilliseconds: 0,
    failures: why === undefined ? [] : [why],
  };
  return { target, result, failures: [], heldMilliseconds: 0 };
}

async function pingAtOnce(
  target: WarmingTarget,
  pings: number,
  hold: number,
  pinging: Pinging,
): Promise<PingOutcome[]> {
  const { client, spreads } = pinging;
  const endsAt = Math.min(pinging.endsAt, Date.now() + LONGEST_START_MILLISECONDS + hold);
  const outcomes = await Promise.all(Array.from({ length: pings }, () => sendPing(client, target, hold, endsAt)));
  // An instance that had to start did not get the ping when it arrived, so it does not show the arrivals.
  const warm = outcomes.filter(isAnswer).filter(({ reply }) => !reply.cold);
  spreads.learn(
    formatTargetName(target),
    warm.map(({ arrivedAt }) => arrivedAt),
  );
  return outcomes;
}

/** Whether more instances may answer on a retry: not if pings fail or are refused. */
function isWorthRepeating(outcomes: readonly PingOutcome[], asked: number): boolean {
  return (
    countInstances(outcomes.filter(isAnswer)) < asked &&
    outcomes.filter(isFailure).every(({ kind }) => kind === "unreachable")
  );
}

function countInstances(answers: readonly PingAnswer[]): number {
  return new Set(answers.map(({ reply }) => reply.instanceId)).size;
}

function isAnswer(outcome: PingOutcome): outcome is PingAnswer {
  return "reply" in outcome;
}

function isFailure(outcome: PingOutcome): outcome is PingFailure {
  return !isAnswer(outcome);
}
