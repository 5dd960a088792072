import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readJson } from "../../environments/text-file";
import { type PerformanceReport, performanceReportSchema } from "./report-schema";
import { type StateChange } from "../aws/alarms";

const MINUTE = 60_000;

/**
 * Reads how alarms rang from the reports in a folder: CloudWatch keeps this only for some weeks.
 *
 * @returns unordered, possibly with duplicates; ignores files that are not reports on this environment
 */
export async function readEarlierChanges(folder: string, environment: string): Promise<StateChange[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${environment}-`) && name.endsWith(".json"));
  const reports = await Promise.all(names.map((name) => readReport(join(folder, name))));
  return reports.flatMap((report) => (report?.environment === environment ? listReportedChanges(report) : []));
}

/** Changes from several sources, each once, in chronological order. */
export function mergeChanges(...sources: readonly (readonly StateChange[])[]): StateChange[] {
  const byTime = new Map(
    sources.flat().map((change) => [`${change.alarm} ${change.at} ${String(change.toAlarm)}`, change]),
  );
  return [...byTime.values()].sort((one, other) => one.at - other.at);
}

function listReportedChanges({ alarms }: PerformanceReport): StateChange[] {
  return alarms.flatMap(({ name: alarm, rings }) =>
    rings.flatMap(({ rangAt, endedAt, minutesToDetect }) => {
      const [began, ended] = [Date.parse(rangAt ?? ""), Date.parse(endedAt ?? "")];
      const badSince = minutesToDetect === undefined ? {} : { badSince: began - minutesToDetect * MINUTE };
      return [
        ...(rangAt === undefined ? [] : [{ alarm, at: began, fromAlarm: false, toAlarm: true, ...badSince }]),
        ...(endedAt === undefined ? [] : [{ alarm, at: ended, fromAlarm: true, toAlarm: false }]),
      ];
    }),
  );
}

async function readReport(file: string): Promise<PerformanceReport | undefined> {
  try {
    return performanceReportSchema.safeParse(await readJson(file)).data;
  } catch {
    return undefined;
  }
}
