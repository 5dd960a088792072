import { attempt } from "./promises";
import { watchCalls } from "./wrap";

/** The ways in which a handler answers other than by returning. */

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");

/** Receives what a handler threw or answered. */
export type OnAnswered = (hasFailed: boolean, value: unknown) => void;

/** The relevant part of the stream to which a streaming handler writes its response. */
export interface ResponseStream {
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  readonly once: (event: string, listener: () => void) => unknown;
  write: (...chunk: unknown[]) => unknown;
  end: (...chunk: unknown[]) => unknown;
  /**
   * Set by `awslambda.HttpResponseStream.from`: writes the status and the headers as JSON, then the separator before
   * the body.
   */
  readonly _onBeforeFirstWrite?: (write: (chunk: unknown) => unknown) => void;
}

/**
 * Whether a handler streams its response, as marked by `awslambda.streamifyResponse`. It is then called with event,
 * stream and context.
 */
export function isStreaming(handler: object): boolean {
  return (handler as Record<symbol, unknown>)[STREAMING] === "response";
}

/**
 * Reports an answer before it is given by the callback, or by the context's methods that do the same.
 *
 * @param args the handler's arguments
 */
export function watchAnswers(args: unknown[], answered: OnAnswered): void {
  const context = args[1] as object;
  const done = (error: unknown, result: unknown): void => {
    answered((error ?? undefined) !== undefined, error ?? result);
  };
  watchCalls(args, 2, done);
  watchCalls(context, "done", done);
  watchCalls(context, "fail", (error) => {
    answered(true, error);
  });
  watchCalls(context, "succeed", (result) => {
    answered(false, result);
  });
}

/** Reports each chunk of a streamed response before it is written. */
export function watchChunks(stream: ResponseStream, written: () => void): void {
  for (const method of ["write", "end"]) {
    watchCalls(stream, method, (chunk) => {
      // An end may come alone, or with a callback only.
      if (chunk !== undefined && typeof chunk !== "function") written();
    });
  }
}

/**
 * Reports a streamed response when it has ended: only then does its caller have all of it. The reported answer is the
 * metadata of an HTTP response. Never throws.
 */
export function watchStream(stream: ResponseStream, answered: OnAnswered): void {
  const end = (): void => {
    let metadata: unknown;
    // What follows the metadata is not JSON.
    attempt(() => {
      stream._onBeforeFirstWrite?.((chunk) => (metadata ??= JSON.parse(chunk as string)));
    });
    answered(!stream.writableFinished, metadata);
  };
  if (stream.writableFinished || stream.destroyed) end();
  stream.once("finish", end);
  stream.once("close", end);
}
