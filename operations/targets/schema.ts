import * as z from "zod";
import { TARGET_DEFAULTS } from "../../environments/targets";
import { FIGURE_KEYS } from "./figure-table";

/** The shape of figures and verdicts in reports' JSON. */

/** One target with its result. */
export const targetVerdictSchema = z.object({
  target: z.string(),
  limit: z.string(),
  measured: z.string(),
  /** `advice`: no setting can meet it, so it is not missed; the note says what would come closest. */
  state: z.enum(["met", "missed", "advice", "not_measurable"]),
  /** By how much it was missed, why it is not measurable, or what the figure includes. */
  note: z.string().optional(),
});

/** The figures that were targets; a file without them is older, and was judged by the defaults. */
export const targetSettingsSchema = z
  .object({
    coldStartPercent: z.number(),
    initMilliseconds: z.number(),
    responseMilliseconds: z.object({ p50: z.number(), p90: z.number(), p99: z.number() }),
    memoryPercent: z.object({ from: z.number(), to: z.number() }),
    errorPercent: z.number(),
    availabilityPercent: z.number(),
  })
  .default(structuredClone(TARGET_DEFAULTS));

/** Figures by their key, where they are known. Null: a latency's percentile falls on a failed request. */
export const figuresSchema = z.partialRecord(z.enum(FIGURE_KEYS), z.number().nullable());

/** One target with its result. */
export type TargetVerdict = z.output<typeof targetVerdictSchema>;
/** Figures by key. Unknown ones are missing; a latency is null if its request failed. */
export type Figures = z.output<typeof figuresSchema>;
