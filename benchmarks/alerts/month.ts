import { computeSeed, createRandom, type Random } from "../../advisor/random";
import { type ObjectiveKey, resolveObjectives } from "../../environments/objectives";
import { TARGET_DEFAULTS } from "../../environments/targets";
import { drawBinomial, drawLogUniform, drawNormal, drawPoisson } from "./draws";
import { MONTH_MINUTES, type Shape } from "./shapes";

/** Every objective as it is by default. */
export const DEFAULT_OBJECTIVES = resolveObjectives(
  true,
  {},
  {
    targets: TARGET_DEFAULTS,
    isAwaited: true,
    publishesMetrics: true,
  },
);

const computeBudgetPercent = (key: ObjectiveKey) => 100 - (DEFAULT_OBJECTIVES[key]?.targetPercent ?? 100);

/** The share of requests that may be bad, in percent. */
export const BUDGET_PERCENT: Readonly<Record<ObjectiveKey, number>> = {
  availability: computeBudgetPercent("availability"),
  latency: computeBudgetPercent("latency"),
  cold_starts: computeBudgetPercent("cold_starts"),
};

/** What happened to a function that somebody should act on. */
export interface Incident {
  readonly kind: IncidentKind;
  readonly hurts: ObjectiveKey;
  /** Minutes of the month, including `from` but not `to`. */
  readonly from: number;
  readonly to: number;
  /** The requests that it made bad. */
  readonly badRequests: number;
  /** The same as a share of the month's budget of its objective. */
  readonly spentShare: number;
}

/** Numbers for each minute of a month. Failed requests include those that timed out. */
export interface Counts {
  readonly requests: Float64Array;
  readonly failed: Float64Array;
  readonly timeouts: Float64Array;
  /** Refused for lack of concurrency; not in `requests`. */
  readonly throttles: Float64Array;
  /** Longer than the threshold of the latency objective. */
  readonly slow: Float64Array;
  /** Longer than twice what 90 % and 99 % of the requests usually take, where teams set thresholds. */
  readonly overP90: Float64Array;
  readonly overP99: Float64Array;
  readonly cold: Float64Array;
  /** Of the cold starts, in milliseconds, added. */
  readonly initMilliseconds: Float64Array;
  /** 1 for a minute in which an instance used more than 85 % of its memory. */
  readonly fullMemory: Float64Array;
}

/** A month of one function, with what is known about it. */
export interface Month {
  readonly name: string;
  readonly requestsADay: number;
  readonly counts: Counts;
  readonly incidents: readonly Incident[];
  /** What a request takes that is neither slow nor times out. */
  readonly usualMilliseconds: number;
  /** Concurrent executions that the function reaches at most, unless something is wrong. */
  readonly usualConcurrency: number;
  /** By how many minutes CloudWatch's data lag behind, at each minute. */
  readonly lag: Uint8Array;
}

/** What changes while something happens: factors and shares of the requests. */
interface Effect {
  readonly traffic?: number;
  readonly failing?: number;
  readonly timingOut?: number;
  readonly throttled?: number;
  readonly slow?: number;
  readonly cold?: number;
  /** Instances that are started in a minute, as a share of those in use. */
  readonly starts?: number;
  readonly fullMemory?: boolean;
}

/** Something that happens in a function; its effect depends on how much of it has passed, from 0 to 1. */
interface Event {
  readonly from: number;
  readonly minutes: number;
  readonly effectAt: (passed: number) => Effect;
}

interface Kind {
  readonly hurts: ObjectiveKey;
  /** How often it occurs, relative to others. */
  readonly weight: number;
  readonly draw: (random: Random) => Omit<Event, "from">;
}

/** More traffic, for which instances are started once. */
function drawRush(minutes: number, traffic: number): Omit<Event, "from"> {
  return lasting(minutes, { traffic, starts: (traffic - 1) / minutes, failing: BUDGET_PERCENT.availability / 300 });
}

const lasting = (minutes: number, effect: Effect) => ({ minutes: Math.round(minutes), effectAt: () => effect });

