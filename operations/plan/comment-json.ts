import { formatAccess } from "./access";
import { formatHazards } from "./hazards";
import { countKinds, isTouched, type Plan, type ResourceChange } from "./plan";
import { priceMonthlyChange } from "./plan-cost";
import { formatWords } from "./wording";

/**
 * The uncut content of the comment about a plan, for scripts. Texts are Markdown, as in the comment, without sensitive
 * values.
 */
export function summarizePlan(plan: Plan) {
  const { environment, isWhole, changes, outputs, drift, refusals } = plan;
  const { before, after } = priceMonthlyChange(plan);
  return {
    environment,
    /** Whether planning finished. */
    isWhole,
    /** Messages of conditions that refuse this plan. */
    refusals,
    counts: countKinds(changes),
    /** Deletions and replacements that lose data or affect requests. */
    losses: formatHazards(changes).map(removeBullet),
    /** New access: public endpoints, permissions. */
    access: formatAccess(plan).map(removeBullet),
    /** Code, memory, alarms, schedules and warming in words. */
    changes: formatWords(plan).map(removeBullet),
    /** For monitoring, as far as a plan shows it. */
    monthlyDollars: { before: toCents(before), after: toCents(after) },
    /** Every affected resource. */
    resources: changes.filter(isTouched).map(summarizeResource),
    outputs,
    /** What was changed or removed outside Terraform. */
    drift: drift.map(summarizeResource),
  };
}

function summarizeResource({ address, previousAddress, importedId, kind }: ResourceChange) {
  return { address, previousAddress, importedId, kind };
}

function removeBullet(line: string): string {
  return line.replace(/^- /, "");
}

function toCents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
