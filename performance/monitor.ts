import { emf } from "./emf";
import { measureMemoryPercent, memoryMb, readClock, takeStart } from "./instance";
import { datum, type Publisher } from "./metrics";
import { type Categorize, classifyError, classifyResult } from "./outcome";
import { answerPing, type Context, isPingThrough } from "./pings";
import { attempt, isThenable } from "./promises";
import { isStreaming, type OnAnswered, type ResponseStream, watchAnswers, watchChunks, watchStream } from "./responses";
import { sources } from "./sources";
import { type RunWarmUps } from "./warm-ups";
import { wrap } from "./wrap";

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

/** Reports of requests without an answer, with whether the request has failed when there is nothing left to do. */
const unanswered = new Map<OnAnswered, boolean>();

process.on("beforeExit", () => {
  unanswered.forEach((hasFailed, report) => {
    report(hasFailed, NEVER_SETTLED);
  });
  unanswered.clear();
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
  const { warmUps, warmingQualifier } = options;

  return wrap(handler, (_, self, args) => {
    const stream = isStreaming(handler) ? (args[1] as ResponseStream) : undefined;
    const event = args[0];
    const context = args[stream ? 2 : 1] as Context;
    if (!isPingThrough(warmingQualifier, event, context)) {
      return measure(handler, options, self, args, context, stream);
    }
    const reply = answerPing(event, context, warmUps);
    return stream ? reply.then((answer) => void stream.end(JSON.stringify(answer))) : reply;
  });
}

/** Calls a handler, and publishes the metrics of the request when it has been answered. */
function measure(
  handler: Handler,
  { publisher = emf, categorize }: MonitorOptions,
  self: unknown,
  args: unknown[],
  context: Context,
  stream: ResponseStream | undefined,
): unknown {
  const start = takeStart();
  const startedAt = readClock();
  let firstByte: number | undefined;
  const callsBack = !stream && typeof args[2] === "function";
  // Before nodejs24.x, the runtime answers null for a handler that could have used a callback, unless it is an async
  // function.
  const failsUnanswered = !callsBack || handler.constructor.name === "AsyncFunction";
  const answered = awaitAnswer(failsUnanswered, (hasFailed, value) => {
    attempt(() => {
      const data = [datum("ExecutionTime", readClock() - startedAt)];
      if (firstByte) data.push(datum("FirstByteTime", firstByte));
      if (memoryMb > 0) data.push(datum("MemoryUtilization", measureMemoryPercent()));
      if (start === "cold") data.push(datum("ColdStarts"));
      const outcome = hasFailed ? classifyError(value, categorize) : classifyResult(value, args[0]);
      data.push(...outcome);
      for (const take of sources) data.push(...take());
      return publisher.publish(data, {
        requestId: context?.awsRequestId,
        start,
        // The request's id in X-Ray: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html
        traceId: outcome[0]?.dimension && /Root=([^;]+)/.exec(process.env["_X_AMZN_TRACE_ID"] ?? "")?.[1],
      });
    });
  });
  attempt(() => {
    if (callsBack) watchAnswers(args, answered);
    if (stream) watchChunks(stream, () => (firstByte ??= readClock() - startedAt));
    return publisher.begin?.();
  });

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
        if (stream) watchStream(stream, answered);
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
  if (!callsBack) answered(stream !== undefined, result);
  return result;
}

/** Makes a request wait for its answer. Returns what takes its answers, and reports only the first one. */
function awaitAnswer(failsUnanswered: boolean, report: OnAnswered): OnAnswered {
  unanswered.set(report, failsUnanswered);
  return (hasFailed, value) => {
    if (unanswered.delete(report)) report(hasFailed, value);
  };
}
