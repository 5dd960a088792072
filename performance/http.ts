import { millisecondsSince } from "./instance";
import { type Handler, monitor, type MonitorOptions } from "./monitor";
import { answerPing, isPingThrough } from "./pings";
import { isThenable } from "./promises";
import { isPing, type Ping, PING_SOURCE } from "./warming";

/** The part of a version 2.0 event that matters here: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
interface HttpEvent {
  readonly rawPath?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
  readonly requestContext?: { readonly http?: { readonly method?: unknown } };
}

const WARM_PATH = "/warm";
/** How often the route runs the warm-ups of an instance, at most: whoever may call the endpoint could ask for it with each request. */
const WARM_UPS_EVERY_MILLISECONDS = 60_000;
/** A ping is far shorter. What is longer is not read: whoever may call the endpoint could send it. */
const MAX_PING_CHARACTERS = 1024;
const JSON_HEADERS = { "content-type": "application/json" };

/**
 * Like `monitor`, for handlers of HTTP events (version 2.0: HTTP APIs and function URLs) that return a promise. Every response gets the header
 * `X-Process-Time`, in seconds, and `POST /warm` is answered: `{"status":"warm"}` to a warming ping in its body, which counts as a
 * ping, and `{"status":"ok"}` to anything else, which counts as a request. The route runs the warm-ups once a minute at most, and not
 * within a minute of a ping.
 */
export function monitorHttp<Monitored extends Handler>(handler: Monitored, options: MonitorOptions = {}): Monitored {
  const routed = (...args: unknown[]): unknown =>
    isWarmRoute(args[0])
      ? Promise.resolve(response({ status: "ok" }))
      : Reflect.apply(handler, undefined, args as never[]);
  const measured = monitor(routed, options);

  let warmedUpAt = -Infinity;

  function answer(event: unknown, ...rest: unknown[]): unknown {
    if (isPingThrough(options.warmingQualifier, event, rest[0])) {
      warmedUpAt = Date.now();
      return measured(event, ...rest);
    }
    const start = process.hrtime.bigint();
    const finish = (result: unknown) => withProcessTime(result, millisecondsSince(start));
    if (isWarmRoute(event) && isPing(bodyOf(event))) {
      const isDue = Date.now() - warmedUpAt >= WARM_UPS_EVERY_MILLISECONDS;
      if (isDue) warmedUpAt = Date.now();
      const answered = answerPing(warmingPing(), rest[0], isDue ? options.warmUps : undefined);
      return answered.then(() => finish(response({ status: "warm" })));
    }
    const result = measured(event, ...rest);
    return isThenable(result) ? result.then(finish) : result;
  }
  return answer as unknown as Monitored;
}

function isWarmRoute(event: unknown): event is HttpEvent {
  try {
    const { rawPath, requestContext } = event as HttpEvent;
    return rawPath === WARM_PATH && requestContext?.http?.method === "POST";
  } catch {
    return false;
  }
}

function bodyOf({ body, isBase64Encoded }: HttpEvent): unknown {
  try {
    const text = String(body);
    if (text.length > MAX_PING_CHARACTERS) return undefined;
    return JSON.parse(isBase64Encoded === true ? Buffer.from(text, "base64").toString() : text);
  } catch {
    return undefined;
  }
}

/** A ping of our own, without a hold: the route is open to whoever may call the endpoint. */
function warmingPing(): Ping {
  return { source: PING_SOURCE, warming: true, timestamp: new Date().toISOString() };
}

/** What API Gateway would make a response from is made one here, in the same way, to have a place for the header. */
function withProcessTime(result: unknown, milliseconds: number): unknown {
  if (result === undefined || result === null) return result;
  const header = { "X-Process-Time": (milliseconds / 1000).toFixed(6) };
  try {
    if (typeof result === "object" && "statusCode" in result) {
      return { ...result, headers: { ...(result as { headers?: object }).headers, ...header } };
    }
    return response(result, header);
  } catch {
    return result;
  }
}

function response(body: unknown, header: object = {}): object {
  const headers = { ...JSON_HEADERS, ...header };
  return { statusCode: 200, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}
