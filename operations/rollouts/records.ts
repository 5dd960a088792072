import * as z from "zod";
import { formatDefaultLogGroup, formatDeployedName, ROLLOUT_CONTROLLER } from "../../environments/names";
import { toOneLine } from "../../performance/foreign-text";
import { type Environment } from "../../environments/schema";
import { MEASURE_KEYS, type RolloutRecord } from "../../rollout/contract";
import { type AwsAccess } from "../aws/access";
import { runLogQuery, type Wait } from "../aws/log-queries";
import { parseJson } from "../../environments/parse-json";
import { rolloutFiguresSchema } from "./figures";
import { ROLLOUT_STATUSES } from "./words";

/** A rollout, as its log records tell it; all times are in milliseconds since 1970. */
export interface FoundRollout extends Pick<
  RolloutRecord,
  "functionName" | "rolloutId" | "status" | "from" | "to" | "percent" | "reason" | "findings" | "figures"
> {
  /** When its first record was written. */
  readonly at: number;
  /** Undefined if it has not ended, as far as is known. */
  readonly endedAt: number | undefined;
}

/** Rollouts, and what reading about them cost. */
export interface ReadRollouts {
  readonly rollouts: readonly FoundRollout[];
  readonly bytesScanned: number;
  readonly dollars: number;
}

const record = z.object({
  message: z.literal("rollout"),
  event: z.enum(["begin", "step", "wait", "pause", "resume", "end"]),
  functionName: z.string(),
  rolloutId: z.string(),
  status: z.enum(ROLLOUT_STATUSES),
  from: z.string(),
  to: z.string(),
  percent: z.number(),
  reason: z.string(),
  findings: z.array(z.object({ measure: z.enum(MEASURE_KEYS), text: z.string() })),
  figures: rolloutFiguresSchema,
}) satisfies z.ZodType<Omit<RolloutRecord, "level">>;

/** More than a controller writes in a quarter; the most that a query answers. */
const MOST_RECORDS = 10_000;

const QUERY = `fields @timestamp, @message | filter message = "rollout" | sort @timestamp asc | limit ${MOST_RECORDS}`;

/**
 * The rollouts of an environment that have records in a time range, oldest first.
 *
 * @param range in milliseconds since 1970; a rollout's records from before it are not read
 * @throws AwsFailure also if there is no controller yet
 */
export async function readRollouts(
  aws: AwsAccess,
  { name }: Pick<Environment, "name">,
  range: { readonly from: number; readonly to: number },
  wait: Wait,
): Promise<ReadRollouts> {
  const logGroups = [formatDefaultLogGroup(formatDeployedName(name, ROLLOUT_CONTROLLER))];
  const { records, bytesScanned, dollars } = await runLogQuery(aws, { logGroups, query: QUERY, ...range }, wait);
  const found = new Map<string, FoundRollout>();
  for (const { "@timestamp": time = "", "@message": message = "" } of records) {
    const { data } = record.safeParse(parseJson(message));
    // Insights writes times in UTC, as in "2026-11-30 13:02:11.000".
    const at = Date.parse(`${time.replace(" ", "T")}Z`);
    if (!data || Number.isNaN(at)) continue;
    const { event, functionName, rolloutId, status, from, to, percent, reason, findings, figures } = data;
    const { at: since = at } = found.get(rolloutId) ?? {};
    found.set(rolloutId, {
      ...{ functionName, rolloutId, status, from, to, percent, figures },
      reason: toOneLine(reason),
      findings: findings.map(({ measure, text }) => ({ measure, text: toOneLine(text) })),
      ...{ at: since, endedAt: event === "end" ? at : undefined },
    });
  }
  return { rollouts: [...found.values()], bytesScanned, dollars };
}

/** Those that were under way in a time range. */
export function selectDuring<Rollout extends Pick<FoundRollout, "at" | "endedAt">>(
  rollouts: readonly Rollout[],
  { from, to }: { readonly from: number; readonly to: number },
): Rollout[] {
  return rollouts.filter(({ at, endedAt = Infinity }) => at <= to && endedAt >= from);
}
