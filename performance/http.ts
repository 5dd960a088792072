import { isStreaming } from "./responses";
import { readClock } from "./instance";
import { type Handler, monitor, type MonitorOptions } from "./monitor";
import { answerPing, type Context, isPingThrough } from "./pings";
import { isThenable } from "./promises";
import { isPing, type Ping, PING_SOURCE } from "./warming";
import { wrap } from "./wrap";

/**
 * The part of a version 2.0 event that matters here: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
interface HttpEvent {
  readonly rawPath?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
  readonly requestContext?: { readonly http?: { readonly method?: unknown } };
}

/**
 * What Lambda's runtime offers to streaming handlers:
 * https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
interface AwsLambda {
  readonly awslambda: {
    readonly HttpResponseStream: {
      readonly from: (stream: unknown, metadata: object) => { write(text: string): unknown; end(): unknown };
    };
  };
}

const WARM_PATH = "/warm";
/**
 * Minimum time between two runs of an instance's warm-ups through the route: otherwise everyone who can call the
 * endpoint could start them with each request.
 */
const WARM_UPS_EVERY_MILLISECONDS = 60_000;
/** A ping is far shorter. Longer bodies are not read, because everyone who can call the endpoint could send them. */
const MAX_PING_CHARACTERS = 1024;
const JSON_HEADERS = { "content-type": "application/json" };

/**
 * Like `monitor`, for handlers of HTTP events (version 2.0: HTTP APIs and function URLs) that return a promise. Every
 * response gets the header `X-Process-Time`, in seconds. `POST /warm` is answered with `{"status":"warm"}` if its body
 * is a warming ping, which counts as a ping, and with `{"status":"ok"}` otherwise, which counts as a request. A
 * streamed response has no such header, because it would come too late. The route runs the warm-ups at most once a
 * minute, and not within a minute of a ping.
 */
export function monitorHttp<Monitored extends Handler>(handler: Monitored, options: MonitorOptions = {}): Monitored {
  /** Answers one of our own requests in the way the handler would. */
  const send = (args: readonly unknown[], answer: object): Promise<unknown> =>
    Promise.resolve(isStreaming(handler) ? writeResponse(args[1], answer) : answer);
  const routed = wrap(handler, (_, self, args) =>
    isWarmRoute(args[0]) ? send(args, makeResponse({ status: "ok" })) : Reflect.apply(handler, self, args as never[]),
  );
  const measured = monitor(routed, options);

  let warmedUpAt = -Infinity;

  return wrap(measured, (_, self, args) => {
    const event = args[0];
    const context = args[isStreaming(handler) ? 2 : 1] as Context;
    const measure = (): unknown => Reflect.apply(measured, self, args as never[]);
    if (isPingThrough(options.warmingQualifier, event, context)) {
      warmedUpAt = Date.now();
      return measure();
    }
    const start = readClock();
    const finish = (result: unknown) => addProcessTime(result, readClock() - start);
    if (isWarmRoute(event) && isPing(parseBody(event))) {
      const isDue = Date.now() - warmedUpAt >= WARM_UPS_EVERY_MILLISECONDS;
      if (isDue) warmedUpAt = Date.now();
      const answered = answerPing(makeWarmingPing(), context, isDue ? options.warmUps : undefined);
      return answered.then(() => send(args, finish(makeResponse({ status: "warm" })) as object));
    }
    const result = measure();
    return isThenable(result) ? result.then(finish) : result;
  });
}

function isWarmRoute(event: unknown): event is HttpEvent {
  try {
    const { rawPath, requestContext } = event as HttpEvent;
    return rawPath === WARM_PATH && requestContext?.http?.method === "POST";
  } catch {
    return false;
  }
}

function parseBody({ body, isBase64Encoded }: HttpEvent): unknown {
  try {
    const text = String(body);
    if (text.length > MAX_PING_CHARACTERS) return undefined;
    return JSON.parse(isBase64Encoded === true ? Buffer.from(text, "base64").toString() : text);
  } catch {
    return undefined;
  }
}

/** Our own ping, without a hold: the route is open to everyone who can call the endpoint. */
function makeWarmingPing(): Ping {
  return { source: PING_SOURCE, warming: true, timestamp: new Date().toISOString() };
}

/** Turns a result into a response as API Gateway would, to have a place for the header. */
function addProcessTime(result: unknown, milliseconds: number): unknown {
  if (result === undefined || result === null) return result;
  const header = { "X-Process-Time": (milliseconds / 1000).toFixed(6) };
  try {
    // What JSON has of it: not what its class has.
    const { toJSON } = result as { readonly toJSON?: () => unknown };
    const answer = toJSON ? toJSON.call(result) : result;
    const { statusCode, headers } = { ...(answer as Readonly<Record<string, object | undefined>>) };
    if (statusCode === undefined) return makeResponse(answer, header);
    return { ...(answer as object), headers: { ...headers, ...header } };
  } catch {
    return result;
  }
}

/** Writes a response as a streaming handler does. */
function writeResponse(responseStream: unknown, { body, ...metadata }: { readonly body?: string }): unknown {
  const { awslambda } = globalThis as unknown as AwsLambda;
  const stream = awslambda.HttpResponseStream.from(responseStream, metadata);
  // The metadata goes before what is written, but not before an end.
  stream.write(body ?? "");
  stream.end();
  return undefined;
}

function makeResponse(body: unknown, header: object = {}): object {
  const headers = { ...JSON_HEADERS, ...header };
  return { statusCode: 200, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}
