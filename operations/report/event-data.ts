import { EVENT_FIGURES, type EventAlarmKey } from "../../model/event-figures";
import { type MeasuredFunction } from "../../model/measured-function";
import { type AwsAccess } from "../aws/access";
import { readMetrics } from "../aws/metrics";
import { omitUnknown } from "../targets/omit-unknown";
import { findPeriodBefore, type Period } from "./period";
import { type EventReport } from "./report-schema";

const DAY_SECONDS = 86_400;

/** Number of metrics that {@link readEventFigures} reads: each one is billed. */
export function countEventMetrics(subjects: readonly MeasuredFunction[]): number {
  return 2 * subjects.flatMap(listFigures).length;
}

/**
 * Reads the figures of all sources of events, in a period and the one before.
 *
 * @throws AwsFailure
 */
export async function readEventFigures(
  aws: AwsAccess,
  subjects: readonly MeasuredFunction[],
  period: Period,
): Promise<EventReport[]> {
  const figures = subjects.flatMap(listFigures);
  const requests = Object.fromEntries(
    figures.map(({ metric, statistic }, index) => [String(index), { metric, statistic }]),
  );
  const read = ({ from, to, days }: Period) =>
    readMetrics(aws, requests, { from, to, periodSeconds: days * DAY_SECONDS });
  const [now, before] = [await read(period), await read(findPeriodBefore(period))];
  return figures.map(({ watched, key, unit, source, what }, index) => {
    const { enabled, threshold } = watched.alarm(key);
    // CloudWatch has no zeros: a missing count is zero, but a missing age is unknown.
    const select = (points: typeof now) => points[String(index)]?.[0]?.value ?? (unit === "" ? 0 : undefined);
    const values = { now: select(now), before: select(before), ringsAbove: enabled ? threshold : undefined };
    return { function: watched.id, alarm: key, source, what, unit, ...omitUnknown(values) };
  });
}

function listFigures({ watched }: MeasuredFunction) {
  return (Object.keys(EVENT_FIGURES) as EventAlarmKey[]).flatMap((key) => {
    const { statistic, unit, list } = EVENT_FIGURES[key];
    return list(watched).map((figure) => ({ ...figure, watched, key, statistic, unit }));
  });
}
