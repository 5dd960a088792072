import { type IncomingHttpHeaders } from "node:http";
import { type EndpointKind, type EndpointResponse } from "./http-response";

/** Which pages may call an endpoint. */
export interface CorsSettings {
  readonly allowOrigins: readonly string[];
  readonly allowMethods?: readonly string[] | undefined;
  readonly allowHeaders?: readonly string[] | undefined;
  readonly exposeHeaders?: readonly string[] | undefined;
  readonly allowCredentials?: boolean | undefined;
  readonly maxAgeSeconds?: number | undefined;
}

/** Whether a browser asks if a page may send a request: https://fetch.spec.whatwg.org/#cors-preflight-request */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === "OPTIONS" && headers.origin !== undefined && "access-control-request-method" in headers;
}

/** The answer to a browser's question, which the function does not get. */
export function answerPreflight(cors: CorsSettings, origin: string | undefined, kind: EndpointKind): EndpointResponse {
  const allowed = findAllowedOrigin(cors, origin);
  return {
    status: kind === "http-api" ? 204 : 200,
    headers:
      allowed === undefined
        ? {}
        : {
            ...buildOriginHeaders(cors, allowed),
            ...joinList("access-control-allow-methods", cors.allowMethods),
            ...joinList("access-control-allow-headers", cors.allowHeaders),
            ...(cors.maxAgeSeconds === undefined ? {} : { "access-control-max-age": String(cors.maxAgeSeconds) }),
          },
    cookies: [],
    body: Buffer.alloc(0),
  };
}

/**
 * Adds the headers that let a page read an answer, instead of those of the function, which endpoints ignore:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function addCorsHeaders(
  answer: EndpointResponse,
  cors: CorsSettings | undefined,
  origin: string | undefined,
): EndpointResponse {
  if (!cors) return answer;
  const allowed = findAllowedOrigin(cors, origin);
  const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith("access-control-"));
  const headers =
    allowed === undefined
      ? {}
      : { ...buildOriginHeaders(cors, allowed), ...joinList("access-control-expose-headers", cors.exposeHeaders) };
  return { ...answer, headers: { ...Object.fromEntries(own), ...headers } };
}

function buildOriginHeaders({ allowCredentials }: CorsSettings, allowed: string): Record<string, string> {
  return {
    "access-control-allow-origin": allowed,
    ...(allowCredentials ? { "access-control-allow-credentials": "true" } : {}),
    ...(allowed === "*" ? {} : { vary: "origin" }),
  };
}

function findAllowedOrigin({ allowOrigins }: CorsSettings, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  if (allowOrigins.includes("*")) return "*";
  const isAllowed = allowOrigins.some(
    (one) => one === origin || (one.endsWith("*") && origin.startsWith(one.slice(0, -1))),
  );
  return isAllowed ? origin : undefined;
}

function joinList(name: string, values: readonly string[] | undefined): Record<string, string> {
  return values === undefined ? {} : { [name]: values.join(",") };
}
