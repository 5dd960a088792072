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

/** What a plan does, for scripts. Texts are Markdown, as in the comment, without sensitive values. */
export interface PlanSummary {
  readonly environment: string;
  /** Whether planning finished. */
  readonly isWhole: boolean;
  /** Messages of conditions that refuse this plan. */
  readonly refusals: readonly string[];
  readonly counts: Readonly<Record<CountedKind, number>>;
  /** Deletions and replacements that lose data or affect requests. */
  readonly losses: readonly string[];
  /** New access: public endpoints, permissions. */
  readonly access: readonly string[];
  /** Code, memory, alarms, schedules and warming in words. */
  readonly changes: readonly string[];
  /** For monitoring, as far as a plan shows it. */
  readonly monthlyDollars: { readonly before: number; readonly after: number };
  /** Every affected resource. */
  readonly resources: readonly ResourceSummary[];
  readonly outputs: readonly OutputChange[];
  /** What was changed or removed outside Terraform. */
  readonly drift: readonly ResourceSummary[];
}

interface ResourceSummary {
  readonly address: string;
  readonly previousAddress?: string;
  readonly importedId?: string;
  readonly kind: ChangeKind;
}

/** The uncut content of the comment about a plan, for scripts. */
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
