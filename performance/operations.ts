import { readClock } from "./instance";
import { type Datum, MAX_VALUES } from "./metrics";
import { limitNames } from "./names";
import { isThenable } from "./promises";
import { sources } from "./sources";

/** Each name is billed as a metric, so their number is limited. */
const MAX_OPERATIONS = 20;

/**
 * Maximum number of times kept per operation until they are published: a loop of a million calls must not fill the
 * memory.
 */
const MAX_TIMES = 1000;

const limitOperationName = /* @__PURE__ */ limitNames(MAX_OPERATIONS);
let times = new Map<string, number[]>();
let excess = 0;

/**
 * Measures a named part of a request, as metric `OperationTime`: `await operation("db.query", () => db.query(sql))`.
 * Returns, throws or rejects as the function does. Nested and concurrent operations are measured separately.
 *
 * @param name a word from the code, such as `db.query`; names after the first 20 are published as `Other`
 */
export function operation<Result>(name: string, run: () => Result): Result {
  if (!sources.includes(takeOperations)) sources.push(takeOperations);
  const start = readClock();
  const end = () => {
    const known = limitOperationName(name);
    const values = times.get(known);
    const milliseconds = readClock() - start;
    if (!values) times.set(known, [milliseconds]);
    else if (values.length < MAX_TIMES) values.push(milliseconds);
    else excess++;
  };
  let result: Result;
  try {
    result = run();
  } catch (error) {
    end();
    throw error;
  }
  if (!isThenable(result)) {
    end();
    return result;
  }
  // Some promises, such as query builders, do their work each time `then` is called: call it once.
  const promise = result instanceof Promise ? result : Promise.resolve(result);
  promise.then(end, end);
  return promise as Result;
}

/** Returns what has been measured since the last call. */
function takeOperations(): Datum[] {
  const data: Datum[] = [];
  for (const [dimension, values] of times) {
    while (values.length > 0) data.push({ name: "OperationTime", values: values.splice(0, MAX_VALUES), dimension });
  }
  if (excess > 0) data.push({ name: "DroppedMetrics", values: [excess] });
  times = new Map();
  excess = 0;
  return data;
}
