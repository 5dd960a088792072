import * as z from "zod";
import { FIGURE_KEYS } from "./figure-table";

/** The shape of figures and verdicts in reports' JSON. */

/** One target and what came of it. */
export const targetVerdictSchema = z.object({
  target: z.string(),
  limit: z.string(),
  measured: z.string(),
  state: z.enum(["met", "missed", "not_measurable"]),
  /** By how much it was missed, why it is not measurable, or what the figure includes. */
  note: z.string().optional(),
});

/** Figures by their key, where they are known. Null: a latency's percentile that falls on a request that failed. */
export const figuresSchema = z.partialRecord(z.enum(FIGURE_KEYS), z.number().nullable());

/** One target and what came of it. */
export type TargetVerdict = z.output<typeof targetVerdictSchema>;
/**
 * Figures by their key. Those that are not known are missing; a latency is null where the request that it would be of
 * failed.
 */
export type Figures = z.output<typeof figuresSchema>;
