import { LambdaClient } from "@aws-sdk/client-lambda";
import { writeLines } from "../../performance/stdout";
import { limitConcurrency } from "./limit-concurrency";
import { type WarmingTarget, type WarmingRecord, type WarmingRequest } from "../../warming/contract";
import { type InstanceDemand, computeDemand, computeGateDemand } from "../../warming/demand";
import { checkGate, warmWhenReady } from "./gate";
import { Spreads } from "../../warming/hold";
import { isWarm, formatRecord, buildRecord } from "./record";
import { computeNextRound, countRounds, computeRoundStart } from "../../warming/rounds";
import { type Pinging, buildUnpinged, type Warmed, warmTarget } from "./target";
import { sleepUntil } from "./time-limit";
import { Unmonitored } from "./unmonitored";
import { UsageReader } from "./usage";

const TARGETS_AT_ONCE = 20;

/** Each ping needs its own connection, and a process in Lambda may have 1,024 open files and connections. */
const MAX_CONNECTIONS = 900;

/** Input of a run besides the request. */
export interface RunLimits {
  readonly runId: string;
  /** When it must end, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** Keeps functions warm, and remembers between runs what it learned about them. */
export class Warmer {
  private readonly spreads = new Spreads();
  private readonly unmonitored = new Unmonitored();
  private readonly usage = new UsageReader();

  /**
   * Carries out the request, and logs each round when it ends.
   *
   * @returns the last round's record
   * @throws Error for a gate, if a version must not go live
   */
  async run(request: WarmingRequest, { runId, endsAt }: RunLimits): Promise<WarmingRecord> {
    const startedAt = Date.now();
    // Connections of an earlier run are dead, because Lambda has frozen this process in between.
    const client = connectLambda();
    const pinging: Pinging = { client, spreads: this.spreads, endsAt };
    const { rounds } = request;
    let accountedUntil = startedAt;
    let warmRounds = 0;
    try {
      for (let round = 1; ;) {
        const roundStartedAt = Date.now();
        const all = await this.warm(request, pinging);
        const now = Date.now();
        warmRounds = all.every(({ result }) => isWarm(result)) ? warmRounds + 1 : 0;
        const next = computeNextRound(rounds, { round, warmRounds, startedAt, now, endsAt });
        const record = buildRecord(request, all, {
          runId,
          round,
          rounds: countRounds(rounds),
          last: next === undefined,
          durationMilliseconds: now - roundStartedAt,
          warmerMilliseconds: now - accountedUntil,
        });
        writeLines(formatRecord(record));
        if (request.strategy === "gate") checkGate(all);
        if (!rounds || next === undefined) return record;
        accountedUntil = now;
        round = next;
        await sleepUntil(computeRoundStart(rounds, round, startedAt));
      }
    } finally {
      client.destroy();
    }
  }

  private warm({ strategy, targets }: WarmingRequest, pinging: Pinging): Promise<Warmed[]> {
    const inTurn = limitConcurrency(TARGETS_AT_ONCE);
    if (strategy === "gate") {
      const ask = (target: WarmingTarget) =>
        warmWhenReady(() => warmTarget(target, computeGateDemand(target), pinging), pinging.endsAt);
      return Promise.all(targets.map((target) => inTurn(() => ask(target))));
    }
    const usage = this.usage.read(
      targets.filter(({ conditional }) => conditional),
      pinging.endsAt,
      pinging.client,
    );
    return Promise.all(
      targets.map(async (target) => {
        const demand = computeDemand(target, target.conditional && (await usage).get(target.functionName));
        return inTurn(() => this.warmUnlessSpared(target, demand, pinging));
      }),
    );
  }

  private async warmUnlessSpared(target: WarmingTarget, demand: InstanceDemand, pinging: Pinging): Promise<Warmed> {
    const reason = this.unmonitored.reasonToSpare(target);
    if (reason !== undefined) return buildUnpinged(target, demand, reason);
    const warmed = await warmTarget(target, demand, pinging);
    this.unmonitored.learn(warmed);
    return warmed;
  }
}

function connectLambda(): LambdaClient {
  const agent = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  return new LambdaClient({
    // Failures are reported, and the next round tries again.
    maxAttempts: 1,
    requestHandler: { httpAgent: agent, httpsAgent: agent },
  });
}
