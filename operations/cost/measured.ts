import { type Environment } from "../../environments/schema";
import { type Price } from "../../warming/contract";
import prices from "../../model/prices.json";
import { priceFunctionTime, WARMER_PRICE } from "../../model/warmed-functions";
import {
  type CostLine,
  type Costs,
  type EnvironmentCost,
  makeExactRange,
  type FunctionCost,
  sumCosts,
} from "./cost-report";
import { priceProvisioned, findFunctionSize } from "./provisioned";
import { type FunctionUsage, measureMonths, type Runs, type EnvironmentUsage } from "./usage";
import { HOURS_PER_MONTH } from "../../model/hours-per-month";

const BYTES_PER_GIGABYTE = 1e9;
const METRICS = "metrics";

/**
 * The cost of an environment according to its usage: measurements replace the file's assumptions; alarms and dashboards
 * stay the same.
 */
export function priceMeasured(
  environment: Environment,
  configured: EnvironmentCost,
  usage: EnvironmentUsage,
): EnvironmentCost {
  const months = measureMonths(usage, HOURS_PER_MONTH);
  const all = configured.functions.map((one) => {
    const used = usage.functions.get(one.id);
    return used ? priceFunction(environment, one, used, months) : one;
  });
  const { warmer } = usage;
  const shared: Costs = {
    ...configured.shared,
    monitoring: [...configured.shared.monitoring, buildLogLine(warmer.logBytes / months)],
    warming: [buildRunLine("the warmer's runs", "runs", toMonthly(warmer, months), WARMER_PRICE)],
    requests: [],
  };
  return {
    ...configured,
    measured: {
      from: new Date(usage.from).toISOString(),
      to: new Date(usage.to).toISOString(),
      readingDollars: usage.readingDollars,
    },
    functions: all,
    shared,
    totals: sumCosts([...all, shared]),
  };
}

function priceFunction(
  environment: Environment,
  one: FunctionCost,
  { pings, traffic, initSeconds, logBytes, metrics, instances }: FunctionUsage,
  months: number,
): FunctionCost {
  const size = findFunctionSize(environment, one.id);
  const price = size && priceFunctionTime(size.gigabytes * 1024, size.architecture);
  const asked = toMonthly(traffic, months);
  const gigabyteSeconds = size && size.gigabytes * asked.seconds;
  const kept = instances === undefined ? undefined : Math.ceil(instances);
  return {
    ...one,
    monitoring: [
      ...(metrics === undefined ? [] : [buildMetricLine(metrics)]),
      ...one.monitoring.filter(({ what }) => metrics === undefined || what !== METRICS),
      buildLogLine(logBytes / months),
    ],
    warming: [
      ...(pings.invocations > 0 ? [buildRunLine("pings", "pings", toMonthly(pings, months), price)] : []),
      ...one.warming.filter(({ what, eachTime }) => eachTime || what === "reading usage"),
    ],
    requests: [
      buildRunLine("requests", "requests", { ...asked, seconds: 0 }, price),
      buildTimeLine("their time", asked.seconds, size?.gigabytes, price),
      buildTimeLine("starting instances", initSeconds / months, size?.gigabytes, price),
    ],
    provisioned: priceProvisioned(environment, one.id, { instances: kept, gigabyteSeconds }).lines,
  };
}

function toMonthly({ invocations, seconds }: Runs, months: number): Runs {
  return { invocations: invocations / months, seconds: seconds / months };
}

function buildRunLine(
  what: string,
  unit: CostLine["unit"],
  { invocations, seconds }: Runs,
  price: Price | undefined,
): CostLine {
  const dollars = price && makeExactRange(invocations * price.perRequest + seconds * price.perSecond);
  return { what, count: makeExactRange(invocations), unit, dollars };
}

function buildTimeLine(
  what: string,
  seconds: number,
  gigabytes: number | undefined,
  price: Price | undefined,
): CostLine {
  return {
    what,
    count: gigabytes === undefined ? undefined : makeExactRange(gigabytes * seconds),
    unit: "GB-s",
    dollars: price && makeExactRange(seconds * price.perSecond),
  };
}

function buildMetricLine(metrics: number): CostLine {
  const dollars = makeExactRange(metrics * prices.perMonth.metric);
  return { what: METRICS, count: makeExactRange(metrics), unit: "", dollars };
}

function buildLogLine(bytes: number): CostLine {
  const gigabytes = bytes / BYTES_PER_GIGABYTE;
  return {
    what: "logs",
    count: makeExactRange(gigabytes),
    unit: "GB",
    dollars: makeExactRange(gigabytes * prices.perGigabyte.ingested),
  };
}
