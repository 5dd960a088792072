import * as z from "zod";
import { type Objective, OBJECTIVE_KEYS } from "../../environments/objectives";
import { measureBudget, type RequestTotals } from "../../model/objectives";

/** Requests that spent a part of a budget for the same reason. */
const spending = z.object({
  /** A failure category, a version, or what became of the requests. */
  what: z.string(),
  requests: z.number(),
  /** Of the whole budget. */
  percent: z.number(),
});

/** The error budget of one objective of one function, as JSON. */
export const budgetSchema = z.object({
  /** Its name in the environment's file. */
  function: z.string(),
  objective: z.enum(OBJECTIVE_KEYS),
  /** As in "Availability 99.95 %". */
  goal: z.string(),
  days: z.number(),
  requests: z.number(),
  bad: z.number(),
  /** Bad requests that the objective allows, for the requests of these days. */
  allowed: z.number(),
  /** Of the whole budget; below 0 if more was spent. Missing without requests. */
  leftPercent: z.number().optional(),
  /** Spent in the last day, of the whole budget. */
  lastDayPercent: z.number().optional(),
  /** When nothing is left, if each day is like the last one; missing if the budget lasts. */
  runsOutAt: z.iso.datetime().optional(),
  /** What spent it, the most first; only of availability. */
  spentByCategory: z.array(spending).optional(),
  spentByVersion: z.array(spending).optional(),
});

/** The error budget of one objective of one function. */
export type ErrorBudget = z.output<typeof budgetSchema>;

/** A part of a budget. */
export type Spending = z.output<typeof spending>;

/** Below this share of the whole budget, little is left. */
const LITTLE_LEFT_PERCENT = 25;

const DAY_MILLISECONDS = 86_400_000;

/**
 * What is left of a budget.
 *
 * @param all requests in the days of the objective
 * @param lastDay those of the last of these days
 * @param now in milliseconds since 1970
 */
export function computeBudget(
  objective: Pick<Objective, "targetPercent" | "days">,
  all: RequestTotals,
  lastDay: RequestTotals,
  now: number,
): Pick<ErrorBudget, "requests" | "bad" | "allowed" | "leftPercent" | "lastDayPercent" | "runsOutAt"> {
  const { allowed, leftPercent } = measureBudget(objective, all);
  if (leftPercent === undefined) return { ...all, allowed };
  const daysLeft = lastDay.bad > 0 ? (allowed - all.bad) / lastDay.bad : Infinity;
  return {
    ...all,
    allowed,
    leftPercent,
    lastDayPercent: (100 * lastDay.bad) / allowed,
    ...(daysLeft >= 0 &&
      daysLeft < objective.days && { runsOutAt: new Date(now + daysLeft * DAY_MILLISECONDS).toISOString() }),
  };
}

/** Whether less than {@link LITTLE_LEFT_PERCENT} is left of a budget that is at least one request. */
export function isLittleLeft({ leftPercent = 100, allowed }: ErrorBudget): boolean {
  return allowed >= 1 && leftPercent < LITTLE_LEFT_PERCENT;
}
