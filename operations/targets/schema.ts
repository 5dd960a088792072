import * as z from "zod";
import { FIGURE_KEYS } from "./figure-table";

/** The shape of figures and verdicts in reports' JSON. */

/** One target with its result. */
export const targetVerdictSchema = z.object({
  target: z.string(),
  limit: z.string(),
  measured: z.string(),
  state: z.enum(["met", "missed", "not_measurable"]),
  /** By how much it was missed, why it is not measurable, or what the figure includes. */
  note: z.string().optional(),
});

/** Figures by their key, where they are known. Null: a latency's percentile falls on a failed request. */
export const figuresSchema = z.partialRecord(z.enum(FIGURE_KEYS), z.number().nullable());

/** One target with its result. */
export type TargetVerdict = z.output<typeof targetVerdictSchema>;
/** Figures by key. Unknown ones are missing; a latency is null if its request failed. */
export type Figures = z.output<typeof figuresSchema>;
