import { z } from "zod";

/** The version of {@link adviceReport}: it grows when a key goes or changes its meaning. */
export const REPORT_VERSION = 1;

const share = z.object({ percent: z.number(), fromPercent: z.number(), toPercent: z.number() });

const policy = z.object({
  name: z.string(),
  kind: z.enum(["none", "fixed", "hours-of-week", "conditional", "provisioned"]),
  isConfigured: z.boolean(),
  isRecommended: z.boolean(),
  /** Requests that meet a cold start, between what with 95 % confidence. */
  cold: share,
  throttledPercent: z.number(),
  /** By how much requests are later. */
  addedMilliseconds: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }),
  pingsPerDay: z.number(),
  dollarsPerMonth: z.object({
    total: z.number(),
    /** Pings and runs of the warmer. */
    warming: z.number(),
    /** Starting environments. */
    starts: z.number(),
    provisioned: z.number(),
    /** Reading how much the function is used. */
    reading: z.number(),
  }),
});

const functionAdvice = z.object({
  function: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  requests: z.number(),
  memoryMb: z.number(),
  architecture: z.enum(["arm64", "x86_64"]),
  recommendation: z.object({
    kind: z.enum(["do-not-warm", "warm", "provision", "out-of-reach"]),
    sentence: z.string(),
    /** For a tfvars file, where it can say it. */
    block: z.string().optional(),
  }),
  repetitions: z.number(),
  policies: z.array(policy),
  /** How it would be if AWS were another way. */
  sensitivity: z.array(
    z.object({
      guess: z.string(),
      source: z.string(),
      policies: z.array(z.object({ name: z.string(), cold: share })),
    }),
  ),
  /** The busiest day under the recommended policy, or the configured one where none is. */
  day: z
    .object({
      startsAt: z.iso.datetime(),
      policy: z.string(),
      buckets: z.array(z.object({ minute: z.number(), requests: z.number(), peak: z.number(), kept: z.number() })),
    })
    .optional(),
  notes: z.array(z.string()),
});

/** What `advise --json` writes. */
export const adviceReport = z.object({
  version: z.literal(REPORT_VERSION),
  /** Missing for a trace without an environment. */
  environment: z.string().optional(),
  targetPercent: z.number(),
  prices: z.string(),
  assumption: z.string(),
  leftOut: z.array(z.string()),
  functions: z.array(functionAdvice),
  /** Files that were written. */
  pages: z.array(z.string()),
  /** The tfvars file that was changed. */
  changed: z.string().optional(),
});

/** What is advised, for all functions. */
export type AdviceReport = z.infer<typeof adviceReport>;
/** What is advised for one function. */
export type FunctionAdvice = z.infer<typeof functionAdvice>;
/** One policy's figures. */
export type PolicyAdvice = z.infer<typeof policy>;
