import { monitorHttp } from "warmwatch/performance";

/** Answers `GET /health`, and `POST /warm`, which `monitorHttp` adds. */
export const handler = monitorHttp(async (event: { rawPath: string }) =>
  event.rawPath === "/health"
    ? { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ status: "ok" }) }
    : { statusCode: 404 },
);