/** Incidents that somebody should act on; most begin with three times what the budget allows, or more. */
const INCIDENTS = {
  outage: {
    hurts: "availability",
    weight: 3,
    draw: (random) =>
      lasting(drawLogUniform(random, 5, 120), { failing: 0.9 + 0.1 * random(), timingOut: random() < 0.3 ? 0.8 : 0 }),
  },
  "partial failure": {
    hurts: "availability",
    weight: 4,
    draw: (random) =>
      lasting(drawLogUniform(random, 15, 1440), {
        failing: drawLogUniform(random, 0.0015, 0.5),
        timingOut: random() < 0.3 ? 0.5 : 0,
      }),
  },
  "slow leak": {
    hurts: "availability",
    weight: 1.5,
    draw: (random) => {
      const most = drawLogUniform(random, 0.005, 0.08);
      return {
        minutes: Math.round(drawLogUniform(random, 360, 4320)),
        effectAt: (passed) => ({
          failing: most * Math.max(0, 2 * passed - 1),
          slow: 0.2 * most * passed,
          fullMemory: passed > 0.4,
        }),
      };
    },
  },
  "latency step": {
    hurts: "latency",
    weight: 3,
    draw: (random) => lasting(drawLogUniform(random, 30, 1440), { slow: drawLogUniform(random, 0.03, 0.7) }),
  },
  "cold-start storm": {
    hurts: "cold_starts",
    weight: 2,
    draw: (random) => lasting(drawLogUniform(random, 20, 480), { cold: drawLogUniform(random, 0.15, 0.9) }),
  },
  "retry storm": {
    hurts: "availability",
    weight: 1.5,
    draw: (random) =>
      lasting(drawLogUniform(random, 5, 60), {
        traffic: 2 + 3 * random(),
        failing: 0.2 + 0.5 * random(),
        timingOut: 0.5,
        throttled: 0.2 * random(),
        slow: 0.2,
        starts: 0.2,
      }),
  },
  "deploy blip": {
    hurts: "availability",
    weight: 2,
    draw: (random) => lasting(drawLogUniform(random, 2, 10), { failing: 0.3 + 0.7 * random(), starts: 0.5 }),
  },
} satisfies Readonly<Record<string, Kind>>;

/** The kind of an incident. */
export type IncidentKind = keyof typeof INCIDENTS;

/** Every kind of incident. */
export const INCIDENT_KINDS = Object.keys(INCIDENTS) as IncidentKind[];

/** What also happens, and nobody should be called for: how often in a month, and what. */
const NOISE: Readonly<
  Record<string, { readonly aMonth: number; readonly draw: (random: Random) => Omit<Event, "from"> }>
> = {
  bots: {
    aMonth: 2,
    draw: (random) => drawRush(drawLogUniform(random, 5, 60), drawLogUniform(random, 2, 15)),
  },
  "a minute's hiccup": {
    aMonth: 2,
    draw: (random) => lasting(1, { failing: drawLogUniform(random, 0.002, 0.03), slow: 0.1 * random() }),
  },
  "noisier hours": {
    aMonth: 2,
    draw: (random) => {
      // Together with the usual share, still below the objectives.
      const share = 0.4 * random();
      return lasting(drawLogUniform(random, 60, 1440), {
        failing: (share * BUDGET_PERCENT.availability) / 100,
        slow: (share * BUDGET_PERCENT.latency) / 100,
      });
    },
  },
  "slow minutes": {
    aMonth: 2,
    draw: (random) => lasting(1 + 2 * random(), { slow: drawLogUniform(random, 0.02, 0.3) }),
  },
  // Every instance is replaced.
  deployment: { aMonth: 4, draw: () => lasting(2, { starts: 0.5 }) },
  "scaling up": { aMonth: 10, draw: (random) => drawRush(10, 1 + 2 * random()) },
  "a large request": { aMonth: 3, draw: () => lasting(1, { fullMemory: true }) },
  "a few throttles": { aMonth: 1, draw: () => lasting(1, { throttled: 0.01 }) },
};

/** Instances in use are more than concurrent requests, because traffic is not even. */
const INSTANCES_FACTOR = 2;
/** An instance lives for about two hours: docs/advisor.md. */
const STARTS_A_DAY = 12;
/** Of functions with few requests, warming keeps cold starts below the objective. */
const MOST_COLD_SHARE = 0.4;

/** Events that fail for good, each tried three times within minutes, as Lambda does with asynchronous events. */
const MOST_FAILING_EVENTS_A_MONTH = 3;
const FAILING_EVENTS_SHARE = 0.001;
const TRIES = 3;

const INCIDENTS_A_MONTH = 2;
/** Incidents of one function are at least this far apart, so that each alert belongs to one of them. */
const APART_MINUTES = 720;

