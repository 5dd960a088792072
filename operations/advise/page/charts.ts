import { TARGETS } from "../../../performance/targets";
import { type Chart } from "../../page/sections";
import {
  axes,
  bar,
  CHART,
  escapeText,
  horizontal,
  hover,
  limit,
  line,
  type Scale,
  svg,
  vertical,
  verticalByPowers,
} from "../../page/svg";
import { dollarText, percentText } from "../amounts";
import { BUCKET_MINUTES } from "../day";
import { type FunctionAdvice, type PolicyAdvice } from "../report";
import { basisText, betweenText, marksOf, sensitivityHeadings } from "../text";

const BOTTOM = CHART.height - CHART.bottom;
const RIGHT = CHART.width - CHART.right;
const MINUTES_PER_DAY = 1440;

const KINDS: Readonly<Record<PolicyAdvice["kind"], { readonly series: string; readonly text: string }>> = {
  none: { series: "s4", text: "none" },
  fixed: { series: "s1", text: "fixed numbers" },
  "hours-of-week": { series: "s1", text: "fixed numbers" },
  conditional: { series: "s2", text: "conditional" },
  provisioned: { series: "s3", text: "provisioned" },
};

/** The charts of one function's advice; ids begin with its name. */
export function chartsOf(advice: FunctionAdvice): Chart[] {
  return [costChart(advice), dayChart(advice), sensitivityChart(advice)];
}

/** Cold starts against cost: what lies on the line is beaten by nothing. */
function costChart({ function: id, policies }: FunctionAdvice): Chart {
  const totals = policies.map(({ dollarsPerMonth }) => dollarsPerMonth.total);
  const x = byPowers(Math.max(1e-4, Math.min(...totals.filter((total) => total > 0))), Math.max(...totals));
  const y = verticalByPowers(0.1, Math.max(10, ...policies.map(({ cold }) => cold.toPercent)));
  const place = ({ dollarsPerMonth, cold }: PolicyAdvice) => [x.at(dollarsPerMonth.total), y.at(cold.percent)] as const;
  const points = policies.map((policy) => {
    const [left, top] = place(policy);
    const { cold, name, kind, dollarsPerMonth, isConfigured, isRecommended } = policy;
    const title = `${name}: ${percentText(cold.percent / 100)} cold (${betweenText(cold)}), ${dollarText(dollarsPerMonth.total)} a month`;
    const whisker = `<line class="axis" x1="${digits(left)}" x2="${digits(left)}" y1="${digits(y.at(cold.fromPercent))}" y2="${digits(y.at(cold.toPercent))}"/>`;
    const isMarked = isConfigured || isRecommended;
    return `${whisker}${dot(left, top, KINDS[kind].series, title, isMarked ? 5 : 3)}`;
  });
  const labels = policies
    .filter((policy) => marksOf(policy) !== "")
    .map((policy) => {
      const [left, top] = place(policy);
      const anchor = left > RIGHT - 60 ? "end" : left < CHART.left + 40 ? "start" : "middle";
      const height = top < CHART.top + 24 || (!policy.isRecommended && top < BOTTOM - 24) ? top + 17 : top - 9;
      return `<text class="label" x="${digits(left)}" y="${digits(height)}" text-anchor="${anchor}">${escapeText(policy.isRecommended ? `recommended${policy.isConfigured ? ", set now" : ""}` : "set now")}</text>`;
    });
  const frame = axes(x, y, { x: dollarText, y: (tick) => `${tick} %` });
  const target = limit(y.at(TARGETS.coldStartPercent), "");
  const kinds = [...new Set(policies.map(({ kind }) => KINDS[kind]))];
  return {
    title: "Cold requests against dollars a month",
    legend: kinds.filter(({ text }, index) => kinds.findIndex((kind) => kind.text === text) === index),
    svg: svg(
      `${id}-cost`,
      "Share of cold requests of each policy, against what it costs a month",
      `${frame}${target}${line(front(policies).map(place), "s1")}${points.join("")}${labels.join("")}`,
    ),
    note: `Each step of both grids is ten times the one before; 0.1 % and less is at the bottom. No policy beats those on the line. The dashed line is the target: below ${TARGETS.coldStartPercent} %, with the upper end of the interval.`,
  };
}

