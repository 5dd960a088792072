import { formatNumber, formatQuantity } from "../../document/formats";
import { type Mechanism, buildModel } from "../../../advisor/fit";
import { makeFixed } from "../../../advisor/distribution";
import { type Interval } from "../../../advisor/interval";
import { type LogAdvice } from "../report";
import { type PlatformAssumption } from "../platform-assumptions";
import { type HeldOut, measureHours, LEAST_COLD_STARTS, LEAST_HOURS, predicts, type TriedFit } from "./fit-log";
import { LOG_DAYS, type LogSize, type QueryUsage } from "./platform-log";

/** What a function's log shows, and the resulting assumptions about AWS. */
export interface OwnLog {
  readonly advice: LogAdvice;
  /** Missing if the log does not show it. */
  readonly guess?: PlatformAssumption;
}

type Fitted = NonNullable<LogAdvice["fitted"]>;

const ROUTING_TEXT: Readonly<Record<Mechanism["routing"], string>> = {
  "newest-first": "newest instance first",
  "oldest-first": "oldest instance first",
  random: "any instance",
};

/** Describes a log that was read, or only counted if it is too small. */
export function buildOwnLog(size: LogSize, reading: QueryUsage, tried?: TriedFit): OwnLog {
  const { from, to, requests, coldStarts } = size;
  const read = {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    requests,
    coldStarts,
    ...reading,
  };
  if (!tried)
    return { advice: { ...read, isUsed: false, sentence: `Not fitted to its log: ${describeMissing(size)}.` } };
  const { fit, heldOut } = tried;
  const fitted = summarizeFit(tried);
  const basis = `${describeAmount(size)} of its log`;
  const tells = `${describeMechanism(fitted)}. Fitted without its last ${formatQuantity(heldOut.hours, "hour")}, it predicts their ${formatQuantity(heldOut.coldStarts, "cold start")} as ${describePrediction(heldOut)}`;
  if (!predicts(heldOut)) {
    const sentence = `Fitted to ${basis}, but not used: ${tells}.`;
    return { advice: { ...read, isUsed: false, sentence, fitted } };
  }
  const sentence = `Fitted to ${basis}: ${tells}.`;
  const platforms = fit.mechanisms.map(({ mechanism, weight }) => ({
    platform: buildModel(mechanism, { initSeconds: makeFixed(0) }),
    weight,
  }));
  return {
    advice: { ...read, isUsed: true, sentence, fitted },
    guess: { name: "as fitted to its log", source: describeMechanism(fitted), platforms },
  };
}

function describeMissing(size: LogSize): string {
  const needed = `${LEAST_COLD_STARTS} cold starts in ${LEAST_HOURS} hours are needed`;
  if (size.isCut && measureHours(size) < LEAST_HOURS) {
    return `its newest ${formatNumber(size.requests, 0)} records, the maximum that is read, cover only ${formatQuantity(measureHours(size), "hour")} with ${formatQuantity(size.coldStarts, "cold start")}, and ${needed}`;
  }
  return `it has ${describeAmount(size)} in the last ${LOG_DAYS} days, and ${needed}`;
}

function describeAmount(size: LogSize): string {
  return `${formatQuantity(size.requests, "request")} and ${formatQuantity(size.coldStarts, "cold start")} of ${formatQuantity(measureHours(size), "hour")}`;
}

function summarizeFit({ fit: { mechanisms }, seen, heldOut }: TriedFit): Fitted {
  const { hours, coldStarts, predicted, interval } = heldOut;
  const likely = (lifeOf: (mechanism: Mechanism) => Interval) => {
    const middles = mechanisms.map(({ mechanism }) => (lifeOf(mechanism).least + lifeOf(mechanism).most) / 2 / 60);
    return {
      about: middles.reduce((sum, middle, index) => sum + middle * (mechanisms[index]?.weight ?? 0), 0),
      from: Math.min(...mechanisms.map(({ mechanism }) => lifeOf(mechanism).least / 60)),
      to: Math.max(...mechanisms.map(({ mechanism }) => lifeOf(mechanism).most / 60)),
    };
  };
  const names = [...new Set(mechanisms.map(({ mechanism }) => mechanism.routing))];
  const sumWeights = (name: Mechanism["routing"]) =>
    mechanisms.filter(({ mechanism }) => mechanism.routing === name).reduce((sum, { weight }) => sum + weight, 0);
  return {
    idleLifeMinutes: likely(({ idleLifeSeconds }) => idleLifeSeconds),
    quietLifeMinutes: likely(({ quietLifeSeconds }) => quietLifeSeconds),
    lifeSpanMinutes: likely(({ lifeSpanSeconds }) => lifeSpanSeconds),
    seenIdleMinutes: seen.idleSeconds / 60,
    routing: names.map((name) => ({ name, weight: sumWeights(name) })).toSorted((a, b) => b.weight - a.weight),
    heldOut: { hours, coldStarts, predicted, fromColdStarts: interval.least, toColdStarts: interval.most },
  };
}

function describeMechanism({
  idleLifeMinutes,
  quietLifeMinutes,
  lifeSpanMinutes,
  seenIdleMinutes,
  routing,
}: Fitted): string {
  const minutes = ({ about, from, to }: Fitted["idleLifeMinutes"]) =>
    `about ${formatNumber(about, about < 20 ? 1 : 0)} minutes (${formatNumber(from, from < 20 ? 1 : 0)} to ${formatNumber(to, to < 20 ? 1 : 0)})`;
  const order = routing.map(({ name, weight }) =>
    routing.length === 1 ? ROUTING_TEXT[name] : `${ROUTING_TEXT[name]} (${formatNumber(100 * weight, 0)} %)`,
  );
  return `idle life ${minutes(idleLifeMinutes)} while others are used and ${minutes(quietLifeMinutes)} while none is, life span ${minutes(lifeSpanMinutes)}, ${order.join(" or ")}; the longest known life without use is ${formatNumber(seenIdleMinutes, 1)} minutes`;
}

function describePrediction({ coldStarts, predicted, interval: { least, most } }: HeldOut): string {
  const off = coldStarts > 0 ? `, ${formatNumber((100 * Math.abs(predicted - coldStarts)) / coldStarts, 0)} % off` : "";
  return `${formatNumber(predicted, 0)} (${formatNumber(least, 0)} to ${formatNumber(most, 0)}${off})`;
}
