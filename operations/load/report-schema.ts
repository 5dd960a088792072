import * as z from "zod";
import { figuresSchema, targetSettingsSchema, targetVerdictSchema } from "../targets/schema";
import { PROFILES } from "./settings";

/** The schema of a run's JSON file: the input of a page and of later comparisons. */

/** Increases with each change that affects readers. */
export const LOAD_SCHEMA_VERSION = 1;

const count = z.number().int().min(0);
const milliseconds = z.number().min(0);

const second = z.object({
  /** Since the run began, without waits for idle instances. */
  second: count,
  /** Requests due in this second. */
  requests: count,
  failed: count,
  /** Missing if the target does not report it. */
  coldStarts: count.optional(),
  p50Milliseconds: milliseconds.optional(),
  p90Milliseconds: milliseconds.optional(),
  p99Milliseconds: milliseconds.optional(),
  /** Maximum number at one time; missing if the target does not report it. */
  instances: count.optional(),
  busyInstances: count.optional(),
  /** Average of the reported peaks. */
  memoryMb: z.number().min(0).optional(),
});

const phase = z.object({
  name: z.string(),
  part: z.string(),
  startSecond: z.number().min(0),
  ratePerSecond: z.number().optional(),
  broken: z.boolean(),
  requests: count,
  failed: count,
  coldStarts: count.optional(),
  p50Milliseconds: milliseconds.optional(),
  p99Milliseconds: milliseconds.optional(),
  warming: z.object({ asked: count, instances: count, failures: z.array(z.string()) }).optional(),
});

const bin = z.object({ fromMilliseconds: milliseconds, toMilliseconds: milliseconds, cold: count, warm: count });

/** The schema of the file. */
export const loadReportSchema = z.object({
  schemaVersion: z.literal(LOAD_SCHEMA_VERSION),
  startedAt: z.iso.datetime(),
  durationSeconds: z.number().min(0),
  settings: z.object({
    profile: z.enum(PROFILES),
    target: z.enum(["local", "url"]),
    address: z.string(),
    path: z.string(),
    ratePerSecond: z.number().optional(),
    seconds: z.number().optional(),
    idleSeconds: z.number().optional(),
  }),
  /** Names and values of the environment's settings, as in its file. */
  environment: z.object({
    name: z.string(),
    region: z.string(),
    function: z.string(),
    settings: z.record(z.string(), z.string()),
  }),
  versions: z.object({ warmwatch: z.string(), node: z.string(), platform: z.string() }),
  /** What the figures cover, in words. */
  scope: z.string(),
  figures: figuresSchema,
  targetSettings: targetSettingsSchema,
  verdicts: z.array(targetVerdictSchema),
  phases: z.array(phase),
  series: z.array(second),
  distribution: z.array(bin),
  failures: z.record(z.string(), count),
  /** Why the rate of a stress run was too high. */
  breakReason: z.string().optional(),
  comparison: z
    .object({ startedAt: z.iso.datetime(), differences: z.array(z.string()), figures: figuresSchema })
    .optional(),
});

/** A run's results. */
export type LoadReport = z.output<typeof loadReportSchema>;
/** What happened in one second. */
export type Second = LoadReport["series"][number];