/** The policies than which no other is both as cheap and as good. */
export function front(policies: readonly PolicyAdvice[]): PolicyAdvice[] {
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

function dayChart({ function: id, day }: FunctionAdvice): Chart {
  const title = "The busiest day, and instances kept warm";
  if (!day) return { title, legend: [], svg: "", note: "No request came in." };
  const { buckets, policy, startsAt } = day;
  const x: Scale = { ticks: [0, 360, 720, 1080, 1440], at: horizontal(0, MINUTES_PER_DAY).at };
  const y = vertical(Math.max(4, ...buckets.map(({ peak, kept }) => Math.max(peak, kept))));
  const bars = buckets
    .filter(({ peak }) => peak > 0)
    .map(({ minute, peak }) => bar(x.at(minute), x.at(minute + BUCKET_MINUTES), BOTTOM, y.at(peak), "s1", ""));
  const steps = buckets.flatMap(({ minute, kept }) => [
    [x.at(minute), y.at(kept)] as const,
    [x.at(minute + BUCKET_MINUTES), y.at(kept)] as const,
  ]);
  const titles = buckets.map(({ minute, requests, peak, kept }) =>
    hover(
      x.at(minute),
      x.at(minute + BUCKET_MINUTES),
      `${clock(minute)}: ${requests} requests, ${peak} at once, ${kept} kept warm`,
    ),
  );
  const frame = axes(x, y, { x: clock, y: String });
  return {
    title,
    legend: [
      { series: "s1", text: "requests at once" },
      { series: "s4", text: "kept warm" },
    ],
    svg: svg(
      `${id}-day`,
      "Requests at work at once, and instances kept warm, in each five minutes of a day",
      `${frame}${bars.join("")}${line(steps, "s4")}${titles.join("")}`,
    ),
    note: `${startsAt.slice(0, 10)}, UTC, under: ${policy}. The most in each five minutes. Where the number follows use, none is pinged while use itself keeps as many warm.`,
  };
}

function sensitivityChart(advice: FunctionAdvice): Chart {
  const { function: id, sensitivity } = advice;
  const all = sensitivity.flatMap(({ policies }) => policies.map(({ cold }) => cold));
  const x = byPowers(0.1, Math.max(10, ...all.map(({ toPercent }) => toPercent)));
  const height = (BOTTOM - CHART.top) / sensitivity.length;
  const columns = x.ticks.map(
    (tick) =>
      `<line class="grid" x1="${digits(x.at(tick))}" x2="${digits(x.at(tick))}" y1="${CHART.top}" y2="${BOTTOM}"/><text class="tick" x="${digits(x.at(tick))}" y="${BOTTOM + 16}" text-anchor="${x.at(tick) > RIGHT - 20 ? "end" : "middle"}">${tick} %</text>`,
  );
  const target = `<line class="limit" x1="${digits(x.at(TARGETS.coldStartPercent))}" x2="${digits(x.at(TARGETS.coldStartPercent))}" y1="${CHART.top}" y2="${BOTTOM}"/>`;
  const rows = sensitivity.map(({ guess, policies }, index) => {
    const top = CHART.top + index * height;
    const middle = top + height * 0.72;
    const points = policies.map(({ name, cold }, place) => {
      const whisker = `<line class="axis" x1="${digits(x.at(cold.fromPercent))}" x2="${digits(x.at(cold.toPercent))}" y1="${digits(middle)}" y2="${digits(middle)}"/>`;
      return `${whisker}${dot(x.at(cold.percent), middle, SENSITIVITY_SERIES[place] ?? "s1", `${guess}, ${name}: ${percentText(cold.percent / 100)} cold (${betweenText(cold)})`, 4)}`;
    });
    return `${points.join("")}<text class="label" x="4" y="${digits(top + height * 0.42)}">${escapeText(guess)}</text>`;
  });
  return {
    title: `Cold requests, if AWS is another way than ${basisText(advice)}`,
    legend: sensitivityHeadings(advice).map((text, index) => ({ series: SENSITIVITY_SERIES[index] ?? "s1", text })),
    svg: svg(
      `${id}-sensitivity`,
      "Share of cold requests of some policies under each guess about the platform",
      `${columns.join("")}${target}${rows.join("")}`,
    ),
    note: "0.1 % and less is at the left. The dashed line is the target.",
  };
}

/** As many as policies are shown: none, what is set now and what is recommended. */
const SENSITIVITY_SERIES = ["s1", "s4", "s2"];

/** A horizontal axis for positive values of very different sizes. */
function byPowers(least: number, most: number): Scale {
  const from = Math.floor(Math.log10(least));
  const to = Math.max(from + 1, Math.ceil(Math.log10(most)));
  const { at } = horizontal(from, to);
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => Number(`1e${from + index}`));
  return { ticks, at: (value) => at(Math.min(to, Math.max(from, Math.log10(Math.max(value, 1e-9))))) };
}

function dot(x: number, y: number, series: string, title: string, radius: number): string {
  return `<circle class="dot ${series}" cx="${digits(x)}" cy="${digits(y)}" r="${radius}"><title>${escapeText(title)}</title></circle>`;
}

function clock(minute: number): string {
  const text = (value: number) => String(value).padStart(2, "0");
  return `${text(Math.floor(minute / 60))}:${text(minute % 60)}`;
}

function digits(value: number): string {
  return String(Math.round(value * 10) / 10);
}
