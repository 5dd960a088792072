import { inPlaceOf, isStreaming, type ResponseStream, watchAnswers, watchStream } from "./answers";
import { emf } from "./emf";
import { memoryPercent, millisecondsSince, type Start, takeStart } from "./instance";
import { type Datum, type MetricName, type Publisher } from "./metrics";
import { type Categorize, type Outcome, outcomeOfError, outcomeOfResult } from "./outcome";
import { OTHER } from "./names";
import { answerPing, isPingThrough } from "./pings";
import { isThenable } from "./promises";
import { sources } from "./sources";
import { type RunWarmUps } from "./warm-ups";

/** What Lambda calls a handler with is of no type that TypeScript could know, as what `JSON.parse` gives: a handler may say which. */
type Given = ReturnType<typeof JSON.parse>;

/** A Lambda handler of any trigger, whether it returns a promise, calls back or streams. */
export type Handler = (...args: Given[]) => unknown;

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

/** What Lambda tells of an invocation, as far as it matters here. */
interface Context {
  readonly awsRequestId?: unknown;
}

/** What the runtime calls it, before nodejs24.x, when there is nothing left to do and a promise is not settled. */
const NEVER_SETTLED = { name: "Runtime.NodeJsExit" };

/** What becomes of requests that have no answer when there is nothing left to do. */
const unanswered = new Set<() => void>();

process.on("beforeExit", () => {
  for (const giveUp of unanswered) giveUp();
});

/**
 * Measures a handler. The handler's outcome stays what it is: monitoring never throws, never waits, and changes no result. Warming pings are answered before the handler sees them; what is shaped as one and came in through another alias is a request.
 *
 * @returns a handler of the same type, which looks like it to Lambda
 * @throws TypeError when it is called, if the handler is no function
 */
export function monitor<Monitored extends Handler>(handler: Monitored, options: MonitorOptions = {}): Monitored {
  const { publisher = emf, categorize, warmUps, warmingQualifier } = options;

  return inPlaceOf(handler, (self, args) => {
    const isStream = isStreaming(handler);
    const event = args[0];
    const stream = args[1] as ResponseStream;
    const context = args[isStream ? 2 : 1] as Context | undefined;
    if (isPingThrough(warmingQualifier, event, context)) {
      const reply = answerPing(event, context, warmUps);
      return isStream ? reply.then((answer) => void stream.end(JSON.stringify(answer))) : reply;
    }
    const start = takeStart();
    const startedAt = process.hrtime.bigint();
    const callsBack = !isStream && typeof args[2] === "function";
    let stopWatching: (() => void) | undefined;
    const answered = (error: unknown, result?: unknown): void => {
      if (!unanswered.delete(giveUp)) return;
      try {
        const milliseconds = millisecondsSince(startedAt);
        stopWatching?.();
        const outcome =
          error === undefined || error === null ? outcomeOfResult(result, event) : outcomeOfError(error, categorize);
        publisher.publish(dataOf(start, outcome, milliseconds), {
          requestId: context?.awsRequestId,
          start,
          // Under which X-Ray knows the request: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html
          traceId: outcome.category && /Root=([^;]+)/.exec(process.env["_X_AMZN_TRACE_ID"] ?? "")?.[1],
        });
      } catch {
        // What monitoring cannot do is no concern of the request.
      }
    };
    const giveUp = (): void => {
      // Before nodejs24.x, the runtime answers null for a handler that could have called back, unless it is an async function.
      answered(callsBack && handler.constructor.name !== "AsyncFunction" ? null : NEVER_SETTLED);
    };
    unanswered.add(giveUp);
    try {
      if (callsBack) stopWatching = watchAnswers(args, answered);
      publisher.begin?.();
    } catch {
      // As above.
    }

    let result: unknown;
    try {
      result = Reflect.apply(handler, self, args as never[]);
    } catch (error) {
      answered(error ?? OTHER);
      throw error;
    }
    if (isThenable(result)) {
      // Asked once, as Lambda would: some promises do their work each time somebody asks.
      return Promise.resolve(result).then(
        (value) => {
          if (isStream) watchStream(stream, answered);
          else answered(null, value);
          return value;
        },
        (error: unknown) => {
          answered(error ?? OTHER);
          throw error;
        },
      );
    }
    // Streaming is for promises only.
    if (!callsBack) answered(isStream ? OTHER : null, result);
    return result;
  });
}

function dataOf(start: Start, outcome: Outcome, milliseconds: number): Datum[] {
  const data: Datum[] = [];
  const add = (name: MetricName, value = 1, dimension?: string) => data.push({ name, values: [value], dimension });
  add("ExecutionTime", milliseconds);
  const memory = memoryPercent();
  if (memory < Infinity) add("MemoryUtilization", memory);
  if (start === "cold") add("ColdStarts");
  const { metric, category, answered, batch } = outcome;
  add(metric, 1, category);
  if (answered) add("ServerErrors");
  if (batch) {
    add("FailedRecords", batch.failed);
    add("FailedRecordsShare", (100 * batch.failed) / batch.total);
  }
  for (const take of sources) data.push(...take());
  return data;
}
