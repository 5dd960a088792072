import { type MetricAlarm } from "../../local/cloudwatch/alarm";
import { renderMarkdown } from "../document/markdown";
import { type AnsweredSeries } from "../aws/metrics";
import { type Unread } from "../aws/part-reader";
import {
  applyChoice,
  type BodyWidget,
  type Choice,
  findChoiceVariable,
  placeWidgets,
  type SynthesizedDashboard,
} from "./body";
import {
  type DrawnDashboard,
  type DrawnWidget,
  type NoteContent,
  type WidgetContent,
  type WidgetView,
} from "./content";
import { buildMetricContent } from "./metric-content";
import { getAlarmName, type MetricProperties, WIDGET_PROPERTIES } from "./properties";
import { askForAlarm, askForLines, type DrawingTime, type WidgetQuestion } from "./questions";
import { type DashboardSource, isUnanswered, type LogWidgetQuestion, type Unanswered } from "./source";

/** What is drawn, and for whom. */
export interface DrawingTask {
  readonly dashboards: readonly SynthesizedDashboard[];
  /** The environment's alarms by name, as synthesized. */
  readonly alarms: ReadonlyMap<string, MetricAlarm>;
  /** When each dashboard is drawn. */
  readonly timeOf: (dashboard: SynthesizedDashboard) => DrawingTime;
  /** Of the choices that the viewer of a dashboard has. */
  readonly selects: (choice: Choice) => boolean;
  readonly readsLogs: boolean;
}

/** What has to be asked before anything is drawn. */
export interface DashboardQuestions {
  readonly series: ReadonlyMap<string, WidgetQuestion>;
  readonly alarmNames: ReadonlySet<string>;
  readonly logs: ReadonlyMap<string, LogWidgetQuestion>;
  /** The period of most lines over time. */
  readonly usualPeriodSeconds: number;
}

/** The answers, by the same keys as the questions. */
interface DashboardAnswers {
  readonly series: ReadonlyMap<string, readonly AnsweredSeries[] | Unanswered>;
  readonly alarmStates: ReadonlyMap<string, string> | Unanswered;
  readonly logs: ReadonlyMap<string, readonly Readonly<Record<string, string>>[] | Unanswered>;
}

/** Dashboards with what they show, and what could not be read. */
export interface DrawnDashboards {
  readonly dashboards: readonly DrawnDashboard[];
  readonly unread: readonly Unread[];
  /** Widgets that say what is wrong with them. */
  readonly problems: readonly string[];
}

/** A widget for one choice, read. */
type ReadWidget =
  | {
      readonly kind: "series";
      readonly title: string;
      readonly properties: MetricProperties;
      readonly key: string;
      readonly question: WidgetQuestion;
      readonly alarm?: MetricAlarm;
    }
  | {
      readonly kind: "alarms";
      readonly title: string;
      readonly names: readonly string[];
      readonly states?: readonly string[] | undefined;
    }
  | { readonly kind: "log"; readonly title: string; readonly key: string; readonly question: LogWidgetQuestion }
  | { readonly kind: "finished"; readonly title: string; readonly content: WidgetContent };

/** A widget in its place, read for each choice. */
interface ReadDashboard {
  readonly dashboard: SynthesizedDashboard;
  readonly choices: readonly Choice[];
  readonly label: string;
  /** By widget, then by choice. */
  readonly widgets: readonly (readonly ReadWidget[])[];
}

/** A drawing whose questions are known. */
export interface PlannedDrawing {
  readonly questions: DashboardQuestions;
  /** Asks a source, and draws its answers. */
  readonly draw: (source: DashboardSource) => Promise<DrawnDashboards>;
}

/** Reads dashboards, and finds out what has to be asked. */
export function planDrawing(task: DrawingTask): PlannedDrawing {
  const read = task.dashboards.map((dashboard) => readDashboard(dashboard, task));
  const all = read.flatMap(({ widgets }) => widgets.flat());
  const questions: DashboardQuestions = {
    series: new Map(all.flatMap((one) => (one.kind === "series" ? [[one.key, one.question]] : []))),
    alarmNames: new Set(all.flatMap((one) => (one.kind === "alarms" ? one.names : []))),
    logs: new Map(all.flatMap((one) => (one.kind === "log" ? [[one.key, one.question]] : []))),
    usualPeriodSeconds: findUsualPeriod(all),
  };
  return {
    questions,
    draw: async (source) => {
      const answers = await askAll(questions, source);
      const dashboards = read.map((one) => drawDashboard(one, answers));
      return { dashboards, unread: listUnread(questions, answers), problems: listProblems(dashboards) };
    },
  };
}

