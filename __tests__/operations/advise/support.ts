import { makeEmpirical } from "../../../advisor/distribution";
import { adviseFunction, type AdviceResult, type AdvisedSubject } from "../../../operations/advise/advise-function";
import { type FakeMetrics } from "../../support/fake-metrics";
import { type History } from "../../../operations/advise/history";
import { WARMING_DEFAULTS } from "../../../environments/warming";
import { formatPlatformNamespace } from "../../../performance/metrics";

const MINUTE = 60_000;
const MONDAY = Date.UTC(2026, 0, 5);

/** A day with one to a few requests in some minutes, and bursts in the morning. */
export function makeHistory({ days = 1, every = 7, burst = 6, startsAt = MONDAY } = {}): History {
  const minutes = days * 1440;
  const counts = new Float64Array(minutes).map((_, minute) => {
    const hour = Math.floor(minute / 60) % 24;
    if (hour === 9 && minute % 10 === 0) return burst;
    return minute % every === 0 ? 1 : 0;
  });
  const peaks = counts.slice();
  const workSeconds = makeEmpirical([0.05, 0.1, 0.3]);
  return { startsAt, seconds: minutes * 60, source: { kind: "minutes", counts, peaks, workSeconds } };
}

/** One request each so many minutes, from a day before a time on: of alias `live` of a function. */
export function putRequests(metrics: FakeMetrics, name: string, now: number, { everyMinutes = 10, count = 144 } = {}) {
  const live = { FunctionName: name, Resource: `${name}:live` };
  for (let index = 0; index < count; index++) {
    const at = now - (now % MINUTE) - (1440 - everyMinutes * index) * MINUTE;
    metrics.put("AWS/Lambda", "Invocations", live, at, 1);
    metrics.put("AWS/Lambda", "ConcurrentExecutions", live, at, 1);
    metrics.put("AWS/Lambda", "Duration", live, at, 120);
    metrics.put(formatPlatformNamespace(name), "InitDuration", {}, at, 120);
  }
}

/** A function with that history, warmed as a file without a word about it has it. */
export function makeSubject(more: Partial<AdvisedSubject> = {}): AdvisedSubject {
  return {
    id: "api",
    memoryMb: 512,
    architecture: "arm64",
    targetPercent: 5,
    configured: WARMING_DEFAULTS,
    history: makeHistory(),
    initSeconds: makeEmpirical([0.2, 0.4]),
    notes: [],
    ...more,
  };
}

/** What is advised for it, found out in this process. */
export function adviseSample(more: Partial<AdvisedSubject> = {}): Promise<AdviceResult> {
  return adviseFunction(makeSubject(more), { workers: 1 });
}
