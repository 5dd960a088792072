import * as z from "zod";

/** The version of {@link adviceReport}. It increases when a key is removed or changes its meaning. */
export const REPORT_VERSION = 1;

const share = z.object({ percent: z.number(), fromPercent: z.number(), toPercent: z.number() });

const policy = z.object({
  name: z.string(),
  kind: z.enum(["none", "fixed", "hours-of-week", "conditional", "provisioned"]),
  isConfigured: z.boolean(),
  isRecommended: z.boolean(),
  /** Share of requests with a cold start, with its 95 % confidence interval. */
  cold: share,
  throttledPercent: z.number(),
  /** The delay of requests. */
  addedMilliseconds: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }),
  pingsPerDay: z.number(),
  dollarsPerMonth: z.object({
    total: z.number(),
    /** Pings and runs of the warmer. */
    warming: z.number(),
    /** Starting environments. */
    starts: z.number(),
    provisioned: z.number(),
    /** Reading the function's usage. */
    reading: z.number(),
  }),
});

/** The most likely value, and its plausible range. */
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
  /** Whether the policies' figures use the fit. */
  isUsed: z.boolean(),
  /** The fit and the quality of its prediction, or why there is no fit. */
  sentence: z.string(),
  /** Missing if there was too little data for a fit. */
  fitted: z
    .object({
      idleLifeMinutes: likely,
      quietLifeMinutes: likely,
      lifeSpanMinutes: likely,
      /**
       * At least five requests used an instance that had been idle for this long: fitted values beyond it may reflect
       * prior values rather than observations.
       */
      seenIdleMinutes: z.number(),
      /** Probabilities, most likely first; they sum to 1. */
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
  /** The function's target for cold starts. */
  targetPercent: z.number(),
  recommendation: z.object({
    kind: z.enum(["do-not-warm", "warm", "provision", "out-of-reach", "too-little-data"]),
    sentence: z.string(),
    /** For a tfvars file, if it can express it. */
    block: z.string().optional(),
  }),
  repetitions: z.number(),
  /** Empty if there is too little data. */
  policies: z.array(policy),
  /**
   * What the function's own log shows about the platform; missing if that was not requested, or if there were no
   * requests.
   */
  log: log.optional(),
  /** Results if AWS behaves differently; the policies' figures use the first one. */
  sensitivity: z.array(
    z.object({
      guess: z.string(),
      source: z.string(),
      policies: z.array(z.object({ name: z.string(), cold: share })),
    }),
  ),
  /** The busiest day under the recommended policy, or the configured one if none is recommended. */
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
  /** The environment's target for cold starts, for functions without one of their own. */
  targetPercent: z.number(),
  prices: z.string(),
  assumption: z.string(),
  leftOut: z.array(z.string()),
  functions: z.array(functionAdvice),
  /**
   * What could not be read from AWS; a function whose usage is in this list has no advice. Missing if everything was
   * read.
   */
  unread: z.array(z.object({ what: z.string(), why: z.string() })).optional(),
  /** The written files. */
  pages: z.array(z.string()),
  /** The changed tfvars file. */
  changed: z.string().optional(),
});

/** The advice for all functions. */
export type AdviceReport = z.infer<typeof adviceReport>;
/** The advice for one function. */
export type FunctionAdvice = z.infer<typeof functionAdvice>;
/** What a function's own log shows. */
export type LogAdvice = z.infer<typeof log>;
/** One policy's figures. */
export type PolicyAdvice = z.infer<typeof policy>;
