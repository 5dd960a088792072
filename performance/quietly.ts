/** Undefined when it throws: nothing that monitoring does may become the failure of the function it monitors. */
export function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
