import * as z from "zod";
import { ALARM_KEYS } from "../../environments/alarms";
import { budgetSchema } from "../budgets/budget";
import { OBJECTIVE_ALARM_KEYS } from "../../model/objectives";
import { ROLLOUT_STATUSES } from "../rollouts/words";
import { FIGURE_KEYS } from "../targets/figure-table";
import { targetSettingsSchema, targetVerdictSchema } from "../targets/schema";
import { PERIOD_NAMES } from "./period";

/** The schema of a report's JSON: the input of a page and of scripts. */

/** Increases with each change that affects readers. */
export const PERFORMANCE_SCHEMA_VERSION = 1;

const count = z.number().min(0);
const minutes = z.number().min(0);
const dollars = z.number().min(0);
const percent = z.number().min(0);

const target = targetVerdictSchema.extend({
  /** In the previous period; missing if unknown. */
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
  /** Missing if the size is right, or there is nothing to gain. */
  suggestedMb: z.number().optional(),
  /** If requests take as long as now. */
  suggestedDollarsPerMonth: dollars.optional(),
  note: z.string().optional(),
});

const warming = z.object({
  pings: count,
  failures: count,
  /** Instances that a ping started, so no user had to wait for them. */
  startedForPings: count,
  averageInstances: z.number().optional(),
  leastInstances: z.number().optional(),
  comparison: z
    .object({
      unwarmedHours: count,
      unwarmedRequests: count,
      coldPercentWithout: percent,
      coldPercentWith: percent,
      /** An estimate; below 0 if more requests had a cold start in hours with pings. */
      avoided: z.number(),
    })
    .optional(),
  comparisonNote: z.string().optional(),
  /** For the pings, without starting instances. */
  dollars: dollars.optional(),
  costNote: z.string().optional(),
});

/** A point of a chart; values without data are missing. */
const point = z.object({
  at: z.iso.datetime(),
  requests: count.optional(),
  failed: count.optional(),
  coldPercent: percent.optional(),
  averageInitMilliseconds: count.optional(),
  p50Milliseconds: count.optional(),
  p90Milliseconds: count.optional(),
  p99Milliseconds: count.optional(),
  /** Of streamed responses. */
  firstByteP90Milliseconds: count.optional(),
  averageMemoryPercent: percent.optional(),
  peakMemoryPercent: percent.optional(),
  pings: count.optional(),
  averageInstances: z.number().optional(),
  startedForPings: count.optional(),
});

const functionReport = z.object({
  /** Its name in the environment's file. */
  name: z.string(),
  deployedHere: z.boolean(),
  publishesMetrics: z.boolean(),
  /** The source of response times. */
  responseSource: z.enum(["logs", "metrics"]),
  figures,
  figuresBefore: figures,
  targetSettings: targetSettingsSchema,
  targets: z.array(target),
  memory: memory.optional(),
  warming: warming.optional(),
  series: z.array(point),
});

const ring = z.object({
  /** Missing if it began before the period. */
  rangAt: z.iso.datetime().optional(),
  /** Missing while it still rings. */
  endedAt: z.iso.datetime().optional(),
  minutesToDetect: minutes.optional(),
  /** What was changed because of it; missing if notes could not be read. */
  notes: z.array(z.string()).optional(),
  /** Whether a mute held its message back. */
  muted: z.literal(true).optional(),
});

const threshold = z.object({
  key: z.string(),
  current: z.number(),
  suggested: z.number().optional(),
  /** How often the suggested one would have rung, in the days for which CloudWatch has the figure. */
  wouldHaveRung: count.optional(),
  days: z.number(),
  note: z.string().optional(),
});

const alarm = z.object({
  name: z.string(),
  /** Missing for the warmer's own. */
  function: z.string().optional(),
  key: z.enum([...ALARM_KEYS, ...OBJECTIVE_ALARM_KEYS, "degraded"]).optional(),
  /** Whether it sends messages itself. */
  notifies: z.boolean(),
  urgent: z.boolean(),
  behaviour: z.enum(["never", "sometimes", "always"]),
  isRinging: z.boolean(),
  rings: z.array(ring),
  /** How many messages it sent in the period; missing if it sends none itself. */
  messages: count.optional(),
  /** How many of them led to a note; missing if notes could not be read. */
  noted: count.optional(),
  ringingMinutes: minutes,
  /** How often it rang in the previous period; missing if that is too long ago. */
  ringsBefore: count.optional(),
  medianMinutesToOk: minutes.optional(),
  worstMinutesToOk: minutes.optional(),
  threshold: threshold.optional(),
});

