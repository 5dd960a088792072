import { type KnownFigures } from "../targets/figure-table";
import { type Scalars } from "./function-data";
import { omitUnknown } from "../targets/omit-unknown";
import { type MeasuredFunction } from "../../model/measured-function";

/** A function's figures in one period. Unknown ones are missing. */
export function computeFigures({ watched }: MeasuredFunction, scalars: Scalars | undefined): KnownFigures {
  if (!scalars) return {};
  const { requests = 0, coldStarts = 0, averageInit, p50, p90, p99, mostMemoryMb } = scalars;
  const size = watched.memoryMb ?? scalars.memorySizeMb;
  const averageMemoryPercent =
    scalars.averageMemoryPercent ??
    (size === undefined || scalars.averageMemoryMb === undefined ? undefined : (100 * scalars.averageMemoryMb) / size);
  return omitUnknown({
    requests,
    // Without the function's own metrics, missing cold starts do not mean zero.
    coldStartPercent:
      watched.publishesMetrics && !emitsMetrics(scalars) ? undefined : computePercent(coldStarts, requests),
    averageInitMilliseconds: averageInit,
    allP50Milliseconds: p50,
    allP90Milliseconds: p90,
    allP99Milliseconds: p99,
    ...computeFailureFigures(scalars),
    averageMemoryPercent,
    maxMemoryMb: mostMemoryMb,
  });
}

/**
 * Whether a function that is deployed from here has `monitor()` around its handler: it then reports its memory with
 * each request.
 */
export function emitsMetrics({ averageMemoryPercent }: Scalars): boolean {
  return averageMemoryPercent !== undefined;
}

/** The figures of all functions together, as far as they can be summed: percentiles and memory cannot. */
export function computeTotalFigures(each: readonly (Scalars | undefined)[]): KnownFigures {
  const all = each.flatMap((scalars) => scalars ?? []);
  if (all.length < each.length) return {};
  const total = (name: keyof Scalars) => all.reduce((sum, scalars) => sum + (scalars[name] ?? 0), 0);
  const initMilliseconds = all.reduce((sum, { inits = 0, averageInit = 0 }) => sum + inits * averageInit, 0);
  const [requests, inits] = [total("requests"), total("inits")];
  const telling = all.filter((scalars) => emitsMetrics(scalars) || scalars.averageMemoryMb !== undefined);
  const ofTelling = (name: keyof Scalars) => telling.reduce((sum, scalars) => sum + (scalars[name] ?? 0), 0);
  return omitUnknown({
    requests,
    coldStartPercent: computePercent(ofTelling("coldStarts"), ofTelling("requests")),
    averageInitMilliseconds: inits === 0 ? undefined : initMilliseconds / inits,
    ...computeFailureFigures({
      requests,
      errors: total("errors"),
      serverErrors: total("serverErrors"),
      throttles: total("throttles"),
    }),
  });
}

/** A refused request did not fail, but the function was unavailable for it. */
function computeFailureFigures({ requests = 0, errors = 0, serverErrors = 0, throttles = 0 }: Scalars) {
  const failed = computePercent(errors + serverErrors, requests);
  const unavailable = computePercent(errors + serverErrors + throttles, requests + throttles);
  return {
    errorPercent: failed,
    availabilityPercent: unavailable === undefined ? undefined : 100 - unavailable,
  };
}

function computePercent(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (100 * part) / whole;
}
