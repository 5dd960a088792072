import { computePrice } from "@monorepo/pricing";
import { monitor } from "warmwatch/performance";

/** The sum of an invoice. */
export const sumInvoice = monitor(async (invoice: { readonly counts: readonly number[] }) => ({
  cents: invoice.counts.map(computePrice).reduce((sum, cents) => sum + cents, 0),
}));
