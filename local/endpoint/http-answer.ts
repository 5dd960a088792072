import { z } from "zod";

/** What goes back to whoever sent a request. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const response = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), headerValue).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

const JSON_TYPE = { "content-type": "application/json" };

/** The function failed, or answered what is no response. */
export const FUNCTION_FAILED = problem(502, "Internal Server Error");

/** More requests than there may be. */
export const TOO_MANY_REQUESTS = problem(429, "Too Many Requests");

/** More than an event can hold. */
export const TOO_LARGE = problem(413, "Request Too Long");

/**
 * What a function's answer means: a response if it has a status code, and else the body of one with status 200.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
 *
 * @param payload JSON
 */
export function httpAnswer(payload: string): HttpAnswer {
  const value: unknown = JSON.parse(payload);
  if (typeof value !== "object" || value === null || !("statusCode" in value)) {
    const text = typeof value === "string" ? value : payload;
    return { status: 200, headers: JSON_TYPE, cookies: [], body: Buffer.from(text) };
  }
  const parsed = response.safeParse(value);
  if (!parsed.success) return FUNCTION_FAILED;
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const lowerCased = Object.entries(headers ?? {}).map(([name, text]) => [name.toLowerCase(), text] as const);
  return {
    status: statusCode,
    headers: { ...JSON_TYPE, ...Object.fromEntries(lowerCased) },
    cookies: cookies ?? [],
    body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
  };
}

function problem(status: number, message: string): HttpAnswer {
  return { status, headers: JSON_TYPE, cookies: [], body: Buffer.from(JSON.stringify({ message })) };
}
