import { emf } from "./emf";
import { memoryPercent, millisecondsSince, type Start, takeStart } from "./instance";
import { type Datum, type MetricName, type Publisher } from "./metrics";
import { type Categorize, type Outcome, outcomeOfError, outcomeOfResult } from "./outcome";
import { answerPing, isPingThrough } from "./pings";
import { isThenable } from "./promises";
import { sources } from "./sources";
import { type RunWarmUps } from "./warm-ups";

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
  /** The alias that warming pings come through, where it is not `warm`: the `warming_qualifier` of a function that is deployed elsewhere. */
  readonly warmingQualifier?: string;
}

type Callback = (error: unknown, result: unknown) => void;

/** What Lambda tells of an invocation, as far as it matters here. */
interface Context {
  readonly awsRequestId?: unknown;
}

/**
 * Measures a handler. The handler's outcome stays what it is: monitoring never throws, never waits, and changes no result. Warming pings are answered before the handler sees them; what is shaped as one and came in through another alias is a request.
 *
 * @returns a handler of the same type
 */
export function monitor<Monitored extends Handler>(handler: Monitored, options: MonitorOptions = {}): Monitored {
  const { publisher = emf, categorize, warmUps, warmingQualifier } = options;

  // Two parameters: Lambda tells handlers with a callback from the others by the number.
  function monitored(this: unknown, event: unknown, context: unknown, ...rest: unknown[]): unknown {
    if (isPingThrough(warmingQualifier, event, context)) return answerPing(event, context, warmUps);
    const start = takeStart();
    const startedAt = process.hrtime.bigint();
    let ended = false;
    const end = (outcome: Outcome): void => {
      if (ended) return;
      ended = true;
      try {
        const milliseconds = millisecondsSince(startedAt);
        publisher.publish(dataOf(start, outcome, milliseconds), {
          requestId: (context as Context | undefined)?.awsRequestId,
          start,
          // Under which X-Ray knows the request: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html
          traceId:
            typeof outcome === "string" ? undefined : /Root=([^;]+)/.exec(process.env["_X_AMZN_TRACE_ID"] ?? "")?.[1],
        });
      } catch {
        // What monitoring cannot do is no concern of the request.
      }
    };
    try {
      publisher.begin?.();
    } catch {
      // As above.
    }
    if (typeof rest[0] === "function") rest[0] = measuredCallback(rest[0] as Callback, end, categorize);

    let result: unknown;
    try {
      result = Reflect.apply(handler, this, [event, context, ...rest] as never[]);
    } catch (error) {
      end(outcomeOfError(error, categorize));
      throw error;
    }
    if (isThenable(result)) {
      // Asked once, as Lambda would: some promises do their work each time somebody asks.
      return Promise.resolve(result).then(
        (value) => {
          end(outcomeOfResult(value));
          return value;
        },
        (error: unknown) => {
          end(outcomeOfError(error, categorize));
          throw error;
        },
      );
    }
    // With three parameters, the handler will call back.
    if (handler.length < 3) end(outcomeOfResult(result));
    return result;
  }
  return monitored as unknown as Monitored;
}

function measuredCallback(callback: Callback, end: (outcome: Outcome) => void, categorize?: Categorize): Callback {
  return (error, result) => {
    end(error === undefined || error === null ? outcomeOfResult(result) : outcomeOfError(error, categorize));
    callback(error, result);
  };
}

function dataOf(start: Start, outcome: Outcome, milliseconds: number): Datum[] {
  const data: Datum[] = [];
  const add = (name: MetricName, value = 1, dimension?: string) => data.push({ name, values: [value], dimension });
  add("ExecutionTime", milliseconds);
  const memory = memoryPercent();
  if (memory < Infinity) add("MemoryUtilization", memory);
  if (start === "cold") add("ColdStarts");
  if (typeof outcome === "string") add(outcome);
  else {
    add("Failures", 1, outcome.category);
    if (outcome.answered) add("ServerErrors");
  }
  for (const take of sources) data.push(...take());
  return data;
}