const settingValues = z.record(z.string(), z.number());

const wastedAttention = z.object({
  alarm: z.string(),
  messages: count,
  noted: count,
  /** The setting with which it would have rung less often, but at every ring with a note. */
  setting: z
    .object({
      /** The same alarm, or the one that it rang for. */
      alarm: z.string(),
      function: z.string(),
      key: z.enum(ALARM_KEYS),
      /** As in the environment's file. */
      values: settingValues,
      current: settingValues,
      /** How often it would have rung. */
      rings: count,
      /** How often it rings in the same replay with its current setting. */
      ringsNow: count,
      /** How much later a ring with a note would have begun, at most. */
      laterMinutes: minutes,
      days: z.number(),
    })
    .optional(),
  /** Why there is no such setting. */
  note: z.string().optional(),
});

const mute = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  alarms: z.array(z.string()),
  why: z.string(),
});

const rollout = z.object({
  function: z.string(),
  from: z.string(),
  to: z.string(),
  status: z.enum(ROLLOUT_STATUSES),
  /** In the period, or before it. */
  beganAt: z.iso.datetime(),
  /** Missing if it had not ended at the end of the period. */
  endedAt: z.iso.datetime().optional(),
  /** Why it ended so. */
  reason: z.string(),
  /** What was found against the new version. */
  findings: z.array(z.string()),
});

const event = z.object({
  function: z.string(),
  /** The key of the alarm that watches it. */
  alarm: z.enum(ALARM_KEYS),
  /** As in "queue dev-jobs-orders". */
  source: z.string(),
  /** As in "oldest message". */
  what: z.string(),
  unit: z.enum(["", "ms", "s"]),
  /** The total of the period, or its highest value; missing if CloudWatch has none. */
  now: z.number().optional(),
  before: z.number().optional(),
  /** The alarm's threshold, for all sources of the function together; missing if it is off. */
  ringsAbove: z.number().optional(),
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
  /** Missing if nothing is kept warm. */
  warming: z
    .object({
      pings: count,
      failures: count,
      /** Missing if the warmer's own metrics could not be read. */
      warmerDollars: dollars.optional(),
      dollars: dollars.optional(),
    })
    .optional(),
  alarms: z.array(alarm),
  /** Times in which alarms sent no messages; missing if there were none, or notes could not be read. */
  mutes: z.array(mute).optional(),
  /** The alarm with the most messages without a note; missing if none has many, or nobody writes notes. */
  attention: wastedAttention.optional(),
  /** New versions that got traffic step by step; missing if there were none, or they could not be read. */
  rollouts: z.array(rollout).optional(),
  /** Missing if no function has events, or they could not be read. */
  events: z.array(event).optional(),
  kpis: z.array(kpi),
  /** At the end of the period, whatever its length; missing without objectives, or if they could not be read. */
  budgets: z.array(budgetSchema).optional(),
  /** Caveats about the figures. */
  notes: z.array(z.string()),
  /** What could not be read from AWS, and why; missing if everything was read. */
  unread: z.array(z.object({ what: z.string(), why: z.string() })).optional(),
  /** For the environment's file, if there are suggestions. */
  suggestedTfvars: z.string().optional(),
  /** The cost of this report. */
  cost: z.object({ metricsRead: count, metricDollars: dollars, bytesScanned: count, logDollars: dollars }),
});

/** A report. */
export type PerformanceReport = z.output<typeof performanceReportSchema>;
/** One target with its result. */
export type JudgedTarget = z.output<typeof target>;
/** What warming a function did. */
export type WarmingEffect = z.output<typeof warming>;
/** How a function's memory is used. */
export type MemorySize = z.output<typeof memory>;
/** A point of a function's charts. */
export type ChartPoint = z.output<typeof point>;
/** The report on one function. */
export type FunctionReport = z.output<typeof functionReport>;
/** The report on one alarm. */
export type AlarmReport = z.output<typeof alarm>;
/** The setting that would have spared it. */
export type BetterAlarmSetting = NonNullable<WastedAttention["setting"]>;
/** The alarm that wastes most attention. */
export type WastedAttention = z.output<typeof wastedAttention>;
/** A time in which alarms sent no messages. */
export type MuteReport = z.output<typeof mute>;
/** How a new version got traffic. */
export type RolloutReport = z.output<typeof rollout>;
/** A figure of one source of a function's events. */
export type EventReport = z.output<typeof event>;
/** One goal of the monitoring itself. */
export type Kpi = z.output<typeof kpi>;
/** A threshold, and a better one. */
export type Threshold = z.output<typeof threshold>;
