import { randomUUID } from "node:crypto";
import { type IncomingHttpHeaders } from "node:http";
import { DEFAULT_ROUTE } from "../../environments/routes";
import { ACCOUNT } from "../lambda/function-configuration";

/** An HTTP request as received. */
export interface HttpRequest {
  readonly method: string;
  /** As in the request line: the path, and the query if there is one. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly protocol: string;
  readonly sourceIp: string;
  readonly body: Buffer;
}

/**
 * The event that a function gets for a request: payload format 2.0, of function URLs and HTTP APIs.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload
 */
export interface HttpEvent {
  readonly version: "2.0";
  /** As in `GET /orders/{id}`. */
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    /** Who calls, according to a token. */
    readonly authorizer?: RequestAuthorizer;
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: "$default";
    /** As in `12/Mar/2020:19:03:58 +0000`. */
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** What an HTTP API found in a token. */
export interface RequestAuthorizer {
  readonly jwt: {
    readonly claims: Readonly<Record<string, string>>;
    /** The route's scopes. */
    readonly scopes: readonly string[] | null;
  };
}

/** The route that a request takes, and who sends it. */
export interface RequestRoute {
  readonly key: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly authorizer?: RequestAuthorizer | undefined;
}

/** The route of a function URL, and of an HTTP API for requests without another. */
const DEFAULT: RequestRoute = { key: DEFAULT_ROUTE, pathParameters: {} };

/** Bodies of these types are passed as they are; all others, including forms, in base64. */
const TEXT_TYPES = /^\s*(text\/[^;]*|application\/(json|javascript|xml|[^;]+\+(json|xml)))\s*(;|$)/i;

/** @param now milliseconds since 1970 */
export function buildHttpEvent(request: HttpRequest, now: number, route: RequestRoute = DEFAULT): HttpEvent {
  const { method, target, headers, protocol, sourceIp, body } = request;
  const [, rawPath = "/", rawQueryString = ""] = /^([^?]*)\??(.*)$/s.exec(target) ?? [];
  const { cookie, ...others } = headers;
  const domainName = headers.host ?? "localhost";
  const isText = headers["content-type"] === undefined || TEXT_TYPES.test(headers["content-type"]);
  const query = parseQueryParameters(rawQueryString);
  return {
    version: "2.0",
    routeKey: route.key,
    rawPath,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...joinHeaderValues(others),
      "x-forwarded-for": sourceIp,
      "x-forwarded-proto": "http",
    },
    ...(query === undefined ? {} : { queryStringParameters: query }),
    ...(Object.keys(route.pathParameters).length > 0 ? { pathParameters: route.pathParameters } : {}),
    requestContext: {
      accountId: ACCOUNT,
      apiId: "local",
      ...(route.authorizer && { authorizer: route.authorizer }),
      domainName,
      domainPrefix: domainName.split(/[.:]/)[0] ?? domainName,
      http: { method, path: rawPath, protocol, sourceIp, userAgent: headers["user-agent"] ?? "" },
      requestId: randomUUID(),
      routeKey: route.key,
      stage: "$default",
      time: formatLogTime(now),
      timeEpoch: Math.round(now),
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Several values of one header are joined with commas; Node.js already does so for most. */
function joinHeaderValues(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : value]],
    ),
  );
}

function parseQueryParameters(query: string): Record<string, string> | undefined {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return values.size === 0 ? undefined : Object.fromEntries(values);
}

function formatLogTime(now: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(now).toUTCString()) ?? [];
  return `${day ?? ""}/${month ?? ""}/${year ?? ""}:${time ?? ""} +0000`;
}
