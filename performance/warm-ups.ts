import { millisecondsSince } from "./instance";
import { writeLines } from "./stdout";
import { type WarmUpResult } from "./warming";

/** Something worth doing before a request needs it: a function, or one with a time limit of its own. */
export type WarmUp = (() => unknown) | { readonly run: () => unknown; readonly timeoutMilliseconds: number };

/** Runs warm-ups, all at the same time. Never rejects: what fails says so in its result, and in the log. */
export type RunWarmUps = () => Promise<readonly WarmUpResult[]>;

const DEFAULT_TIMEOUT_MILLISECONDS = 5000;

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
 * otherwise. One that fails breaks neither initialization nor a request.
 */
export function warmUps({ preload, connections }: NamedWarmUps): RunWarmUps {
  const named = Object.entries({ ...preload, ...connections });
  const run = () => Promise.all(named.map(([name, warmUp]) => runOne(name, warmUp)));
  started.push(run());
  return run;
}

/**
 * Resolves when the warm-ups that began so far have ended. Awaited at the end of the handler's module (`await warmedUp();`), it
 * makes Lambda wait for them before the first request.
 */
export async function warmedUp(): Promise<void> {
  await Promise.all(started);
}

async function runOne(name: string, warmUp: WarmUp): Promise<WarmUpResult> {
  const start = process.hrtime.bigint();
  const { run, timeoutMilliseconds } =
    typeof warmUp === "function" ? { run: warmUp, timeoutMilliseconds: DEFAULT_TIMEOUT_MILLISECONDS } : warmUp;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`took longer than ${timeoutMilliseconds} ms`));
    }, timeoutMilliseconds);
  });
  try {
    await Promise.race([Promise.resolve().then(run), timeout]);
    return { name, milliseconds: millisecondsSince(start) };
  } catch (failure) {
    const error = failure instanceof Error ? failure.message : String(failure);
    writeLines(`${JSON.stringify({ level: "WARN", message: "warm-up failed", warmUp: name, error })}\n`);
    return { name, milliseconds: millisecondsSince(start), error };
  } finally {
    clearTimeout(timer);
  }
}
