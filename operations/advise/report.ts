import * as z from "zod";

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

/** What is most likely, and between what it may well be. */
const likely = z.object({ about: z.number(), from: z.number(), to: z.number() });

const log = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** Requests and pings. */
  requests: z.number(),
  coldStarts: z.number(),
  queries: z.number(),
  bytesScanned: z.number(),
  dollars: z.number(),
  /** Whether the policies' figures are made with what was fitted. */
  isUsed: z.boolean(),
  /** What was fitted and how well it predicts, or why nothing was. */
  sentence: z.string(),
  /** Missing where there was too little to fit to. */
  fitted: z
    .object({
      idleLifeMinutes: likely,
      quietLifeMinutes: likely,
      lifeSpanMinutes: likely,
      /**
       * At least five requests met an environment that had been idle for so long: what is fitted beyond it may be
       * expected rather than seen.
       */
      seenIdleMinutes: z.number(),
      /** How likely each is, the likeliest first; together 1. */
      routing: z.array(z.object({ name: z.enum(["newest-first", "oldest-first", "random"]), weight: z.number() })),
      /** The newest part of the log, predicted by a fit to the rest. */
      heldOut: z.object({
        hours: z.number(),
        coldStarts: z.number(),
        predicted: z.number(),
        fromColdStarts: z.number(),
        toColdStarts: z.number(),
      }),
    })
    .optional(),
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
  /** What the function's own log tells of the platform; missing where it was not asked, or no request came. */
  log: log.optional(),
  /** How it would be if AWS were another way; the first is what the policies' figures are made with. */
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
  /** What AWS did not tell; a function whose use is among it has no advice. Missing where nothing is. */
  unread: z.array(z.object({ what: z.string(), why: z.string() })).optional(),
  /** Files that were written. */
  pages: z.array(z.string()),
  /** The tfvars file that was changed. */
  changed: z.string().optional(),
});

/** What is advised, for all functions. */
export type AdviceReport = z.infer<typeof adviceReport>;
/** What is advised for one function. */
export type FunctionAdvice = z.infer<typeof functionAdvice>;
/** What a function's own log tells. */
export type LogAdvice = z.infer<typeof log>;
/** One policy's figures. */
export type PolicyAdvice = z.infer<typeof policy>;
