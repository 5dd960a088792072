import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { type Construct } from "constructs";
import { ALARM_KEYS, type AlarmKey } from "../../environments/alarms";
import { formatDefaultLogGroup, formatDeployedName, ROLLOUT_CONTROLLER } from "../../environments/names";
import { findAlarmMeasure, nameAlarm } from "../../model/alarms";
import { findObjective, OBJECTIVE_ALARM_KEYS, type ObjectiveAlarmKey } from "../../model/objectives";
import { type WatchedFunction } from "../../model/watched-function";
import { ROLLOUTS } from "../../model/queries";
import { type FunctionTable, buildFunctionTables } from "../../model/function-tables";
import {
  type AlarmGraph,
  type BigNumber,
  type GraphLine,
  buildNumbers,
  type WidgetSection,
  buildSections,
  type Widget,
} from "../../model/widgets";

/** Placeholder for the function that the viewer chooses: CloudWatch replaces it with the chosen name. */
const CHOSEN = "CHOSEN-FUNCTION";

const COLUMNS = 24;
const MOST_IN_ROW = 4;
const MOST_NUMBERS_IN_ROW = 8;
const NUMBER_HEIGHT = 4;
const STATUS_HEIGHT = 5;
const OVERVIEW_HEIGHT = 7;
const DETAIL_HEIGHT = 5;
const TABLE_HEIGHT = 8;
const HEADING_HEIGHT = 1;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const MAX_ALARMS_IN_WIDGET = 100;

/** The alarm that shows, on a dashboard of all functions, whether a function needs attention. */
const STATUS = ["availability_fast_burn", "errors"] as const;

/** Input of a dashboard. */
export interface DashboardProps {
  /** The dashboard's name in the account. */
  readonly name: string;
  readonly environment: string;
  readonly region: string;
  /** All of one kind: deployed from here, or elsewhere. The dashboard shows the first one initially. */
  readonly functions: readonly [WatchedFunction, ...WatchedFunction[]];
  /** The beginning of an alarm's ARN, before its name. */
  readonly alarmArnPrefix: string;
  /** Links for a function, in Markdown. */
  readonly links: (functionName: string) => string;
}

/**
 * One dashboard for all functions of an environment. The viewer chooses the function, so it is as short for fifty
 * functions as for one.
 */
export function addDashboard(scope: Construct, id: string, props: DashboardProps): CloudwatchDashboard {
  const { name, functions } = props;
  const [first] = functions;
  return new CloudwatchDashboard(scope, id, {
    dashboardName: name,
    dashboardBody: JSON.stringify({
      start: "-PT3H",
      periodOverride: "inherit",
      variables: [
        {
          id: "function",
          type: "pattern",
          pattern: CHOSEN,
          inputType: "select",
          label: "Function",
          visible: true,
          defaultValue: first.name,
          values: functions.map(({ id, name }) => ({ value: name, label: id })),
        },
      ],
      widgets: layOut(buildRows(props)),
    }),
  });
}

interface Row {
  readonly height: number;
  /** Side by side, with equal widths that divide the columns evenly. */
  readonly widgets: readonly object[];
}

function layOut(rows: readonly Row[]): object[] {
  let y = 0;
  return rows.flatMap(({ height, widgets }) => {
    const width = Math.floor(COLUMNS / widgets.length);
    const placed = widgets.map((widget, index) => ({ x: index * width, y, width, height, ...widget }));
    y += height;
    return placed;
  });
}

/** The overview comes first: figures, problems and links; then all functions, and the chosen one in detail. */
function buildRows(props: DashboardProps): Row[] {
  const { functions, region } = props;
  const subject = {
    ...functions[0],
    name: CHOSEN,
    streams: functions.some(({ streams }) => streams),
    isRolledOut: functions.some(({ isRolledOut }) => isRolledOut),
  };
  const [overview, ...details] = buildSections(subject, functions);
  return [
    ...divideIntoRows(
      buildNumbers(subject, functions).map((number) => buildBigNumber(number, region)),
      NUMBER_HEIGHT,
      MOST_NUMBERS_IN_ROW,
    ),
    ...buildStatusRows(props),
    ...(overview ? buildSectionRows(overview, OVERVIEW_HEIGHT, props) : []),
    buildHeadingRow("All functions"),
    { height: TABLE_HEIGHT, widgets: buildFunctionTables(functions).map((table) => buildTableWidget(table, region)) },
    ...details.flatMap((section) => buildSectionRows(section, DETAIL_HEIGHT, props)),
    {
      height: TABLE_HEIGHT,
      widgets: [buildSlowestRequests(region), ...(subject.isRolledOut ? [buildRolloutSteps(props)] : [])],
    },
  ];
}

function buildSectionRows({ heading, widgets }: WidgetSection, height: number, props: DashboardProps): Row[] {
  const drawn = widgets.flatMap((widget) => draw(widget, props) ?? []);
  return drawn.length === 0 ? [] : [buildHeadingRow(heading), ...divideIntoRows(drawn, height, MOST_IN_ROW)];
}

/** As few rows as possible, of about the same length. */
function divideIntoRows(widgets: readonly object[], height: number, mostInRow: number): Row[] {
  const rows = Math.ceil(widgets.length / mostInRow);
  const each = Math.ceil(widgets.length / rows);
  return Array.from({ length: rows }, (_, row) => ({ height, widgets: widgets.slice(row * each, (row + 1) * each) }));
}

function buildHeadingRow(heading: string): Row {
  return { height: HEADING_HEIGHT, widgets: [{ type: "text", properties: { markdown: `## ${heading}` } }] };
}

