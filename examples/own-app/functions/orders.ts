import { monitor } from "warmwatch/performance";

/** Lists orders. `monitor` measures it, and answers warming pings. */
export const handler = monitor(async () => ({ statusCode: 200, body: JSON.stringify({ orders: [] }) }));
