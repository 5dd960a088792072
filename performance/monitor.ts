import { emf } from "./emf";
import { instanceId, memoryPercent, millisecondsSince, type Start, takeStart } from "./instance";
import { type Datum, type Publisher } from "./metrics";
import { type Categorize, type Outcome, outcomeOfError, outcomeOfResult } from "./outcome";
import { isThenable } from "./promises";
import { quietly } from "./quietly";
import { sources } from "./sources";
import { type RunWarmUps } from "./warm-ups";
import { isPing, MAX_HOLD_MILLISECONDS, type Ping, type PingReply } from "./warming";

/** A Lambda handler of any trigger, whether it returns a promise or calls back. */
export type Handler = (...args: never[]) => unknown;

/** How a handler is monitored. Everything has a default. */
export interface MonitorOptions {
  /** Names the category of an error that the handler threw; the error's class by default. */
  readonly categorize?: Categorize;
  /** Where metrics go: to standard output, from which CloudWatch takes them, by default. */
  readonly publisher?: Publisher;
  /** What to warm up when the environment starts, and again with each ping. */
  readonly warmUps?: RunWarmUps;
}

type Callback = (error: unknown, result: unknown) => void;

/** What Lambda tells of an invocation, as far as it matters here. */
interface Context {
  readonly awsRequestId?: unknown;
  readonly functionVersion?: unknown;
  readonly getRemainingTimeInMillis?: () => number;
}

/** Left of a ping's time, at least, when its hold ends. */
const HOLD_MARGIN_MILLISECONDS = 500;

/**
 * Measures a handler. The handler's outcome stays what it is: monitoring never throws, never waits, and changes no result. Warming pings are answered before the handler sees them.
 *
 * @returns a handler of the same type
 */
export function monitor<Monitored extends Handler>(handler: Monitored, options: MonitorOptions = {}): Monitored {
  const { publisher = emf, categorize, warmUps } = options;

  // Two parameters: Lambda tells handlers with a callback from the others by the number.
  function monitored(this: unknown, event: unknown, context: unknown, ...rest: unknown[]): unknown {
    if (isPing(event)) return answerPing(event, context as Context, warmUps);
    const invocation = {
      publisher,
      context,
      start: takeStart(),
      startedAt: process.hrtime(),
      categorize,
      ended: false,
    };
    quietly(() => publisher.begin?.());
    if (typeof rest[0] === "function") rest[0] = measuredCallback(rest[0] as Callback, invocation);

    let result: unknown;
    try {
      result = Reflect.apply(handler, this, [event, context, ...rest] as never[]);
    } catch (error) {
      fail(invocation, error);
      throw error;
    }
    if (isThenable(result)) {
      // Asked once, as Lambda would: some promises do their work each time somebody asks.
      return Promise.resolve(result).then(
        (value) => {
          end(invocation, outcomeOfResult(value));
          return value;
        },
        (error: unknown) => {
          fail(invocation, error);
          throw error;
        },
      );
    }
    // With three parameters, the handler will call back.
    if (handler.length < 3) end(invocation, outcomeOfResult(result));
    return result;
  }
  return monitored as unknown as Monitored;
}

/** One invocation under way. Its functions are not closures: making them anew for each request would cost more than calling them. */
interface Invocation {
  readonly publisher: Publisher;
  readonly context: unknown;
  readonly start: Start;
  readonly startedAt: [number, number];
  readonly categorize: Categorize | undefined;
  ended: boolean;
}

function measuredCallback(callback: Callback, invocation: Invocation): Callback {
  return (error, result) => {
    if (error === undefined || error === null) end(invocation, outcomeOfResult(result));
    else fail(invocation, error);
    callback(error, result);
  };
}

function fail(invocation: Invocation, error: unknown): void {
  end(invocation, outcomeOfError(error, invocation.categorize));
}

function end(invocation: Invocation, outcome: Outcome): void {
  if (invocation.ended) return;
  invocation.ended = true;
  quietly(() => {
    const { publisher, context, start, startedAt } = invocation;
    const milliseconds = millisecondsSince(startedAt);
    const id = quietly(() => (context as Context).awsRequestId);
    publisher.publish(dataOf(start, outcome, milliseconds), {
      requestId: typeof id === "string" ? id : undefined,
      start,
    });
  });
}

function dataOf(start: Start, outcome: Outcome, milliseconds: number): Datum[] {
  const data: Datum[] = [{ name: "ExecutionTime", values: [milliseconds] }];
  const memory = memoryPercent();
  if (memory < Infinity) data.push({ name: "MemoryUtilization", values: [memory] });
  if (start === "cold") data.push({ name: "ColdStarts", values: [1] });
  if (typeof outcome === "string") data.push({ name: outcome, values: [1] });
  else data.push({ name: "Failures", values: [1], dimension: outcome.category });
  return [...data, ...sources.flatMap((take) => take())];
}

async function answerPing(ping: Ping, context: Context | undefined, warmUps?: RunWarmUps): Promise<PingReply> {
  const startedAt = process.hrtime();
  const cold = takeStart() === "cold";
  const remaining = quietly(() => context?.getRemainingTimeInMillis?.()) ?? Infinity;
  const hold = Math.min(ping.holdMilliseconds ?? 0, MAX_HOLD_MILLISECONDS, remaining - HOLD_MARGIN_MILLISECONDS);
  const [results] = await Promise.all([warmUps?.(), new Promise((resolve) => setTimeout(resolve, hold))]);
  return {
    warm: true,
    instanceId: instanceId(),
    cold,
    version: String(context?.functionVersion),
    heldMilliseconds: millisecondsSince(startedAt),
    warmUps: results ?? [],
  };
}
