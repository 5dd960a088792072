import { type ApiResponse, formatJson, Refusal, refuse } from "./responses";

/** Maximum size of a body. */
export const MAX_BODY_BYTES = 16_384;

/** A request as routes see it. */
export interface ApiRequest {
  readonly query: Readonly<Record<string, unknown>>;
  /** Reads the body as JSON; throws a refusal if it is not JSON. */
  readonly json: () => unknown;
}

/** Answers one method of one path, given the values of the path's variables in order. */
export type Route = (request: ApiRequest, ...variables: string[]) => ApiResponse | Promise<ApiResponse>;

/** Routes by path and method: `{ "/notes/{id}": { GET: (request, id) => ... } }`. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Route>>>>;

/**
 * The relevant part of a version 2.0 event: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html Every
 * field may be missing, because callers that invoke the function directly can send anything.
 */
interface HttpEvent {
  readonly rawPath?: unknown;
  readonly requestContext?: { readonly http?: { readonly method?: unknown } | null } | null;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly queryStringParameters?: Readonly<Record<string, unknown>> | null;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/** A handler that finds the route for an event, and always answers in JSON. */
export function createRouter(routes: Routes): (event: unknown, context?: unknown) => Promise<ApiResponse> {
  const paths = Object.entries(routes).map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "([^/]+)")}$`),
    methods: new Map(Object.entries(methods)),
  }));

  function answerTo(event: HttpEvent): ApiResponse | Promise<ApiResponse> {
    const { rawPath, requestContext } = event;
    const method = requestContext?.http?.method;
    if (typeof rawPath !== "string" || typeof method !== "string") {
      throw new Refusal(400, "expected an HTTP event of version 2.0");
    }
    for (const { pattern, methods } of paths) {
      const match = pattern.exec(rawPath);
      if (!match) continue;
      const route = methods.get(method);
      if (!route) throw makeMethodRefusal(method, [...methods.keys()].join(", "));
      const request = { query: event.queryStringParameters ?? {}, json: () => parseJsonBody(event) };
      return route(request, ...match.slice(1));
    }
    throw new Refusal(404, "no such path");
  }

  return async function answer(event, context) {
    try {
      return await answerTo(event ?? {});
    } catch (error) {
      if (error instanceof Refusal) return refuse(error);
      logFailure(error, event, context);
      return formatJson(500, { error: "internal error" });
    }
  };
}

function makeMethodRefusal(found: string, allowed: string): Refusal {
  return new Refusal(405, "method not allowed", [{ field: "method", expected: allowed, found }], { allow: allowed });
}

function parseJsonBody({ headers, body, isBase64Encoded }: HttpEvent): unknown {
  const contentType = toText("nothing", headers?.["content-type"]);
  if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    const mistake = { field: "content-type", expected: "application/json", found: contentType };
    throw new Refusal(415, "unsupported content type", [mistake]);
  }
  const encoded = toText("", body);
  const encoding = isBase64Encoded === true ? "base64" : "utf8";
  const bytes = Buffer.byteLength(encoded, encoding);
  if (bytes > MAX_BODY_BYTES) {
    const mistake = { field: "body", expected: `at most ${MAX_BODY_BYTES} bytes`, found: `${bytes} bytes` };
    throw new Refusal(413, "body too large", [mistake]);
  }
  try {
    return JSON.parse(Buffer.from(encoded, encoding).toString()) as unknown;
  } catch (error) {
    throw new Refusal(400, "malformed body", [{ field: "body", expected: "JSON", found: (error as Error).message }]);
  }
}

function toText(otherwise: string, value: unknown): string {
  return typeof value === "string" ? value : otherwise;
}

/**
 * Writes one line of JSON to the log, which the caller does not see. It does not use `console`, because Lambda would
 * wrap the line in its own.
 */
function logFailure(error: unknown, event: unknown, context: unknown): void {
  const { awsRequestId: requestId } = (context ?? {}) as { readonly awsRequestId?: unknown };
  const { rawPath: path } = (event ?? {}) as HttpEvent;
  // An import would add 2 ms to each start of the function.
  const { inspect } = process.getBuiltinModule("util");
  const line = { level: "ERROR", message: "request failed", requestId, path, error: inspect(error) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
