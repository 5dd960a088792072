import * as z from "zod";
import { ALARM_KEYS } from "../../environments/alarms";
import { FIGURE_KEYS } from "../targets/figure-table";
import { targetVerdictSchema } from "../targets/schema";
import { PERIOD_NAMES } from "./period";

/** The shape of a report's JSON: what a page is drawn from, and what scripts read. */

/** Grows with each change that a reader has to know of. */
export const PERFORMANCE_SCHEMA_VERSION = 1;

const count = z.number().min(0);
const minutes = z.number().min(0);
const dollars = z.number().min(0);
const percent = z.number().min(0);

const target = targetVerdictSchema.extend({
  /** In the period before; missing where it is not known. */
  before: z.string().optional(),
  change: z.string().optional(),
  direction: z.enum(["better", "worse"]).optional(),
});

const figures = z.partialRecord(z.enum(FIGURE_KEYS), z.number());

const memory = z.object({
  sizeMb: z.number(),
  averagePercent: percent,
  peakMb: z.number(),
  peakPercent: percent,
  dollarsPerMonth: dollars,
  /** Missing where the size suits, or nothing can be gained. */
  suggestedMb: z.number().optional(),
  /** If requests took as long as they do. */
  suggestedDollarsPerMonth: dollars.optional(),
  note: z.string().optional(),
});

const warming = z.object({
  pings: count,
  failures: count,
  /** Instances that had to be started for a ping: a user did not have to wait for them. */
  startedForPings: count,
  averageInstances: z.number().optional(),
  leastInstances: z.number().optional(),
  comparison: z
    .object({
      unwarmedHours: count,
      unwarmedRequests: count,
      coldPercentWithout: percent,
      coldPercentWith: percent,
      /** An estimate; below 0 where more requests met a cold start in hours with pings. */
      avoided: z.number(),
    })
    .optional(),
  comparisonNote: z.string().optional(),
  /** Of the pings, without what starting instances costs. */
  dollars: dollars.optional(),
  costNote: z.string().optional(),
});

/** A point of a chart; what CloudWatch has no data for is missing. */
const point = z.object({
  at: z.iso.datetime(),
  requests: count.optional(),
  failed: count.optional(),
  coldPercent: percent.optional(),
  averageInitMilliseconds: count.optional(),
  p50Milliseconds: count.optional(),
  p90Milliseconds: count.optional(),
  p99Milliseconds: count.optional(),
  averageMemoryPercent: percent.optional(),
  peakMemoryPercent: percent.optional(),
  pings: count.optional(),
  averageInstances: z.number().optional(),
  startedForPings: count.optional(),
});

const functionReport = z.object({
  /** As the environment's file calls it. */
  name: z.string(),
  deployedHere: z.boolean(),
  /** What response times are of. */
  responseSource: z.enum(["logs", "metrics"]),
  figures,
  figuresBefore: figures,
  targets: z.array(target),
  memory: memory.optional(),
  warming: warming.optional(),
  series: z.array(point),
});

const ring = z.object({
  /** Missing where it began before the period. */
  rangAt: z.iso.datetime().optional(),
  /** Missing while it goes on. */
  endedAt: z.iso.datetime().optional(),
  minutesToDetect: minutes.optional(),
  /** What was changed because of it; missing where notes could not be read. */
  notes: z.array(z.string()).optional(),
});

const threshold = z.object({
  key: z.string(),
  current: z.number(),
  suggested: z.number().optional(),
  /** How often the suggested one would have rung, in the last days that CloudWatch keeps the figure of. */
  wouldHaveRung: count.optional(),
  days: z.number(),
  note: z.string().optional(),
});

const alarm = z.object({
  name: z.string(),
  /** Missing for the warmer's own. */
  function: z.string().optional(),
  key: z.enum([...ALARM_KEYS, "degraded"]).optional(),
  /** Whether it sends messages itself. */
  notifies: z.boolean(),
  urgent: z.boolean(),
  behaviour: z.enum(["never", "sometimes", "always"]),
  isRinging: z.boolean(),
  rings: z.array(ring),
  ringingMinutes: minutes,
  /** How often it rang in the period before; missing where that is too long ago. */
  ringsBefore: count.optional(),
  medianMinutesToOk: minutes.optional(),
  worstMinutesToOk: minutes.optional(),
  threshold: threshold.optional(),
});

const kpi = z.object({
  kpi: z.string(),
  goal: z.string(),
  measured: z.string(),
  state: z.enum(["met", "missed", "not_measurable"]),
  note: z.string().optional(),
});

/** The schema of the JSON. */
export const performanceReportSchema = z.object({
  schemaVersion: z.literal(PERFORMANCE_SCHEMA_VERSION),
  environment: z.string(),
  region: z.string(),
  period: z.enum(PERIOD_NAMES),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  targets: z.array(target),
  functions: z.array(functionReport),
  /** Missing where nothing is kept warm. */
  warming: z
    .object({
      pings: count,
      failures: count,
      /** Missing where the warmer's own metrics could not be read. */
      warmerDollars: dollars.optional(),
      dollars: dollars.optional(),
    })
    .optional(),
  alarms: z.array(alarm),
  kpis: z.array(kpi),
  /** What a reader has to know before believing the figures. */
  notes: z.array(z.string()),
  /** What AWS did not tell, and why; missing where it told everything. */
  unread: z.array(z.object({ what: z.string(), why: z.string() })).optional(),
  /** For the environment's file, where something is suggested. */
  suggestedTfvars: z.string().optional(),
  /** What this report has cost. */
  cost: z.object({ metricsRead: count, metricDollars: dollars, bytesScanned: count, logDollars: dollars }),
});

/** A report. */
export type PerformanceReport = z.output<typeof performanceReportSchema>;
/** One target and what came of it. */
export type JudgedTarget = z.output<typeof target>;
/** What warming a function did. */
export type WarmingEffect = z.output<typeof warming>;
/** How a function's memory is used. */
export type MemorySize = z.output<typeof memory>;
/** A point of a function's charts. */
export type ChartPoint = z.output<typeof point>;
/** What is told of one function. */
export type FunctionReport = z.output<typeof functionReport>;
/** What is told of one alarm. */
export type AlarmReport = z.output<typeof alarm>;
/** One goal of the monitoring itself. */
export type Kpi = z.output<typeof kpi>;
/** A threshold, and a better one. */
export type Threshold = z.output<typeof threshold>;
