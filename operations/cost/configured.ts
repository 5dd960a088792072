import { type Environment } from "../../environments/schema";
import { type CostItem, priceFunctionMonitoring, priceSharedMonitoring } from "../../model/monitoring-cost";
import { listWarmedFunctions } from "../../model/warmed-functions";
import { priceFunctionWarming, priceWarmerRuns, type StrategyCost } from "../../model/warming-cost";
import { listWatchedFunctions } from "../../model/watched-function";
import { type CostLine, type Costs, type EnvironmentCost, makeExactRange, NO_COSTS, sumCosts } from "./cost-report";
import { priceProvisioned } from "./provisioned";

/** The cost of an environment according to its file, before any usage. */
export function priceConfigured(environment: Environment): EnvironmentCost {
  const { name: environmentName, region } = environment;
  const warmed = listWarmedFunctions(environment);
  const notes: string[] = [];
  const functions = listWatchedFunctions(environment).map((watched) => {
    const { id, name } = watched;
    const { lines, note } = priceProvisioned(environment, id);
    if (note !== undefined) notes.push(note);
    const pinged = warmed.filter((one) => one.id === id);
    return {
      ...{ id, name, requests: [], provisioned: lines },
      monitoring: priceFunctionMonitoring(watched).flatMap(itemLines),
      warming: pinged.flatMap(priceFunctionWarming).flatMap((cost) => strategyLines(cost, "pings")),
    };
  });
  const shared: Costs = {
    ...NO_COSTS,
    monitoring: priceSharedMonitoring(environment).flatMap(itemLines),
    warming: priceWarmerRuns(warmed).flatMap((cost) =>
      strategyLines({ ...cost, what: `the warmer's runs, ${cost.what}` }, ""),
    ),
  };
  const totals = sumCosts([...functions, shared]);
  return { environment: environmentName, region, measured: undefined, functions, shared, totals, notes, unread: [] };
}

function itemLines({ what, count, dollarsEach }: CostItem): CostLine[] {
  return count === 0
    ? []
    : [{ what, count: makeExactRange(count), unit: "", dollars: makeExactRange(count * dollarsEach) }];
}

function strategyLines({ what, pings, dollars, eachTime }: StrategyCost, unit: CostLine["unit"]): CostLine[] {
  return dollars[1] === 0 ? [] : [{ what, count: pings, unit, dollars, ...(eachTime && { eachTime }) }];
}
