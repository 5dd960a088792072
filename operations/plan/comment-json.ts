import { formatAccess } from "./access";
import { formatHazards } from "./hazards";
import {
  type CountedKind,
  countKinds,
  isTouched,
  type ChangeKind,
  type OutputChange,
  type Plan,
  type ResourceChange,
} from "./plan";
import { priceMonthlyChange } from "./plan-cost";
import { formatWords } from "./wording";

/** What a plan does, for scripts. Texts are Markdown, as in the comment; no value in them is sensitive. */
export interface PlanSummary {
  readonly environment: string;
  /** Whether planning went through to its end. */
  readonly isWhole: boolean;
  /** What conditions of the configuration refuse about this plan. */
  readonly refusals: readonly string[];
  readonly counts: Readonly<Record<CountedKind, number>>;
  /** Deletions and replacements that lose data or hit requests. */
  readonly losses: readonly string[];
  /** Who may do more than before: public endpoints, permissions. */
  readonly access: readonly string[];
  /** Code, memory, alarms, schedules and warming in words. */
  readonly changes: readonly string[];
  /** Of monitoring, as far as a plan tells. */
  readonly monthlyDollars: { readonly before: number; readonly after: number };
  /** Every resource that something happens to. */
  readonly resources: readonly ResourceSummary[];
  readonly outputs: readonly OutputChange[];
  /** What has changed, or is gone, without Terraform. */
  readonly drift: readonly ResourceSummary[];
}

interface ResourceSummary {
  readonly address: string;
  readonly previousAddress?: string;
  readonly importedId?: string;
  readonly kind: ChangeKind;
}

/** What the comment about a plan says, for scripts, and not cut. */
export function summarizePlan(plan: Plan): PlanSummary {
  const { environment, isWhole, changes, outputs, drift, refusals } = plan;
  const { before, after } = priceMonthlyChange(plan);
  return {
    environment,
    isWhole,
    refusals,
    counts: countKinds(changes),
    losses: formatHazards(changes).map(removeBullet),
    access: formatAccess(plan).map(removeBullet),
    changes: formatWords(plan).map(removeBullet),
    monthlyDollars: { before: toCents(before), after: toCents(after) },
    resources: changes.filter(isTouched).map(summarizeResource),
    outputs,
    drift: drift.map(summarizeResource),
  };
}

function summarizeResource({ address, previousAddress, importedId, kind }: ResourceChange): ResourceSummary {
  return {
    address,
    ...(previousAddress !== undefined && { previousAddress }),
    ...(importedId !== undefined && { importedId }),
    kind,
  };
}

function removeBullet(line: string): string {
  return line.replace(/^- /, "");
}

function toCents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
