import { type Handler } from "./monitor";

/** How Lambda's runtime sees a handler, and how that answers besides by what it returns. */

/**
 * A function in place of a handler, the same to Lambda's runtime and to whoever sets properties on it: Lambda goes by a handler's constructor, its number
 * of parameters and its symbols.
 *
 * @param call gets `this` and the arguments
 * @throws TypeError if the handler is no function
 */
export function inPlaceOf<Replaced extends Handler>(
  handler: Replaced,
  call: (self: unknown, args: unknown[]) => unknown,
): Replaced {
  const kind: string = typeof handler;
  if (kind !== "function") throw new TypeError(`a handler must be a function, not ${kind}`);
  return new Proxy(handler, { apply: (_, self, args: unknown[]) => call(self, args) });
}

/** Takes an answer as Lambda does: an error that is undefined or null is none. */
export type Answer = (error: unknown, result?: unknown) => void;

/** What a context has to answer with, before nodejs24.x. */
interface AnsweringContext {
  readonly done?: Answer;
  readonly fail: Answer;
  readonly succeed: Answer;
}

/** What a handler that streams writes its response to, as far as it matters here. */
export interface ResponseStream {
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  readonly once: (event: string, listener: () => void) => unknown;
  readonly end: (text: string) => unknown;
  /** Left by `awslambda.HttpResponseStream.from`: writes the status and the headers as JSON, and then what divides them from the body. */
  readonly _onBeforeFirstWrite?: (write: (chunk: unknown) => unknown) => void;
}

/** By which the runtime knows a handler that streams: `awslambda.streamifyResponse` sets it. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");

/** Whether a handler streams its response: then it is called with event, stream and context. */
export function isStreaming(handler: object): boolean {
  return (handler as Partial<Record<symbol, unknown>>)[STREAMING] === "response";
}

/**
 * Has the callback, and the methods of the context that do the same, tell of an answer before they give it.
 *
 * @param args what the handler is called with
 * @returns makes the context what it was
 */
export function watchAnswers(args: unknown[], answered: Answer): () => void {
  const watched =
    (answer: Answer, tell = answered): Answer =>
    (error, result) => {
      tell(error, result);
      answer(error, result);
    };
  const [, context, callback] = args as [unknown, AnsweringContext, Answer];
  const { done, fail, succeed } = context;
  args[2] = watched(callback);
  Object.assign(
    context,
    done && {
      done: watched(done),
      fail: watched(fail, (error) => {
        answered(error ?? "handled");
      }),
      succeed: watched(succeed, (result) => {
        answered(null, result);
      }),
    },
  );
  return () => Object.assign(context, done && { done, fail, succeed });
}

/**
 * Tells of a streamed response when it has ended: only then does its caller have all of it. The result is the metadata of a response to an HTTP
 * request. Never throws.
 */
export function watchStream(stream: ResponseStream, answered: Answer): void {
  const end = (): void => {
    let metadata: unknown;
    try {
      stream._onBeforeFirstWrite?.((chunk) => (metadata ??= JSON.parse(chunk as string)));
    } catch {
      // After the metadata comes what is no JSON.
    }
    answered(stream.writableFinished ? null : "incomplete", metadata);
  };
  if (stream.writableFinished || stream.destroyed) end();
  stream.once("finish", end);
  stream.once("close", end);
}
