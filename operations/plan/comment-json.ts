import { hazardLines } from "./hazards";
import { countKinds, isTouched, type Kind, type Plan } from "./plan";
import { monthlyCost } from "./plan-cost";
import { wordLines } from "./wording";

/** What a plan does, for scripts. Texts are Markdown, as in the comment; no value in them is sensitive. */
export interface PlanSummary {
  readonly environment: string;
  /** Whether planning went through to its end. */
  readonly isWhole: boolean;
  readonly counts: Readonly<Record<Kind | "moved", number>>;
  /** Deletions and replacements that lose data or hit requests. */
  readonly losses: readonly string[];
  /** Code, memory, alarms, schedules and warming in words. */
  readonly changes: readonly string[];
  /** Of monitoring, as far as a plan tells. */
  readonly monthlyDollars: { readonly before: number; readonly after: number };
  /** Every resource that something happens to. */
  readonly resources: readonly { readonly address: string; readonly previousAddress?: string; readonly kind: Kind }[];
}

/** What the comment about a plan says, for scripts, and not cut. */
export function summarizePlan(plan: Plan): PlanSummary {
  const { environment, isWhole, changes } = plan;
  const { before, after } = monthlyCost(plan);
  return {
    environment,
    isWhole,
    counts: countKinds(changes),
    losses: hazardLines(changes).map(withoutBullet),
    changes: wordLines(plan).map(withoutBullet),
    monthlyDollars: { before: toCents(before), after: toCents(after) },
    resources: changes.filter(isTouched).map(({ address, previousAddress, kind }) => ({
      address,
      ...(previousAddress !== undefined && { previousAddress }),
      kind,
    })),
  };
}

function withoutBullet(line: string): string {
  return line.replace(/^- /, "");
}

function toCents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
