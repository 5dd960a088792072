import { type Handler } from "./monitor";

/** How Lambda's runtime sees a handler, and how that answers besides by what it returns. */

/**
 * A function in place of a handler, the same to Lambda's runtime and to whoever sets properties on it: Lambda goes by a
 * handler's constructor, its number of parameters and its symbols.
 *
 * @param call gets `this` and the arguments
 * @throws TypeError if the handler is no function
 */
export function replaceHandler<Replaced extends Handler>(
  handler: Replaced,
  call: (self: unknown, args: unknown[]) => unknown,
): Replaced {
  if (typeof handler !== "function") throw new TypeError(`a handler is a function, not ${typeof handler}`);
  return new Proxy(handler, { apply: (_, self, args: unknown[]) => call(self, args) });
}

/** Takes what a handler threw, or what it answered. */
export type OnAnswered = (hasFailed: boolean, value: unknown) => void;

/** Gives an answer to Lambda: an error, a result, or the one and then the other; an error that is null is none. */
type Answer = (...given: unknown[]) => void;

/** What a handler that streams writes its response to, as far as it matters here. */
export interface ResponseStream {
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  readonly once: (event: string, listener: () => void) => unknown;
  readonly end: (text: string) => unknown;
  /**
   * Left by `awslambda.HttpResponseStream.from`: writes the status and the headers as JSON, and then what divides them
   * from the body.
   */
  readonly _onBeforeFirstWrite?: (write: (chunk: unknown) => unknown) => void;
}

/**
 * Whether a handler streams its response, as `awslambda.streamifyResponse` marks it: then it is called with event,
 * stream and context.
 */
export function isStreaming(handler: object): boolean {
  const { [Symbol.for("aws.lambda.runtime.handler.streaming")]: marked } = handler as Record<symbol, unknown>;
  return marked === "response";
}

/**
 * Has the callback, and the methods of the context that do the same, tell of an answer before they give it.
 *
 * @param args what the handler is called with
 */
export function watchAnswers(args: unknown[], answered: OnAnswered): void {
  for (const key of [2, "done", "fail", "succeed"]) {
    const owner = (key === 2 ? args : args[1]) as Record<string | number, Answer | undefined>;
    const answer = owner[key];
    if (answer) {
      owner[key] = (...given) => {
        const [error, result] = key === "succeed" ? [undefined, ...given] : given;
        answered(key === "fail" || (error ?? undefined) !== undefined, error ?? result);
        answer(...given);
      };
    }
  }
}

/**
 * Tells of a streamed response when it has ended: only then does its caller have all of it. What is answered is the
 * metadata of a response to an HTTP request. Never throws.
 */
export function watchStream(stream: ResponseStream, answered: OnAnswered): void {
  const end = (): void => {
    let metadata: unknown;
    try {
      stream._onBeforeFirstWrite?.((chunk) => (metadata ??= JSON.parse(chunk as string)));
    } catch {
      // After the metadata comes what is no JSON.
    }
    answered(!stream.writableFinished, metadata);
  };
  if (stream.writableFinished || stream.destroyed) end();
  stream.once("finish", end);
  stream.once("close", end);
}
