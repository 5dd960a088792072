import { formatNumber } from "../../document/formats";
import { TARGETS } from "../../../performance/targets";
import { type Axis, type Chart, type Dot, type NoChart } from "../../page/chart";
import { formatDollars } from "../../../model/priced-resources";
import { BUCKET_MINUTES } from "../busiest-day";
import { type FunctionAdvice, type PolicyAdvice } from "../report";
import { describeBasis, listSensitivityHeadings } from "../text";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const TARGET = { at: TARGETS.coldStartPercent, text: `target: below ${TARGETS.coldStartPercent} %` } as const;

const KINDS = {
  none: { name: "none", color: "s4", symbol: "triangle" },
  fixed: { name: "fixed numbers", color: "s1", symbol: "circle" },
  "hours-of-week": { name: "fixed numbers", color: "s1", symbol: "circle" },
  conditional: { name: "conditional", color: "s2", symbol: "diamond" },
  provisioned: { name: "provisioned", color: "s3", symbol: "circle" },
} as const satisfies Readonly<Record<PolicyAdvice["kind"], object>>;

/** The heading of the table of all policies. */
export const POLICIES_HEADING = "Policies";

/** The charts of one function's advice; ids begin with its name. */
export function buildAdviceCharts(advice: FunctionAdvice, assumptionsHeading: string): (Chart | NoChart)[] {
  return [buildCostChart(advice), buildDayChart(advice), buildSensitivityChart(advice, assumptionsHeading)];
}

/** Cold starts against cost: what lies on the line is beaten by nothing. */
function buildCostChart({ function: id, policies }: FunctionAdvice): Chart {
  const totals = policies.map(({ dollarsPerMonth }) => dollarsPerMonth.total);
  const kinds = Object.values(KINDS).filter(
    ({ name }, index, all) => all.findIndex((kind) => kind.name === name) === index,
  );
  return {
    id: `${id}-cost`,
    title: "Cold requests against cost",
    description: "Share of cold requests of each policy, against what it costs a month",
    x: {
      ...{ scale: "log", title: "Cost a month (US dollars)", text: formatDollars },
      ...findPowers(Math.max(1e-4, Math.min(...totals.filter((total) => total > 0))), Math.max(...totals)),
    },
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
    limits: [TARGET],
    note: "Each step of both grids is ten times the one before; 0.1 % and less is at the bottom. A vertical line through a dot is the 95 % confidence interval, whose upper end has to be below the target.",
    numbers: { in: POLICIES_HEADING },
  };
}

function buildDot({ dollarsPerMonth, cold, isConfigured, isRecommended }: PolicyAdvice): Dot {
  const label = [...(isRecommended ? ["recommended"] : []), ...(isConfigured ? ["set now"] : [])].join(", ");
  return {
    ...{ x: dollarsPerMonth.total, y: cold.percent, yRange: [cold.fromPercent, cold.toPercent] },
    ...(label !== "" && { label, isLarge: true }),
  };
}

/** The policies than which no other is both as cheap and as good. */
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
  const title = "The busiest day, and instances kept warm";
  if (!day || day.buckets.every(({ peak, kept }) => peak === 0 && kept === 0)) {
    return { title, reason: "No request came in, and no instance was kept warm." };
  }
  const { buckets, policy, startsAt } = day;
  const last = buckets.at(-1);
  return {
    ...{ id: `${id}-day`, title },
    description: "Requests at work at once, and instances kept warm, in each five minutes of a day",
    x: { scale: "time", title: "Time of day (UTC)", from: 0, to: DAY, text: formatClock },
    y: { scale: "linear", title: "Instances", least: 4, text: formatNumber },
    series: [
      {
        ...{ kind: "bars", name: "requests at once", color: "s1" },
        bars: buckets
          .filter(({ peak }) => peak > 0)
          .map(({ minute, peak }) => ({ from: minute * MINUTE, to: (minute + BUCKET_MINUTES) * MINUTE, high: peak })),
      },
      {
        ...{ kind: "line", name: "kept warm", color: "s4", isStepped: true },
        points: [
          ...buckets.map(({ minute, kept }) => [minute * MINUTE, kept] as const),
          ...(last ? [[DAY, last.kept] as const] : []),
        ],
      },
    ],
    note: `${startsAt.slice(0, 10)}, UTC, under: ${policy}. The most in each five minutes. Where the number follows use, none is pinged while use itself keeps as many warm.`,
    numbers: {
      headings: ["time (UTC)", "requests", "at once", "kept warm"],
      rows: buckets.map(({ minute, requests, peak, kept }) => [
        formatClock(minute * MINUTE),
        ...[requests, peak, kept].map((value) => formatNumber(value)),
      ]),
    },
  };
}

function buildSensitivityChart(advice: FunctionAdvice, assumptionsHeading: string): Chart | NoChart {
  const { function: id, sensitivity, requests } = advice;
  const title = `Cold requests, if AWS is another way than ${describeBasis(advice)}`;
  if (requests === 0) return { title, reason: "No request came in." };
  const names = sensitivity.map(({ guess }) => guess);
  return {
    ...{ id: `${id}-sensitivity`, title },
    description: "Share of cold requests of some policies under each guess about the platform",
    x: buildPercentAxis(sensitivity.flatMap(({ policies }) => policies.map(({ cold }) => cold))),
    y: { scale: "names", title: "If AWS is like this", names },
    series: listSensitivityHeadings(advice).map((name, place) => ({
      ...{ kind: "dots", name, ...(SENSITIVITY_LOOKS[place] ?? KINDS.provisioned) },
      dots: sensitivity.flatMap(({ policies }, row) => {
        const cold = policies[place]?.cold;
        return cold ? [{ x: cold.percent, y: row, xRange: [cold.fromPercent, cold.toPercent] as const }] : [];
      }),
    })),
    limits: [{ axis: "x", ...TARGET }],
    note: "0.1 % and less is at the left.",
    numbers: { in: assumptionsHeading },
  };
}

/** As many as policies are shown: none, what is set now and what is recommended. */
const SENSITIVITY_LOOKS = [
  { color: "s4", symbol: "triangle", shift: -8 },
  { color: "s1", symbol: "circle", shift: 0 },
  { color: "s2", symbol: "diamond", shift: 8 },
] as const;

function buildPercentAxis(intervals: readonly PolicyAdvice["cold"][]): Axis {
  const most = Math.max(10, ...intervals.map(({ toPercent }) => toPercent));
  const text = (percent: number) => `${formatNumber(percent, 2)} %`;
  return { scale: "log", title: "Cold requests (%)", text, ...findPowers(0.1, most) };
}

function findPowers(least: number, most: number): { from: number; to: number } {
  const from = Math.floor(Math.log10(least));
  const to = Math.max(from + 1, Math.ceil(Math.log10(most)));
  return { from: Number(`1e${from}`), to: Number(`1e${to}`) };
}

function formatClock(milliseconds: number): string {
  const text = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(milliseconds / MINUTE);
  return `${text(Math.floor(minutes / 60))}:${text(minutes % 60)}`;
}
