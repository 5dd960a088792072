import * as z from "zod";
import { type InvocationResult } from "../lambda/execution-environment";
import { parseJson } from "../../environments/parse-json";

/** The response to the sender of a request. */
export interface EndpointResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
  /** Why the function's result is not a valid response, so this one is sent instead. */
  readonly malformed?: string;
}

/** The kind of endpoint in front of a function, here as in AWS. */
export type EndpointKind = "function-url" | "http-api";

/** The parts of an answer. */
export type Returned = Pick<InvocationResult, "payload" | "streamed">;

/** What HTTP allows: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers of the connection, which a function does not know: neither endpoint sends them. */
const OF_CONNECTION = [
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Headers that a function URL sends as `x-amzn-remapped-…`, as observed in AWS. */
const REMAPPED = new Set([...OF_CONNECTION, "date", "server", "www-authenticate"]);
const DROPPED = new Set(OF_CONNECTION);

const headerText = z.string().regex(HEADER_VALUE, "has characters that are not allowed in an HTTP header");
const headerValue = z.union([headerText, z.number().transform(String), z.boolean().transform(String)]);

const response = z.object({
  statusCode: z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
    .refine((status) => Number.isInteger(status) && status >= 200 && status <= 599, "expected 200 to 599"),
  headers: z.record(z.string().regex(HEADER_NAME, "is not a valid header name"), headerValue).nullish(),
  cookies: z.array(headerText).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** What a streaming handler may send before its body. */
const prelude = response.extend({ statusCode: response.shape.statusCode.default(200) });

/**
 * The type of a stream that begins with status and headers:
 * https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
export const PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";
/** What separates them from the body. */
export const PRELUDE_END = Buffer.alloc(8);

const JSON_TYPE = { "content-type": "application/json" };

/** No route takes the request. */
export const NOT_FOUND = makeProblem(404, "Not Found");

/** Nobody knows who sends the request. */
export const UNAUTHORIZED: EndpointResponse = {
  ...makeProblem(401, "Unauthorized"),
  headers: { ...JSON_TYPE, "www-authenticate": "Bearer" },
};

/** Too many requests. */
export const TOO_MANY_REQUESTS = makeProblem(429, "Too Many Requests");

/** Larger than an event may be. */
export const TOO_LARGE = makeProblem(413, "Request Too Long");

/**
 * The response if the function failed or returned an invalid response: 502 from a function URL, 500 from an HTTP API.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
 */
export function makeFailureResponse(kind: EndpointKind): EndpointResponse {
  return makeProblem(kind === "http-api" ? 500 : 502, "Internal Server Error");
}

/**
 * Converts a function's answer: it is a response if it has a status code, and otherwise the body of a response with
 * status 200. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
 */
export function buildEndpointResponse({ payload, streamed }: Returned, kind: EndpointKind): EndpointResponse {
  if (streamed?.contentType === PRELUDE_TYPE) return parsePreludeResponse(streamed.bytes, kind);
  if (streamed) return makePlainResponse(streamed.bytes, { "content-type": streamed.contentType });
  const value = parseJson(payload);
  if (typeof value !== "object" || value === null || !("statusCode" in value)) {
    return makePlainResponse(Buffer.from(typeof value === "string" ? value : payload), JSON_TYPE);
  }
  const { data, error } = response.safeParse(value);
  if (!data) return makeMalformedResponse(error, kind);
  const text = data.body ?? "";
  const body = Buffer.from(text, data.isBase64Encoded ? "base64" : "utf8");
  if (data.isBase64Encoded && removePadding(body.toString("base64")) !== removePadding(text)) {
    return { ...makeFailureResponse(kind), malformed: "body is not base64" };
  }
  return buildResponse(data, body, JSON_TYPE, kind);
}

function parsePreludeResponse(bytes: Buffer, kind: EndpointKind): EndpointResponse {
  const end = bytes.indexOf(PRELUDE_END);
  const { data, error } = prelude.safeParse(parseJson(bytes.subarray(0, Math.max(0, end)).toString()));
  return data
    ? buildResponse(data, bytes.subarray(end + PRELUDE_END.length), {}, kind)
    : makeMalformedResponse(error, kind);
}

function buildResponse(
  { statusCode, headers, cookies }: z.output<typeof response>,
  body: Buffer,
  defaults: Readonly<Record<string, string>>,
  kind: EndpointKind,
): EndpointResponse {
  const sent = Object.entries(headers ?? {}).flatMap(([name, text]): [string, string][] => {
    const lower = name.toLowerCase();
    if (kind === "http-api") return DROPPED.has(lower) ? [] : [[lower, text]];
    return [[REMAPPED.has(lower) ? `x-amzn-remapped-${lower}` : lower, text]];
  });
  const { "set-cookie": cookie, ...others } = Object.fromEntries(sent);
  return {
    status: statusCode,
    headers: { ...defaults, ...others },
    cookies: [...(cookie === undefined ? [] : [cookie]), ...(cookies ?? [])],
    body,
  };
}

function makePlainResponse(body: Buffer, headers: Readonly<Record<string, string>>): EndpointResponse {
  return { status: 200, headers, cookies: [], body };
}

function makeMalformedResponse({ issues }: z.ZodError, kind: EndpointKind): EndpointResponse {
  const [issue] = issues;
  return {
    ...makeFailureResponse(kind),
    malformed: `${issue?.path.join(".") || "answer"}: ${issue?.message ?? "unknown"}`,
  };
}

function removePadding(base64: string): string {
  return base64.replace(/=+$/, "");
}

function makeProblem(status: number, message: string): EndpointResponse {
  return { status, headers: JSON_TYPE, cookies: [], body: Buffer.from(JSON.stringify({ message })) };
}
