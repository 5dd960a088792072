import { type Environment } from "../../environments/schema";
import { type Price } from "../../warming/contract";
import prices from "../../model/prices.json";
import { priceOf, WARMER_PRICE } from "../../model/warmed-functions";
import { type CostLine, type Costs, type EnvironmentCost, exactly, type FunctionCost, totalsOf } from "./cost-report";
import { provisionedCost, sizeOf } from "./provisioned";
import { type FunctionUsage, monthsOf, type Runs, type Usage } from "./usage";
import { HOURS_PER_MONTH } from "../../model/hours-per-month";

const BYTES_PER_GIGABYTE = 1e9;
const METRICS = "metrics";

/**
 * What an environment costs by how it was used: what its file only assumes is replaced, and alarms and dashboards stay.
 */
export function measuredCost(environment: Environment, configured: EnvironmentCost, usage: Usage): EnvironmentCost {
  const months = monthsOf(usage, HOURS_PER_MONTH);
  const all = configured.functions.map((one) => {
    const used = usage.functions.get(one.id);
    return used ? measuredFunction(environment, one, used, months) : one;
  });
  const { warmer } = usage;
  const shared: Costs = {
    ...configured.shared,
    monitoring: [...configured.shared.monitoring, logLine(warmer.logBytes / months)],
    warming: [runLine("the warmer's runs", "runs", perMonth(warmer, months), WARMER_PRICE)],
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
    totals: totalsOf([...all, shared]),
  };
}

function measuredFunction(
  environment: Environment,
  one: FunctionCost,
  { pings, traffic, initSeconds, logBytes, metrics, instances }: FunctionUsage,
  months: number,
): FunctionCost {
  const size = sizeOf(environment, one.id);
  const price = size && priceOf(size.gigabytes * 1024, size.architecture);
  const asked = perMonth(traffic, months);
  const gigabyteSeconds = (size?.gigabytes ?? 0) * asked.seconds;
  const kept = instances === undefined ? undefined : Math.ceil(instances);
  return {
    ...one,
    monitoring: [
      { what: METRICS, count: exactly(metrics), unit: "", dollars: exactly(metrics * prices.perMonth.metric) },
      ...one.monitoring.filter(({ what }) => what !== METRICS),
      logLine(logBytes / months),
    ],
    warming: [
      ...(pings.invocations > 0 ? [runLine("pings", "pings", perMonth(pings, months), price)] : []),
      ...one.warming.filter(({ what, eachTime }) => eachTime || what === "reading usage"),
    ],
    requests: [
      runLine("requests", "requests", { ...asked, seconds: 0 }, price),
      timeLine("their time", gigabyteSeconds, asked.seconds, price),
      timeLine("starting instances", ((size?.gigabytes ?? 0) * initSeconds) / months, initSeconds / months, price),
    ],
    provisioned: provisionedCost(environment, one.id, { instances: kept, gigabyteSeconds }).lines,
  };
}

function perMonth({ invocations, seconds }: Runs, months: number): Runs {
  return { invocations: invocations / months, seconds: seconds / months };
}

function runLine(
  what: string,
  unit: CostLine["unit"],
  { invocations, seconds }: Runs,
  price: Price | undefined,
): CostLine {
  const dollars = price ? invocations * price.perRequest + seconds * price.perSecond : 0;
  return { what, count: exactly(invocations), unit, dollars: exactly(dollars) };
}

function timeLine(what: string, gigabyteSeconds: number, seconds: number, price: Price | undefined): CostLine {
  return { what, count: exactly(gigabyteSeconds), unit: "GB-s", dollars: exactly(seconds * (price?.perSecond ?? 0)) };
}

function logLine(bytes: number): CostLine {
  const gigabytes = bytes / BYTES_PER_GIGABYTE;
  return {
    what: "logs",
    count: exactly(gigabytes),
    unit: "GB",
    dollars: exactly(gigabytes * prices.perGigabyte.ingested),
  };
}
