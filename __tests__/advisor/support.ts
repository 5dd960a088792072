import { type Demand } from "../../advisor/compare";
import { type Prices } from "../../advisor/cost";

/** Prices that are easy to reckon with. */
export const PRICES: Prices = {
  perRequest: 2e-7,
  perGigabyteSecond: 1.6e-5,
  provisionedPerGigabyteSecond: 4e-6,
  provisionedWorkPerGigabyteSecond: 1e-5,
  perWarmerRun: 1e-6,
};

/** The price of a ping of a small function. */
export const PING_PRICE = { perSecond: 2e-6, perRequest: PRICES.perRequest };

/** Values one after the other, as a file would give them. */
export async function* streamValues<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  for (const value of values) yield await Promise.resolve(value);
}

/** Requests, each as its time and work in seconds. */
export function makeArrivals(requests: readonly (readonly [number, number])[]): Demand {
  const batch = { atSeconds: requests.map(([at]) => at), workSeconds: requests.map(([, work]) => work) };
  return { kind: "arrivals", read: () => streamValues([batch]) };
}
