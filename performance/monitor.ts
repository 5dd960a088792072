import {
  type OnAnswered,
  replaceHandler,
  isStreaming,
  type ResponseStream,
  watchAnswers,
  watchChunks,
  watchStream,
} from "./responses";
import { emf } from "./emf";
import { measureMemoryPercent, measureMillisecondsSince, takeStart } from "./instance";
import { datum, type Publisher } from "./metrics";
import { type Categorize, classifyError, classifyResult } from "./outcome";
import { answerPing, type Context, isPingThrough } from "./pings";
import { isThenable } from "./promises";
import { sources } from "./sources";
import { type RunWarmUps } from "./warm-ups";

/**
 * TypeScript cannot know the type of a handler's arguments, as with the result of `JSON.parse`: a handler may declare
 * it.
 */
type Given = ReturnType<typeof JSON.parse>;

/** A Lambda handler for any trigger, which returns a promise, uses a callback or streams. */
export type Handler = (...args: Given[]) => unknown;

/** How a handler is monitored. Everything has a default. */
export interface MonitorOptions {
  /** Returns the category of an error that the handler threw; the error's class by default. */
  readonly categorize?: Categorize;
  /** Where metrics go: to standard output, from which CloudWatch takes them, by default. */
  readonly publisher?: Publisher;
  /** What to warm up when the instance starts, and again with each ping. */
  readonly warmUps?: RunWarmUps;
  /**
   * The alias for warming pings, if it is not `warm`: the `warming_qualifier` of a function that is deployed elsewhere.
   */
  readonly warmingQualifier?: string;
}

/** The runtime's name, before nodejs24.x, for a promise that is not settled when there is nothing left to do. */
const NEVER_SETTLED = { name: "Runtime.NodeJsExit" };

/** Requests without an answer, with the runtime's error for them when there is nothing left to do. */
const unanswered = new Map<OnAnswered, boolean>();

process.on("beforeExit", () => {
  unanswered.forEach((hasFailed, answered) => {
    answered(hasFailed, NEVER_SETTLED);
  });
});

/**
 * Measures a handler. The handler's outcome stays the same: monitoring never throws, never waits, and changes no
 * result. Warming pings are answered before the handler sees them. An event with the shape of a ping that came through
 * another alias is a request.
 *
 * @returns a handler of the same type, which looks the same to Lambda
 * @throws TypeError when it is called, if the handler is not a function
 */
export function monitor<Monitored extends Handler>(handler: Monitored, options: MonitorOptions = {}): Monitored {
  const { publisher = emf, categorize, warmUps, warmingQualifier } = options;

  return replaceHandler(handler, (self, args) => {
    const isStream = isStreaming(handler);
    const event = args[0];
    const stream = args[1] as ResponseStream;
    const context = args[isStream ? 2 : 1] as Context;
    if (isPingThrough(warmingQualifier, event, context)) {
      const reply = answerPing(event, context, warmUps);
      return isStream ? reply.then((answer) => void stream.end(JSON.stringify(answer))) : reply;
    }
    const start = takeStart();
    const startedAt = process.hrtime.bigint();
    let firstByte: number | undefined;
    const callsBack = !isStream && typeof args[2] === "function";
    const answered: OnAnswered = (hasFailed, value) => {
      if (!unanswered.delete(answered)) return;
      try {
        const data = [datum("ExecutionTime", measureMillisecondsSince(startedAt))];
        if (firstByte) data.push(datum("FirstByteTime", firstByte));
        const memory = measureMemoryPercent();
        if (memory < Infinity) data.push(datum("MemoryUtilization", memory));
        if (start === "cold") data.push(datum("ColdStarts"));
        const outcome = hasFailed ? classifyError(value, categorize) : classifyResult(value, event);
        data.push(...outcome);
        for (const take of sources) data.push(...take());
        publisher.publish(data, {
          requestId: context?.awsRequestId,
          start,
          // The request's id in X-Ray: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html
          traceId: outcome[0]?.dimension && /Root=([^;]+)/.exec(process.env["_X_AMZN_TRACE_ID"] ?? "")?.[1],
        });
      } catch {
        // A failure of monitoring must not affect the request.
      }
    };
    // Before nodejs24.x, the runtime answers null for a handler that could have used a callback, unless it is an async
    // function.
    unanswered.set(answered, !callsBack || handler.constructor.name === "AsyncFunction");
    try {
      if (callsBack) watchAnswers(args, answered);
      if (isStream) watchChunks(stream, () => (firstByte ??= measureMillisecondsSince(startedAt)));
      publisher.begin?.();
    } catch {
      // As above.
    }

    let result: unknown;
    try {
      result = Reflect.apply(handler, self, args as never[]);
    } catch (error) {
      answered(true, error);
      throw error;
    }
    if (isThenable(result)) {
      // Call `then` once, as Lambda would: some promises do their work each time it is called.
      return Promise.resolve(result).then(
        (value) => {
          if (isStream) watchStream(stream, answered);
          else answered(false, value);
          return value;
        },
        (error: unknown) => {
          answered(true, error);
          throw error;
        },
      );
    }
    // Streaming works only with promises.
    if (!callsBack) answered(isStream, result);
    return result;
  });
}
