import { type AnsweredSeries, type SeriesQuestion } from "../aws/metrics";
import { type InsightsRecord } from "../../local/cloudwatch/insights/query";

/** A query of logs, over a time range in milliseconds since 1970. */
export interface LogWidgetQuestion {
  readonly logGroups: readonly string[];
  readonly query: string;
  readonly from: number;
  readonly to: number;
}

/** Why something could not be read, in one line. */
export interface Unanswered {
  readonly why: string;
}

/** Where a dashboard's figures come from: CloudWatch, or made up. Answers are in the order of the questions. */
export interface DashboardSource {
  readonly readSeries: (
    questions: readonly SeriesQuestion[],
  ) => Promise<readonly (readonly AnsweredSeries[] | Unanswered)[]>;
  /** The states of alarms, as in `INSUFFICIENT_DATA`, by name; an alarm that does not exist is missing. */
  readonly readAlarmStates: (names: readonly string[]) => Promise<ReadonlyMap<string, string> | Unanswered>;
  readonly readLogs: (
    questions: readonly LogWidgetQuestion[],
  ) => Promise<readonly (readonly InsightsRecord[] | Unanswered)[]>;
}

/** Whether an answer is missing. */
export function isUnanswered(answer: object): answer is Unanswered {
  return "why" in answer;
}