/** The noise and incidents of one function, and what they make of its traffic. The same seed gives the same month. */
export function generateMonth({ name, rates }: Shape, seed: number): Month {
  const random = createRandom(seed, computeSeed(name));
  const events = drawNoise(random);
  const planned = drawIncidents(random);
  // All shares are below the objectives: nobody should be called for them.
  const usual = {
    failing: drawLogUniform(random, 0.02, 0.5) * (BUDGET_PERCENT.availability / 100),
    slow: drawLogUniform(random, 0.02, 0.5) * (BUDGET_PERCENT.latency / 100),
    overP90: drawLogUniform(random, 0.005, 0.03),
    overP99: drawLogUniform(random, 0.0005, 0.003),
    throttled: random() < 0.2 ? 1e-5 : 0,
    initMilliseconds: drawLogUniform(random, 200, 1500),
    // Some functions work close to the limit of their memory.
    fullMemory: random() < 0.05 ? 0.01 : 0,
  };
  const usualMilliseconds = drawLogUniform(random, 10, 400);
  const instancesFor = (requestsAMinute: number) =>
    Math.max(1, (INSTANCES_FACTOR * requestsAMinute * usualMilliseconds) / 60_000);
  const requestsADay = rates.reduce((sum, rate) => sum + rate, 0) / 30;
  const startsADay = instancesFor(requestsADay / 1440) * drawLogUniform(random, 0.3, 3) * STARTS_A_DAY;
  const usualCold = Math.min((MOST_COLD_SHARE * BUDGET_PERCENT.cold_starts) / 100, startsADay / requestsADay);

  const effects = combineEffects([...events, ...planned]);
  const counts = createCounts();
  const spent = new Map(planned.map((one) => [one, 0]));
  let current: PlannedIncident | undefined;
  let next = 0;
  for (let minute = 0; minute < MONTH_MINUTES; minute++) {
    if (current && minute >= current.from + current.minutes) current = undefined;
    if (planned[next]?.from === minute) current = planned[next++];
    const effect = effects.get(minute);
    let requests = drawPoisson(random, (rates[minute] ?? 0) * (effect?.traffic ?? 1));
    if (requests === 0) continue;
    const throttles = drawBinomial(random, requests, usual.throttled + (effect?.throttled ?? 0));
    requests -= throttles;
    const failing = drawBinomial(random, requests, effect?.failing ?? 0);
    const failed = Math.min(requests, failing + drawBinomial(random, requests, usual.failing));
    const slowed = drawBinomial(random, requests, effect?.slow ?? 0);
    const slow = Math.min(requests, slowed + drawBinomial(random, requests, usual.slow));
    const chilled = drawBinomial(random, requests, effect?.cold ?? 0);
    const started = effect?.starts ? drawPoisson(random, effect.starts * instancesFor(rates[minute] ?? 0)) : 0;
    const cold = Math.min(requests, chilled + started + drawBinomial(random, requests, usualCold));
    counts.requests[minute] = requests;
    counts.throttles[minute] = throttles;
    counts.failed[minute] = failed;
    counts.timeouts[minute] = drawBinomial(random, failed, Math.max(0.05, effect?.timingOut ?? 0));
    counts.slow[minute] = slow;
    counts.overP90[minute] = Math.min(requests, slowed + drawBinomial(random, requests, usual.overP90));
    counts.overP99[minute] = Math.min(requests, slowed + drawBinomial(random, requests, usual.overP99));
    counts.cold[minute] = cold;
    if (cold > 0) {
      counts.initMilliseconds[minute] =
        usual.initMilliseconds * Math.max(0.5 * cold, cold + 0.2 * Math.sqrt(cold) * drawNormal(random));
    }
    counts.fullMemory[minute] = effect?.fullMemory || (usual.fullMemory > 0 && random() < usual.fullMemory) ? 1 : 0;
    if (current) {
      const bad = { availability: failing + throttles, latency: slowed, cold_starts: chilled }[
        INCIDENTS[current.kind].hurts
      ];
      spent.set(current, (spent.get(current) ?? 0) + bad);
    }
  }
  addFailingEvents(random, counts);

  const total = counts.requests.reduce((sum, count) => sum + count, 0);
  return {
    name,
    requestsADay,
    counts,
    incidents: planned.map((one): Incident => {
      const { hurts } = INCIDENTS[one.kind];
      const { kind, from, minutes } = one;
      const badRequests = spent.get(one) ?? 0;
      const budget = (BUDGET_PERCENT[hurts] / 100) * total;
      return { kind, hurts, from, to: from + minutes, badRequests, spentShare: badRequests / budget };
    }),
    usualMilliseconds,
    usualConcurrency: Math.max(5, (rates.reduce((most, rate) => Math.max(most, rate)) * usualMilliseconds) / 60_000),
    lag: drawLag(random, MONTH_MINUTES),
  };
}

