import { toOneLine } from "./foreign-text";
import { measureMillisecondsSince, startMillisecondsLeft } from "./instance";
import { writeLines } from "./stdout";
import { type WarmUpResult } from "./warming";

/** Something worth doing before a request needs it: a function, or one with a time limit of its own. */
export type WarmUp = (() => unknown) | { readonly run: () => unknown; readonly timeoutMilliseconds: number };

/**
 * Runs warm-ups, all at the same time, for so many milliseconds at most; without a limit by default. One that an
 * earlier run began and that is still under way is waited for, and not begun again. Never rejects: what fails, or has
 * not ended in time, says so in its result, and in the log.
 */
export type RunWarmUps = (limitMilliseconds?: number) => Promise<readonly WarmUpResult[]>;

const DEFAULT_TIMEOUT_MILLISECONDS = 5000;

/** What a timer takes at most: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMEOUT_MILLISECONDS = 2_147_483_647;

const MAX_ERROR_CHARACTERS = 300;

/** Left of the time for a start: for what was loaded before this module, and what is loaded after the warm-ups. */
const START_MARGIN_MILLISECONDS = 2000;

const started: Promise<unknown>[] = [];

/** What to warm up, by names that are told when one fails. */
export interface NamedWarmUps {
  /** Modules to load: `{ pdf: () => import("./pdf") }`. */
  readonly preload?: Readonly<Record<string, WarmUp>>;
  /** Connections to open, and to keep open: `{ database: () => pool.query("select 1") }`. */
  readonly connections?: Readonly<Record<string, WarmUp>>;
}

/**
 * Runs warm-ups at once, as part of initialization, and again with each warming ping. Each has 5 seconds unless it says
 * otherwise, and no more than Lambda leaves: 8 seconds of a start on demand, and of a ping, what is left of the
 * function's time. One that fails breaks neither initialization nor a request. One that blocks the thread (a loop, a
 * synchronous call) cannot be stopped.
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
 * Resolves when the warm-ups that began so far have ended, or their time is up. Awaited at the end of the handler's
 * module (`await warmedUp();`), it makes Lambda wait for them before the first request.
 */
export async function warmedUp(): Promise<void> {
  await Promise.all(started);
}

type Runner = (limitMilliseconds?: number) => Promise<WarmUpResult>;

function makeRunner(name: string, warmUp: WarmUp): Runner {
  let underWay: Promise<void> | undefined;
  return async (limitMilliseconds = Infinity) => {
    const start = process.hrtime.bigint();
    underWay ??= attempt(warmUp).finally(() => {
      underWay = undefined;
    });
    try {
      await waitInTime(underWay, limitMilliseconds, "had not ended when time was up, after");
      return { name, milliseconds: measureMillisecondsSince(start) };
    } catch (failure) {
      const error = formatFailure(failure);
      writeLines(`${JSON.stringify({ level: "WARN", message: "warm-up failed", warmUp: name, error })}\n`);
      return { name, milliseconds: measureMillisecondsSince(start), error };
    }
  };
}

/** Runs a warm-up, for as long as its own time limit says. */
async function attempt(warmUp: WarmUp): Promise<void> {
  const { run, timeoutMilliseconds: limit = NaN } = typeof warmUp === "function" ? { run: warmUp } : warmUp;
  const work = Promise.resolve().then(() => run());
  await waitInTime(work, limit > 0 ? limit : DEFAULT_TIMEOUT_MILLISECONDS, "took longer than", (timer) =>
    timer.unref(),
  );
}

/**
 * Waits for work, for so long.
 *
 * @param isLate what the error says of work that takes longer
 * @param prepare gets the timer: whoever waits for `attempt` has another one, and this one is not to keep the
 *   environment busy afterwards
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

/** What an error says, whatever was thrown. */
function formatFailure(failure: unknown): string {
  try {
    return toOneLine(String(failure instanceof Error ? failure.message : failure), MAX_ERROR_CHARACTERS);
  } catch {
    return "an error that does not say why";
  }
}
