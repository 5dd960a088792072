import { makeInvalidInput, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { listWatchedFunctions } from "../../model/watched-function";
import { DOLLARS_PER_GIGABYTE_QUERIED, formatDollars, PRICE_SOURCE } from "../../model/priced-resources";
import { type TimeRange } from "../alarms/ringing";
import { AwsAccess } from "../aws/access";
import { priceReading } from "../aws/metrics";
import { type ReadingContext } from "../cli/progress";
import { formatMinutes, formatQuantity, formatUtc } from "../document/formats";
import { synthesizeExpected } from "../synthesis/synthesize-expected";
import { type Choice, findChoiceVariable, listSynthesizedDashboards } from "./body";
import { createCloudWatchSource } from "./cloudwatch-source";
import { type DrawnDashboards, planDrawing, type PlannedDrawing } from "./draw-dashboard";
import { type DashboardPage } from "./page";
import { createSampleSource, SAMPLE_END } from "./sample/sample-source";
import { listSynthesizedAlarms } from "./synthesized-alarms";
import { chooseTimeRange } from "./time-range";

/** What is asked for. */
export interface DashboardRequest {
  readonly asked: { readonly from: number | undefined; readonly to: number | undefined };
  /** In the environment's file or in AWS; undefined for all. */
  readonly functionName: string | undefined;
  readonly isSample: boolean;
  readonly readsLogs: boolean;
  readonly now: number;
}

/** Dashboards before anything is read. */
export interface DashboardPlan {
  readonly environment: Environment;
  readonly request: DashboardRequest;
  readonly range: TimeRange;
  readonly drawing: PlannedDrawing;
  readonly readSource: (reading?: ReadingContext) => Parameters<PlannedDrawing["draw"]>[0];
}

/** A page's content, and what is wrong. */
export interface BuiltDashboards extends Pick<DrawnDashboards, "unread" | "problems"> {
  readonly page: DashboardPage;
}

/**
 * Synthesizes an environment, and finds out what its dashboards ask.
 *
 * @throws InvalidInput for a function or times that cannot be
 */
export async function planDashboards(
  root: string,
  environment: Environment,
  request: DashboardRequest,
): Promise<DashboardPlan> {
  const functions = listWatchedFunctions(environment);
  const { functionName, isSample } = request;
  const wanted = functions.filter(({ id, name }) => functionName === undefined || [id, name].includes(functionName));
  if (wanted.length === 0) {
    const ids = functions.map(({ id }) => id).join(", ");
    throw makeInvalidInput("--function", `${environment.name} has no ${show(functionName)}; functions are: ${ids}`);
  }
  const now = isSample ? (request.asked.to ?? SAMPLE_END) : request.now;
  const { from, to } = request.asked;
  const asked = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  // Before the synthesis, which takes seconds, and again with the dashboard's own times.
  if (from !== undefined) checkRange({ from, to: to ?? now });
  const stack = await synthesizeExpected(root, environment);
  const names = new Set(wanted.map(({ name }) => name));
  const selects = ({ value }: Choice) => names.has(value);
  const dashboards = listSynthesizedDashboards(stack).filter(({ body }) => {
    const variable = findChoiceVariable(body);
    return !variable || variable.choices.some(selects);
  });
  const [first] = dashboards;
  if (!first) throw makeInvalidInput("dashboard", `${environment.name} has no dashboard`);
  const range = chooseTimeRange(first.body, asked, now);
  checkRange(range);
  const alarms = listSynthesizedAlarms(stack);
  const drawing = planDrawing({
    ...{ dashboards, alarms, selects, readsLogs: request.readsLogs },
    timeOf: ({ body }) => ({ ...chooseTimeRange(body, asked, now), now }),
  });
  const readSource: DashboardPlan["readSource"] = (reading) =>
    reading
      ? createCloudWatchSource(new AwsAccess(environment.region, reading.signal), reading)
      : createSampleSource(alarms, [...names], range.to);
  return { environment, request, range, drawing, readSource };
}

function checkRange({ from, to }: TimeRange): void {
  if (from < to) return;
  throw makeInvalidInput("--from", `expected a time before the end, ${formatUtc(to)}, got ${formatUtc(from)}`);
}

/** What will be asked of AWS, and what it costs. */
export function describeAsking({ drawing: { questions } }: DashboardPlan): string[] {
  const lines = [...questions.series.values()].flatMap((question) => question.lines);
  const metrics = lines.filter(({ metric }) => metric).length;
  const searches = lines.filter(({ expression = "" }) => /\bSEARCH\b/.test(expression)).length;
  const found = searches > 0 ? `, and what ${searches === 1 ? "a search finds" : `${searches} searches find`},` : "";
  return [
    `Reading ${formatQuantity(metrics, "metric")}${found} costs ${formatDollars(priceReading(metrics + searches))} (${PRICE_SOURCE}); alarms are free.`,
    ...(questions.logs.size > 0
      ? [
          `${formatQuantity(questions.logs.size, "log widget")}: a query costs ${formatDollars(DOLLARS_PER_GIGABYTE_QUERIED)} per gigabyte of the function's log in this time.`,
        ]
      : []),
  ];
}

/**
 * Reads and draws dashboards.
 *
 * @param reading missing for made-up figures
 */
export async function buildDashboards(plan: DashboardPlan, reading?: ReadingContext): Promise<BuiltDashboards> {
  const { environment, range, drawing, readSource } = plan;
  const drawn = await drawing.draw(readSource(reading));
  const isSample = reading === undefined;
  const time = `${formatUtc(range.from)} to ${formatUtc(range.to)} UTC`;
  const { dashboards, problems } = drawn;
  // What is made up cannot be unread: the dashboard is wrong. What AWS does not answer is told once, not per widget.
  const unread = isSample ? [] : drawn.unread;
  const isTold = (problem: string) => unread.some(({ why }) => problem.endsWith(`: ${why}`));
  return {
    unread,
    problems: problems.filter((problem) => !isTold(problem)),
    page: {
      heading: `Dashboard of ${environment.name}${isSample ? ", with made-up figures" : ""}`,
      subtitle: `${time} · ${environment.region} · points of ${formatMinutes(drawing.questions.usualPeriodSeconds / 60)}`,
      ...(isSample && {
        warning:
          "All figures, times, versions and log lines are made up. Nothing was read from AWS. What is computed of them, and whether alarms ring, is real.",
      }),
      dashboards,
    },
  };
}