interface PlannedIncident extends Event {
  readonly kind: IncidentKind;
}

function drawIncidents(random: Random): PlannedIncident[] {
  const kinds = Object.entries<Kind>(INCIDENTS);
  const weights = kinds.reduce((sum, [, { weight }]) => sum + weight, 0);
  const incidents: PlannedIncident[] = [];
  for (let count = drawPoisson(random, INCIDENTS_A_MONTH); count > 0; count--) {
    let left = random() * weights;
    const [kind, { draw }] = kinds.find(([, { weight }]) => (left -= weight) < 0) ?? ["outage", INCIDENTS.outage];
    const event = draw(random);
    const from = Math.floor(random() * (MONTH_MINUTES - event.minutes));
    const isApart = incidents.every(
      (other) => from - APART_MINUTES > other.from + other.minutes || from + event.minutes + APART_MINUTES < other.from,
    );
    if (isApart) incidents.push({ kind: kind as IncidentKind, from, ...event });
  }
  return incidents.sort((a, b) => a.from - b.from);
}

function drawNoise(random: Random): Event[] {
  return Object.values(NOISE).flatMap(({ aMonth, draw }) =>
    Array.from({ length: drawPoisson(random, aMonth) }, () => ({
      from: Math.floor(random() * MONTH_MINUTES),
      ...draw(random),
    })),
  );
}

/** What events change, by the minute. Of two at once, the larger change counts. */
function combineEffects(events: readonly Event[]): Map<number, Effect> {
  const effects = new Map<number, Effect>();
  for (const { from, minutes, effectAt } of events) {
    for (let after = 0; after < minutes; after++) {
      const known = effects.get(from + after);
      const effect = effectAt(after / minutes);
      effects.set(from + after, known ? takeLarger(known, effect) : effect);
    }
  }
  return effects;
}

function takeLarger(one: Effect, other: Effect): Effect {
  const larger = (key: "traffic" | "failing" | "timingOut" | "throttled" | "slow" | "cold" | "starts", usual: number) =>
    Math.max(one[key] ?? usual, other[key] ?? usual);
  return {
    traffic: larger("traffic", 1),
    failing: larger("failing", 0),
    timingOut: larger("timingOut", 0),
    throttled: larger("throttled", 0),
    slow: larger("slow", 0),
    cold: larger("cold", 0),
    starts: larger("starts", 0),
    fullMemory: one.fullMemory === true || other.fullMemory === true,
  };
}

function addFailingEvents(random: Random, { requests, failed }: Counts): void {
  const busy: number[] = [];
  requests.forEach((count, minute) => {
    if (count > 0) busy.push(minute);
  });
  const total = requests.reduce((sum, count) => sum + count, 0);
  const expected = Math.min(MOST_FAILING_EVENTS_A_MONTH, FAILING_EVENTS_SHARE * total);
  for (let count = drawPoisson(random, expected); count > 0; count--) {
    const first = busy[Math.floor(random() * busy.length)] ?? 0;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      // Lambda waits a minute before the second try and two before the third:
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
      const minute = Math.min(MONTH_MINUTES - 1, first + attempt * (attempt + 1) * 0.5);
      requests[minute] = (requests[minute] ?? 0) + 1;
      failed[minute] = (failed[minute] ?? 0) + 1;
    }
  }
}

/**
 * By how many minutes CloudWatch's data lag behind at each minute: one to three, for hours; rarely up to a quarter of
 * an hour, for minutes.
 */
export function drawLag(random: Random, minutes: number): Uint8Array {
  const lag = new Uint8Array(minutes + 1);
  for (let minute = 0; minute < lag.length;) {
    const isLate = random() < 0.01;
    const lasts = isLate ? 5 + 20 * random() : 30 + 180 * random();
    const late = isLate ? 4 + Math.floor(12 * random()) : 1 + Math.floor(3 * random());
    lag.fill(late, Math.floor(minute), Math.floor(minute + lasts));
    minute = Math.floor(minute + lasts);
  }
  return lag;
}

/** A month without requests. */
export function createCounts(): Counts {
  const create = () => new Float64Array(MONTH_MINUTES);
  return {
    requests: create(),
    failed: create(),
    timeouts: create(),
    throttles: create(),
    slow: create(),
    overP90: create(),
    overP99: create(),
    cold: create(),
    initMilliseconds: create(),
    fullMemory: create(),
  };
}
