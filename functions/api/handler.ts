import { type APIGatewayProxyEventV2, type APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** A small HTTP API: `GET /health` says that it is there. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return event.rawPath === "/health" && event.requestContext.http.method === "GET"
    ? json(200, { status: "ok" })
    : json(404, { error: "not found" });
}

function json(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
