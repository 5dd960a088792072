import { type Axis, buildLogAxis, type Chart, type Dot, type NoChart } from "../document/chart";
import { buildTimeChart } from "../document/time-chart";
import { BUCKET_MINUTES } from "./busiest-day";
import { type FunctionAdvice, type PolicyAdvice } from "./report";
import { describeBasis, listSensitivityHeadings } from "./sensitivity-headings";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const KINDS = {
  none: { name: "none", color: "s4", symbol: "triangle" },
  fixed: { name: "fixed numbers", color: "s1", symbol: "circle" },
  "hours-of-week": { name: "fixed numbers", color: "s1", symbol: "circle" },
  conditional: { name: "conditional", color: "s2", symbol: "diamond" },
  provisioned: { name: "provisioned", color: "s3", symbol: "circle" },
} as const satisfies Readonly<Record<PolicyAdvice["kind"], object>>;

/** The heading of the table of all policies. */
export const POLICIES_HEADING = "Policies";

/**
 * The charts of one function's advice; ids begin with its name.
 *
 * @param assumptionsHeading the heading of the table with the numbers of the last chart
 */
export function buildAdviceCharts(advice: FunctionAdvice, assumptionsHeading: string): (Chart | NoChart)[] {
  return [buildCostChart(advice), buildDayChart(advice), buildSensitivityChart(advice, assumptionsHeading)];
}

/** Cold starts against cost: no policy is better than those on the line. */
function buildCostChart({ function: id, policies, targetPercent }: FunctionAdvice): Chart {
  const totals = policies.map(({ dollarsPerMonth }) => dollarsPerMonth.total);
  const kinds = [...new Map(Object.values(KINDS).map((kind) => [kind.name, kind])).values()];
  return {
    ...{ id: `${id}-cost`, title: "Cold requests against cost" },
    x: buildLogAxis(
      "Cost a month (US dollars)",
      "dollars",
      totals.filter((total) => total > 0),
      1e-4,
    ),
    y: buildPercentAxis(policies.map(({ cold }) => cold)),
    series: [
      {
        ...{ kind: "line", name: "no policy beats these", color: "s1", dash: "dotted" },
        points: selectFront(policies).map(({ dollarsPerMonth, cold }) => [dollarsPerMonth.total, cold.percent]),
      },
      ...kinds.flatMap((kind) => {
        const those = policies.filter((policy) => KINDS[policy.kind].name === kind.name);
        return those.length === 0 ? [] : [{ kind: "dots" as const, ...kind, dots: those.map(buildDot) }];
      }),
    ],
    limits: [buildTargetLine(targetPercent)],
    note: "Each step of both grids is ten times the previous one; 0.1 % and less is at the bottom. A vertical line through a dot is the 95 % confidence interval, whose upper end must be below the target.",
    numbers: POLICIES_HEADING,
  };
}

function buildDot({ name, dollarsPerMonth, cold, isConfigured, isRecommended }: PolicyAdvice): Dot {
  const label = [...(isRecommended ? ["recommended"] : []), ...(isConfigured ? ["set now"] : [])].join(", ");
  return {
    ...{ name, x: dollarsPerMonth.total, y: cold.percent, yRange: [cold.fromPercent, cold.toPercent] },
    ...(label !== "" && { label }),
  };
}

/** The policies for which no other is both cheaper and better. */
export function selectFront(policies: readonly PolicyAdvice[]): PolicyAdvice[] {
  const byPrice = policies.toSorted(
    (a, b) => a.dollarsPerMonth.total - b.dollarsPerMonth.total || a.cold.percent - b.cold.percent,
  );
  let least = Number.POSITIVE_INFINITY;
  return byPrice.filter(({ cold }) => {
    const isBetter = cold.percent < least;
    least = Math.min(least, cold.percent);
    return isBetter;
  });
}

function buildDayChart({ function: id, day }: FunctionAdvice): Chart | NoChart {
  const { buckets, policy, startsAt } = day ?? { buckets: [], policy: "", startsAt: "" };
  return buildTimeChart<NonNullable<FunctionAdvice["day"]>["buckets"][number]>(
    {
      ...{ id: `${id}-day`, title: "The busiest day, and instances kept warm", unit: "Instances", least: 4 },
      series: [
        { name: "requests at once", color: "s1", shape: "bars", value: ({ peak }) => peak },
        { name: "kept warm", color: "s4", shape: "steps", value: ({ kept }) => kept },
      ],
      alsoInNumbers: { name: "requests", value: ({ requests }) => requests },
      note: `${startsAt.slice(0, 10)}, UTC, under: ${policy}. The maximum in each five minutes. If the number follows usage, none is pinged while usage itself keeps as many warm.`,
      none: "There were no requests, and no instance was kept warm.",
    },
    {
      axis: { scale: "time", title: "Time of day (UTC)", from: 0, to: DAY, format: "clock" },
      ...{ points: buckets, at: ({ minute }) => minute * MINUTE, milliseconds: BUCKET_MINUTES * MINUTE },
      heading: "time (UTC)",
    },
  );
}

function buildSensitivityChart(advice: FunctionAdvice, assumptionsHeading: string): Chart {
  const { function: id, sensitivity, targetPercent } = advice;
  const title = `Cold requests, if AWS differs from what ${describeBasis(advice)}`;
  return {
    ...{ id: `${id}-sensitivity`, title },
    x: buildPercentAxis(sensitivity.flatMap(({ policies }) => policies.map(({ cold }) => cold))),
    y: { scale: "names", title: "If AWS is like this", names: sensitivity.map(({ guess }) => guess) },
    series: listSensitivityHeadings(advice).map((name, place) => ({
      ...{ kind: "dots", name, ...(SENSITIVITY_LOOKS[place] ?? KINDS.provisioned) },
      dots: sensitivity.flatMap(({ guess, policies }, row) => {
        const cold = policies[place]?.cold;
        return cold
          ? [
              {
                name: `${guess}, ${name}`,
                x: cold.percent,
                y: row,
                xRange: [cold.fromPercent, cold.toPercent] as const,
              },
            ]
          : [];
      }),
    })),
    limits: [{ axis: "x", ...buildTargetLine(targetPercent) }],
    note: "0.1 % and less is at the left.",
    numbers: assumptionsHeading,
  };
}

/** One per shown policy: none, the current settings, and the recommended policy. */
const SENSITIVITY_LOOKS = [
  { color: "s4", symbol: "triangle", shift: -8 },
  { color: "s1", symbol: "circle", shift: 0 },
  { color: "s2", symbol: "diamond", shift: 8 },
] as const;

function buildTargetLine(percent: number) {
  return { at: percent, text: `target: below ${percent} %` };
}

function buildPercentAxis(intervals: readonly PolicyAdvice["cold"][]): Axis {
  const ends = intervals.map(({ toPercent }) => toPercent);
  return buildLogAxis("Cold requests (%)", "percent", [0.1, 10, ...ends], 0.1);
}
