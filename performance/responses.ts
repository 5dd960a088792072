import { type Handler } from "./monitor";

/** How Lambda's runtime sees a handler, and the ways in which a handler answers other than by returning. */

/**
 * Makes a function that replaces a handler and looks the same to Lambda's runtime and to code that sets properties on
 * it: Lambda checks a handler's constructor, its number of parameters and its symbols.
 *
 * @param call gets `this` and the arguments
 * @throws TypeError if the handler is not a function
 */
export function replaceHandler<Replaced extends Handler>(
  handler: Replaced,
  call: (self: unknown, args: unknown[]) => unknown,
): Replaced {
  if (typeof handler !== "function") throw new TypeError(`a handler is a function, not ${typeof handler}`);
  return new Proxy(handler, { apply: (_, self, args: unknown[]) => call(self, args) });
}

/** Receives what a handler threw or answered. */
export type OnAnswered = (hasFailed: boolean, value: unknown) => void;

/** Gives an answer to Lambda: an error, a result, or an error followed by a result; null means no error. */
type Answer = (...given: unknown[]) => void;

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
  const { [Symbol.for("aws.lambda.runtime.handler.streaming")]: marked } = handler as Record<symbol, unknown>;
  return marked === "response";
}

/**
 * Wraps the callback, and the context's methods that do the same, so that they report an answer before they give it.
 *
 * @param args the handler's arguments
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

/** Reports each chunk of a streamed response before it is written. */
export function watchChunks(stream: ResponseStream, written: () => void): void {
  for (const key of ["write", "end"] as const) {
    const send = stream[key];
    stream[key] = replaceHandler(send, (self, args) => {
      // An end may come alone, or with a callback only.
      if (args[0] !== undefined && typeof args[0] !== "function") written();
      return Reflect.apply(send, self, args);
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
    try {
      stream._onBeforeFirstWrite?.((chunk) => (metadata ??= JSON.parse(chunk as string)));
    } catch {
      // What follows the metadata is not JSON.
    }
    answered(!stream.writableFinished, metadata);
  };
  if (stream.writableFinished || stream.destroyed) end();
  stream.once("finish", end);
  stream.once("close", end);
}
