import { computePrice } from "@monorepo/pricing";
import { type Order } from "#domain/order";
import { monitor } from "warmwatch/performance";

/** Prices an order. */
export const priceOrder = monitor(async (order: Order) => ({ cents: computePrice(order.count) }));
