import { type MetricAlarm } from "../../../local/cloudwatch/alarm";
import { parseBody } from "../../../operations/dashboard/body";
import { type DrawnDashboards, type DrawingTask, planDrawing } from "../../../operations/dashboard/draw-dashboard";
import { type DashboardSource } from "../../../operations/dashboard/source";

/** The end of what is drawn. */
export const TO = Date.parse("2026-01-19T10:00:00Z");

/** An alarm named Busy. */
export const BUSY: MetricAlarm = {
  comparison_operator: "GreaterThanThreshold",
  evaluation_periods: 1,
  namespace: "AWS/EC2",
  metric_name: "CPUUtilization",
  statistic: "Average",
  period: 300,
  threshold: 80,
};

/** Draws a body over three hours. */
export function drawBody(
  body: object,
  source: DashboardSource,
  task: Partial<DrawingTask> = {},
): Promise<DrawnDashboards> {
  return planDrawing({
    dashboards: [{ name: "test", body: parseBody(JSON.stringify(body), "test") }],
    alarms: new Map([["Busy", BUSY]]),
    timeOf: () => ({ from: TO - 3 * 3_600_000, to: TO, now: TO }),
    selects: () => true,
    readsLogs: true,
    ...task,
  }).draw(source);
}

/** A source in which every line has these values, from the first period on. */
export function answerAlways(values: readonly number[]): DashboardSource {
  return {
    readSeries: (questions) =>
      Promise.resolve(
        questions.map(({ from, lines }) =>
          lines
            .filter(({ isAnswered }) => isAnswered)
            .map(({ id, label, periodSeconds }) => ({
              ...{ id, label },
              points: values.map((value, index) => ({ at: from + index * periodSeconds * 1000, value })),
            })),
        ),
      ),
    readAlarmStates: (names) => Promise.resolve(new Map(names.map((name) => [name, "ALARM"]))),
    readLogs: (questions) =>
      Promise.resolve(
        questions.map(({ logGroups }) => logGroups.map((group) => ({ "@message": `a line of ${group}` }))),
      ),
  };
}

/** A widget with lines, at its place. */
export function makeGraph(properties: object, place: object = { x: 0, y: 0, width: 6, height: 6 }): object {
  return { type: "metric", ...place, properties: { region: "eu-west-1", title: "Graph", ...properties } };
}