/** Which alarms of the chosen function ring, whether any function needs attention, and links. */
function buildStatusRows(props: DashboardProps): Row[] {
  const everywhere = props.functions.flatMap((watched) => {
    const key = STATUS.find((one) => hasAlarm(watched, one));
    return key ? [`${props.alarmArnPrefix}${nameAlarm(props.environment, watched, key)}`] : [];
  });
  const chosen = [...OBJECTIVE_ALARM_KEYS, ...ALARM_KEYS].flatMap((key) => findChosenAlarm(key, props) ?? []);
  const [first, ...more] = Array.from({ length: Math.ceil(everywhere.length / MAX_ALARMS_IN_WIDGET) }, (_, index) =>
    buildAlarmWidget(
      "Failing functions",
      everywhere.slice(index * MAX_ALARMS_IN_WIDGET, (index + 1) * MAX_ALARMS_IN_WIDGET),
    ),
  );
  return [
    {
      height: STATUS_HEIGHT,
      widgets: [
        ...(chosen.length > 0 ? [buildAlarmWidget("Alarms of the chosen function", chosen)] : []),
        ...(first ? [first] : []),
        { type: "text", properties: { markdown: props.links(CHOSEN) } },
      ],
    },
    ...more.map((widget) => ({ height: STATUS_HEIGHT, widgets: [widget] })),
  ];
}

function buildAlarmWidget(title: string, alarms: readonly string[]): object {
  return { type: "alarm", properties: { title, alarms } };
}

/** The ARN of an alarm of the chosen function; undefined if no function has such an alarm. */
function findChosenAlarm(
  key: AlarmKey | ObjectiveAlarmKey,
  { environment, alarmArnPrefix, functions }: DashboardProps,
): string | undefined {
  if (!functions.some((watched) => hasAlarm(watched, key))) return undefined;
  const { deployedHere } = functions[0];
  return `${alarmArnPrefix}${nameAlarm(environment, { name: CHOSEN, deployedHere }, key)}`;
}

function hasAlarm(watched: WatchedFunction, key: AlarmKey | ObjectiveAlarmKey): boolean {
  const objective = findObjective(key);
  if (objective) return watched.objectives[objective] !== undefined;
  return ALARM_KEYS.some((one) => one === key && findAlarmMeasure(watched, one));
}

function draw(widget: Widget, props: DashboardProps): object | undefined {
  const common = { title: widget.title, region: props.region, view: "timeSeries", stacked: false };
  if ("alarm" in widget) {
    const arn = findChosenAlarm(widget.alarm, props);
    const properties = { ...common, title: nameAlarmGraph(widget, props), yAxis: { left: { min: 0 } } };
    return arn === undefined
      ? undefined
      : { type: "metric", properties: { ...properties, annotations: { alarms: [arn] } } };
  }
  const { lines, unit, targets = [], axis = { min: 0 } } = widget;
  return {
    type: "metric",
    properties: {
      ...common,
      period: 300,
      metrics: lines.map(buildMetricLine),
      yAxis: { left: { ...axis, label: unit, showUnits: false } },
      ...(targets.length > 0 ? { annotations: { horizontal: targets } } : {}),
    },
  };
}

function nameAlarmGraph({ title, detail }: AlarmGraph, { functions }: DashboardProps): string {
  const [detailOfAll = "", ...others] = new Set(functions.map((watched) => detail?.(watched) ?? ""));
  return others.length === 0 ? `${title}${detailOfAll}` : title;
}

/** For a whole time range, not its last period. */
function buildBigNumber({ title, lines, days }: BigNumber, region: string): object {
  const properties = {
    title,
    region,
    view: "singleValue",
    setPeriodToTimeRange: true,
    ...(days === undefined ? {} : { start: `-P${days}D` }),
    metrics: lines.map(buildMetricLine),
  };
  return { type: "metric", properties };
}

function buildTableWidget({ title, summary, rows }: FunctionTable, region: string): object {
  return {
    type: "metric",
    properties: {
      title,
      region,
      view: "table",
      period: 300,
      metrics: rows.map(buildMetricLine),
      table: { summaryColumns: [summary], showTimeSeriesData: false, stickySummary: true },
    },
  };
}

function buildMetricLine({ label, metric, statistic, expression, id, hidden }: GraphLine): unknown[] {
  const rendering = { label, ...(id === undefined ? {} : { id }), ...(hidden ? { visible: false } : {}) };
  if (!metric) return [{ expression, ...rendering }];
  const { namespace, metricName, dimensions } = metric;
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { stat: statistic, ...rendering }];
}

/** When a rollout of the chosen function began, went on and ended, and why. */
function buildRolloutSteps({ environment, region }: DashboardProps): object {
  const query = `SOURCE '${formatDefaultLogGroup(formatDeployedName(environment, ROLLOUT_CONTROLLER))}'
| ${ROLLOUTS.replace("\n", ` and functionName = "${CHOSEN}"\n`)}`;
  return { type: "log", properties: { title: `Rollouts of ${CHOSEN}`, region, view: "table", query } };
}

/** For both log formats. */
function buildSlowestRequests(region: string): object {
  const query = `SOURCE '${formatDefaultLogGroup(CHOSEN)}'
| filter type = "platform.report" or @type = "REPORT"
| fields @timestamp, coalesce(record.requestId, @requestId) as request, coalesce(record.metrics.durationMs, @duration) as durationMs, coalesce(record.metrics.initDurationMs, @initDuration) as initMs
| sort durationMs desc
| limit 20`;
  return {
    type: "log",
    properties: { title: `Slowest requests in ${formatDefaultLogGroup(CHOSEN)}`, region, view: "table", query },
  };
}
