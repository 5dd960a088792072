import { toOneLine } from "./foreign-text";
import { readClock, startMillisecondsLeft } from "./instance";
import { writeLines } from "./stdout";
import { type WarmUpResult } from "./warming";

/** Work to do before a request needs it: a function, or a function with its own time limit. */
export type WarmUp = (() => unknown) | { readonly run: () => unknown; readonly timeoutMilliseconds: number };

/**
 * Runs all warm-ups at the same time, for at most this many milliseconds; without a limit by default. If a warm-up of
 * an earlier run is still running, it waits for it and does not start it again. Never rejects: the result and the log
 * show warm-ups that fail or do not end in time.
 */
export type RunWarmUps = (limitMilliseconds?: number) => Promise<readonly WarmUpResult[]>;

const DEFAULT_TIMEOUT_MILLISECONDS = 5000;

/** Maximum delay of a timer: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMEOUT_MILLISECONDS = 2_147_483_647;

const MAX_ERROR_CHARACTERS = 300;

/** Reserved from the time limit for a start: for what is loaded before this module and after the warm-ups. */
const START_MARGIN_MILLISECONDS = 2000;

const started: Promise<unknown>[] = [];

/** What to warm up, by names that are reported when one fails. */
export interface NamedWarmUps {
  /** Modules to load: `{ pdf: () => import("./pdf") }`. */
  readonly preload?: Readonly<Record<string, WarmUp>>;
  /** Connections to open, and to keep open: `{ database: () => pool.query("select 1") }`. */
  readonly connections?: Readonly<Record<string, WarmUp>>;
}

/**
 * Runs warm-ups at once, as part of initialization, and again with each warming ping. Each has 5 seconds unless it sets
 * another limit, but never more than Lambda allows: 8 seconds in a start on demand, and in a ping, what is left of the
 * function's timeout. If one fails, neither initialization nor a request fails. A warm-up that blocks the thread (a
 * loop, a synchronous call) cannot be stopped.
 */
export function warmUps({ preload = {}, connections = {} }: NamedWarmUps): RunWarmUps {
  const named = [...Object.entries(preload), ...Object.entries(connections)];
  const makeOverallRunner = (): RunWarmUps => {
    const runners = named.map(([name, warmUp]) => makeRunner(name, warmUp));
    return (limitMilliseconds) => Promise.all(runners.map((runner) => runner(limitMilliseconds)));
  };
  started.push(makeOverallRunner()(startMillisecondsLeft() - START_MARGIN_MILLISECONDS));
  return makeOverallRunner();
}

/**
 * Resolves when the warm-ups that have started so far have ended or reached their time limit. Await it at the end of
 * the handler's module (`await warmedUp();`) to make Lambda wait for them before the first request.
 */
export async function warmedUp(): Promise<void> {
  await Promise.all(started);
}

type Runner = (limitMilliseconds?: number) => Promise<WarmUpResult>;

function makeRunner(name: string, warmUp: WarmUp): Runner {
  let underWay: Promise<void> | undefined;
  return async (limitMilliseconds = Infinity) => {
    const start = readClock();
    underWay ??= attempt(warmUp).finally(() => {
      underWay = undefined;
    });
    try {
      await waitInTime(underWay, limitMilliseconds, "had not ended when time was up, after");
      return { name, milliseconds: readClock() - start };
    } catch (failure) {
      const error = formatFailure(failure);
      writeLines(`${JSON.stringify({ level: "WARN", message: "warm-up failed", warmUp: name, error })}\n`);
      return { name, milliseconds: readClock() - start, error };
    }
  };
}

/** Runs a warm-up within its own time limit. */
async function attempt(warmUp: WarmUp): Promise<void> {
  const { run, timeoutMilliseconds: limit = NaN } = typeof warmUp === "function" ? { run: warmUp } : warmUp;
  const work = Promise.resolve().then(() => run());
  await waitInTime(work, limit > 0 ? limit : DEFAULT_TIMEOUT_MILLISECONDS, "took longer than", (timer) =>
    timer.unref(),
  );
}

/**
 * Waits for work, up to a time limit.
 *
 * @param isLate the error's text for work that takes longer
 * @param prepare gets the timer: code that waits for `attempt` has its own timer, and this one must not keep the
 *   instance busy afterward
 */
async function waitInTime(
  work: Promise<unknown>,
  limitMilliseconds: number,
  isLate: string,
  prepare?: (timer: NodeJS.Timeout) => void,
): Promise<void> {
  const milliseconds = Math.round(Math.min(Math.max(0, limitMilliseconds), LONGEST_TIMEOUT_MILLISECONDS));
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${isLate} ${milliseconds} ms`));
    }, milliseconds);
    prepare?.(timer);
  });
  try {
    await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

/** The text of an error, whatever was thrown. */
function formatFailure(failure: unknown): string {
  try {
    return toOneLine(String(failure instanceof Error ? failure.message : failure), MAX_ERROR_CHARACTERS);
  } catch {
    return "an error that does not say why";
  }
}
