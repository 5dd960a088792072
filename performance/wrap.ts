import { attempt } from "./promises";

/** Functions that take the place of others and look the same. */

type AnyFunction = (...args: never[]) => unknown;

/**
 * Wraps a function. The result looks the same to Lambda's runtime, which checks a handler's constructor, its number of
 * parameters and its symbols, and to code that sets properties on it.
 *
 * @param call gets the function, `this` and the arguments
 * @throws TypeError if it is not a function
 */
export function wrap<Wrapped extends AnyFunction>(
  wrapped: Wrapped,
  call: (wrapped: Wrapped, self: unknown, args: unknown[]) => unknown,
): Wrapped {
  if (typeof wrapped !== "function") throw new TypeError(`a handler is a function, not ${typeof wrapped}`);
  return new Proxy(wrapped, { apply: call });
}

/** Reports each call of a method, if there is such a method, before it runs. Errors of `report` are ignored. */
export function watchCalls(owner: object, key: PropertyKey, report: (...args: unknown[]) => void): void {
  const methods = owner as Record<PropertyKey, AnyFunction | undefined>;
  const method = methods[key];
  if (method) {
    methods[key] = wrap(method, (_, self, args) => {
      attempt(() => {
        report(...args);
      });
      return Reflect.apply(method, self, args as never[]);
    });
  }
}
