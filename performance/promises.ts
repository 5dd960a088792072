import { quietly } from "./quietly";

/** Whether a value is a promise of any make. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof quietly(() => (value as { then?: unknown }).then) === "function";
}
