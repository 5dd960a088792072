/** Thrown if something took longer than allowed. */
export class TimeLimitExceeded extends Error {
  override readonly name = "TimeUp";
}

/**
 * Waits for work until a time, in milliseconds since 1970, and no longer, even if the work ignores the signal.
 *
 * @param work gets a signal that is aborted at that time
 * @throws TimeUp
 */
export async function runBefore<Result>(
  endsAt: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        reject(new TimeLimitExceeded());
        controller.abort();
      },
      Math.max(0, endsAt - Date.now()),
    );
  });
  try {
    return await Promise.race([work(controller.signal), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves at a time, in milliseconds since 1970. */
export function sleepUntil(moment: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - Date.now())));
}