function findUsualPeriod(widgets: readonly ReadWidget[]): number {
  const times = new Map<number, number>();
  for (const widget of widgets) {
    if (widget.kind !== "series" || widget.properties.view !== "timeSeries") continue;
    const { periodSeconds } = widget.question;
    times.set(periodSeconds, (times.get(periodSeconds) ?? 0) + 1);
  }
  return [...times].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? 300;
}

function readDashboard(dashboard: SynthesizedDashboard, task: DrawingTask): ReadDashboard {
  const { body } = dashboard;
  const variable = findChoiceVariable(body);
  const choices = variable?.choices.filter(task.selects) ?? [];
  const time = task.timeOf(dashboard);
  return {
    ...{ dashboard, choices, label: variable?.label ?? "" },
    widgets: body.widgets.map((widget) => {
      const chosen = choices.map(({ value }) => applyChoice(widget, variable?.pattern ?? "", value));
      const isSame = new Set(chosen.map((one) => JSON.stringify(one))).size <= 1;
      const views = isSame ? [chosen[0] ?? widget] : chosen;
      return views.map((one) => readWidget(one, time, task));
    }),
  };
}

function readWidget({ type, properties }: BodyWidget, time: DrawingTime, task: DrawingTask): ReadWidget {
  const title = typeof properties["title"] === "string" ? properties["title"] : "";
  const finish = (content: WidgetContent): ReadWidget => ({ kind: "finished", title, content });
  const refuse = (text: string) => finish({ kind: "note", isBad: true, text });
  if (!isDrawn(type)) return finish({ kind: "note", text: `CloudWatch shows a widget of type ${type} here.` });
  const wrong = WIDGET_PROPERTIES[type].safeParse(properties).error?.issues[0];
  if (wrong) return refuse(`CloudWatch cannot read this widget: ${wrong.path.join(".")}: ${wrong.message}`);
  switch (type) {
    case "text":
      return finish({ kind: "text", html: renderMarkdown(WIDGET_PROPERTIES.text.parse(properties).markdown) });
    case "alarm": {
      const { alarms, states } = WIDGET_PROPERTIES.alarm.parse(properties);
      return { kind: "alarms", title, names: alarms.map(getAlarmName), states };
    }
    case "log": {
      const { query } = WIDGET_PROPERTIES.log.parse(properties);
      if (!task.readsLogs) return finish({ kind: "note", text: "Logs are not read without --logs.", details: query });
      return readLogWidget(title, query, time) ?? refuse("The query does not begin with SOURCE and log groups");
    }
    case "metric": {
      const parsed = WIDGET_PROPERTIES.metric.parse(properties);
      const [arn] = parsed.annotations.alarms;
      if (arn === undefined) return ask(title, parsed, askForLines(parsed, time));
      const name = getAlarmName(arn);
      const alarm = task.alarms.get(name);
      return alarm
        ? { ...ask(title, parsed, askForAlarm(alarm, title, time)), alarm }
        : finish({ kind: "note", text: `There is no alarm ${name}.` });
    }
  }
}

function ask(title: string, properties: MetricProperties, question: WidgetQuestion) {
  const { from, to, lines } = question;
  return { kind: "series" as const, title, properties, question, key: JSON.stringify([from, to, lines]) };
}

function isDrawn(type: string): type is keyof typeof WIDGET_PROPERTIES {
  return Object.hasOwn(WIDGET_PROPERTIES, type);
}

