/** Whether a value is a promise of any implementation. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}
