import { type FakeMetrics } from "../../support/fake-metrics";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One request of a user, or a ping. */
export interface SimulatedInvocation {
  readonly at: number;
  readonly milliseconds: number;
  /** There for a cold start. */
  readonly initMilliseconds?: number;
  readonly memoryMb: number;
  readonly outcome: "answered" | "threw" | "answered 5xx";
}

/** Everything that happened to one function. */
export interface Traffic {
  readonly requests: readonly SimulatedInvocation[];
  readonly pings: readonly SimulatedInvocation[];
  readonly throttledAt: readonly number[];
  /** Of the warmer's rounds: how many instances answered. */
  readonly rounds: readonly {
    readonly at: number;
    readonly instances: number;
    readonly started: number;
    readonly failed: number;
  }[];
}

/** Numbers from 0 to 1 that are the same each time: https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function makeRandomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** How much is wrong with a function. */
export interface Habits {
  readonly perHour: number;
  readonly slowMilliseconds?: number;
  readonly failingShare?: number;
  readonly memoryMb?: number;
  /** Whether the warmer sends pings in an hour of the day. */
  readonly isWarmed?: (hour: number) => boolean;
}

/** Random traffic of a time: colder in hours without pings. */
export function makeRandomTraffic(random: () => number, from: number, to: number, habits: Habits): Traffic {
  const { perHour, slowMilliseconds = 80, failingShare = 0.002, memoryMb = 250, isWarmed = () => true } = habits;
  const requests: SimulatedInvocation[] = [];
  const pings: SimulatedInvocation[] = [];
  const throttledAt: number[] = [];
  const rounds: { at: number; instances: number; started: number; failed: number }[] = [];
  const invocation = (at: number, coldShare: number): SimulatedInvocation => ({
    at,
    milliseconds: slowMilliseconds * (0.2 + 2 * random() ** 4) + (random() < 0.01 ? 1500 : 0),
    ...(random() < coldShare && { initMilliseconds: 200 + 300 * random() }),
    memoryMb: Math.round(memoryMb * (0.8 + 0.4 * random())),
    outcome: random() >= failingShare ? "answered" : random() < 0.5 ? "threw" : "answered 5xx",
  });
  for (let hour = from; hour < to; hour += HOUR) {
    const isWarm = isWarmed(new Date(hour).getUTCHours());
    const count = Math.round(perHour * 2 * random());
    const times = Array.from({ length: count }, () => hour + Math.floor(random() * HOUR));
    requests.push(...times.map((at) => invocation(at, isWarm ? 0.01 : 0.12)));
    throttledAt.push(...times.filter(() => random() < 0.001));
    for (let at = hour; isWarm && at < hour + HOUR; at += 15 * MINUTE) {
      const answers = Array.from({ length: 3 }, () => ({ ...invocation(at, 0.05), outcome: "answered" as const }));
      pings.push(...answers);
      const failed = random() < 0.01 ? 1 : 0;
      const started = answers.filter(({ initMilliseconds }) => initMilliseconds !== undefined).length;
      rounds.push({ at, instances: 3 - failed, started, failed });
    }
  }
  return { requests, pings, throttledAt, rounds };
}

/** Publishes what Lambda, the function, the filters on its log and the warmer would publish. */
export function publish(cloudWatch: FakeMetrics, name: string, memoryMb: number, traffic: Traffic): void {
  const own = { FunctionName: name };
  const ofAlias = (alias: string) => ({ ...own, Resource: `${name}:${alias}` });
  const reportsOf = ({ at, initMilliseconds, memoryMb: used }: SimulatedInvocation) => {
    cloudWatch.put(`Lambda/Performance/${name}`, "MaxMemoryUsed", {}, at, used);
    if (initMilliseconds !== undefined)
      cloudWatch.put(`Lambda/Performance/${name}`, "InitDuration", {}, at, initMilliseconds);
  };
  for (const request of traffic.requests) {
    const { at, milliseconds, initMilliseconds, outcome } = request;
    cloudWatch.put("AWS/Lambda", "Invocations", ofAlias("live"), at, 1);
    cloudWatch.put("AWS/Lambda", "Errors", ofAlias("live"), at, outcome === "threw" ? 1 : 0);
    cloudWatch.put("AWS/Lambda", "Duration", ofAlias("live"), at, milliseconds);
    cloudWatch.put("Lambda/Performance", "MemoryUtilization", own, at, (100 * request.memoryMb) / memoryMb);
    if (initMilliseconds !== undefined) cloudWatch.put("Lambda/Performance", "ColdStarts", own, at, 1);
    if (outcome === "answered 5xx") cloudWatch.put("Lambda/Performance", "ServerErrors", own, at, 1);
    reportsOf(request);
  }
  for (const ping of traffic.pings) {
    cloudWatch.put("AWS/Lambda", "Invocations", ofAlias("warm"), ping.at, 1);
    cloudWatch.put("AWS/Lambda", "Duration", ofAlias("warm"), ping.at, ping.milliseconds);
    reportsOf(ping);
  }
  for (const at of traffic.throttledAt) cloudWatch.put("AWS/Lambda", "Throttles", ofAlias("live"), at, 1);
  for (const { at, instances, started, failed } of traffic.rounds) {
    cloudWatch.put("Lambda/Performance", "WarmedInstances", own, at, instances);
    cloudWatch.put("Lambda/Performance", "WarmingColdStarts", own, at, started);
    cloudWatch.put("Lambda/Performance", "WarmingFailures", own, at, failed);
  }
}