/** A query of a log widget begins with the log groups that it reads: `SOURCE 'a' | SOURCE 'b' | ...`. */
function readLogWidget(title: string, text: string, { from, to }: DrawingTime): ReadWidget | undefined {
  const source = /^\s*SOURCE\s+(["'])(.*?)\1\s*\|\s*/;
  const logGroups: string[] = [];
  let query = text;
  for (let found = source.exec(query); found; found = source.exec(query)) {
    logGroups.push(found[2] ?? "");
    query = query.slice(found[0].length);
  }
  if (logGroups.length === 0) return undefined;
  return { kind: "log", title, key: JSON.stringify([text, from, to]), question: { logGroups, query, from, to } };
}

async function askAll(
  { series, alarmNames, logs }: DashboardQuestions,
  source: DashboardSource,
): Promise<DashboardAnswers> {
  const found = await source.readSeries([...series.values()]);
  const alarmStates = await source.readAlarmStates([...alarmNames]);
  const lines = await source.readLogs([...logs.values()]);
  const missing = { why: "there was no answer" };
  return {
    series: new Map([...series.keys()].map((key, index) => [key, found[index] ?? missing])),
    alarmStates,
    logs: new Map([...logs.keys()].map((key, index) => [key, lines[index] ?? missing])),
  };
}

function drawDashboard(
  { dashboard, choices, label, widgets }: ReadDashboard,
  answers: DashboardAnswers,
): DrawnDashboard {
  const places = placeWidgets(dashboard.body.widgets);
  const drawn = widgets.map((views, index): DrawnWidget => {
    const place = places[index] ?? { x: 0, y: 0, width: 1, height: 1 };
    const type = dashboard.body.widgets[index]?.type ?? "";
    return { id: `${dashboard.name}-${index}`, type, ...place, views: views.map((view) => drawView(view, answers)) };
  });
  const options = choices.map((choice) => choice.label);
  return { name: dashboard.name, ...(options.length > 0 && { choice: { label, options } }), widgets: drawn };
}

function drawView(widget: ReadWidget, answers: DashboardAnswers): WidgetView {
  return { title: widget.title, content: drawContentOf(widget, answers) };
}

function drawContentOf(widget: ReadWidget, { series, alarmStates, logs }: DashboardAnswers): WidgetContent {
  switch (widget.kind) {
    case "finished":
      return widget.content;
    case "series": {
      const answer = series.get(widget.key) ?? [];
      if (isUnanswered(answer)) return noteUnread(answer);
      const { properties, question, alarm } = widget;
      const at = alarm?.threshold;
      const limit = alarm && at !== undefined ? { at, text: `rings ${describeComparison(alarm)} ${at}` } : undefined;
      return buildMetricContent(properties, question, answer, limit);
    }
    case "alarms": {
      if (isUnanswered(alarmStates)) return noteUnread(alarmStates);
      const existing = widget.names.flatMap((name) => {
        const state = alarmStates.get(name);
        return state === undefined || widget.states?.includes(state) === false ? [] : [{ name, state }];
      });
      if (existing.length === 0) return { kind: "note", text: "None of these alarms exists, or is in such a state." };
      const ringing = ({ state }: { readonly state: string }) => (state === "ALARM" ? 0 : 1);
      return { kind: "alarms", alarms: existing.toSorted((one, other) => ringing(one) - ringing(other)) };
    }
    case "log": {
      const records = logs.get(widget.key) ?? [];
      if (isUnanswered(records)) return { ...noteUnread(records), details: widget.question.query };
      if (records.length === 0) return { kind: "note", text: "Nothing found", details: widget.question.query };
      const headings = [...new Set(records.flatMap(Object.keys))].filter((name) => name !== "@ptr");
      return { kind: "table", headings, rows: records.map((record) => headings.map((name) => record[name] ?? "")) };
    }
  }
}

function describeComparison({ comparison_operator: operator }: MetricAlarm): string {
  const side = operator.startsWith("Less") ? "below" : "above";
  return operator.includes("OrEqual") ? `at and ${side}` : side;
}

function noteUnread({ why }: Unanswered): NoteContent {
  return { kind: "note", isBad: true, text: why };
}

function listUnread(questions: DashboardQuestions, answers: DashboardAnswers): DrawnDashboards["unread"] {
  const count = (all: Iterable<readonly object[] | Unanswered>, what: string) => {
    const reasons = [...all].flatMap((answer) => (isUnanswered(answer) ? [answer.why] : []));
    return [...new Set(reasons)].map((why) => ({ what, why }));
  };
  const { alarmStates } = answers;
  return [
    ...count(answers.series.values(), "metrics"),
    ...(isUnanswered(alarmStates) && questions.alarmNames.size > 0 ? [{ what: "alarms", why: alarmStates.why }] : []),
    ...count(answers.logs.values(), "logs"),
  ];
}

function listProblems(dashboards: readonly DrawnDashboard[]): string[] {
  const all = dashboards.flatMap(({ name, widgets }) =>
    widgets.flatMap(({ views }) =>
      views.flatMap(({ title, content }) =>
        content.kind === "note" && content.isBad === true ? [`${name}, ${title}: ${content.text}`] : [],
      ),
    ),
  );
  return [...new Set(all)];
}
