import { listAttributeDifferences } from "./attributes";
import { formatDashboardChanges } from "./dashboard-words";
import { formatCode, formatTransition } from "./markdown";
import { type Plan, type ResourceChange } from "./plan";
import { formatRollouts } from "./rollouts";
import { formatScheduleChanges, formatWarmingChanges } from "./schedule-changes";

/** An attribute that matters to people, with its display name. */
interface Wording {
  readonly path: RegExp;
  readonly say: string;
  readonly unit?: string;
}

interface Subject {
  readonly noun: string;
  readonly attributes: readonly Wording[];
  /** Whether to report additions and removals. */
  readonly comesAndGoes?: boolean;
}

const defineWording = (say: string, path: string, unit?: string): Wording => ({
  path: new RegExp(`^${path}$`),
  say,
  ...(unit !== undefined && { unit }),
});

/** In display order. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  aws_lambda_function: {
    noun: "function",
    comesAndGoes: true,
    attributes: [
      defineWording("memory", "memory_size", " MB"),
      defineWording("time limit", "timeout", " s"),
      defineWording("runtime", "runtime"),
      defineWording("architecture", "architectures.*"),
      defineWording("reserved concurrency", "reserved_concurrent_executions"),
      defineWording("handler", "handler"),
      defineWording("log level", "logging_config\\[0\\]\\.application_log_level"),
      { path: /^environment\[0\]\.variables\.(.+)$/, say: "environment variable" },
    ],
  },
  aws_lambda_alias: { noun: "alias", attributes: [defineWording("version", "function_version")] },
  aws_lambda_function_url: { noun: "function URL", attributes: [defineWording("authorization", "authorization_type")] },
  aws_cloudwatch_metric_alarm: {
    noun: "alarm",
    comesAndGoes: true,
    attributes: [
      defineWording("threshold", "threshold"),
      defineWording("comparison", "comparison_operator"),
      defineWording("period", "period", " s"),
      defineWording("evaluated periods", "evaluation_periods"),
      defineWording("bad periods before it rings", "datapoints_to_alarm"),
      defineWording("missing data", "treat_missing_data"),
      defineWording("statistic", "statistic|extended_statistic"),
      defineWording("actions enabled", "actions_enabled"),
      defineWording("recipients", "alarm_actions.*"),
      { path: /^metric_query\[(.+?)\]\.metric\[0\]\.period$/, say: "period of", unit: " s" },
      { path: /^metric_query\[(.+?)\]\.metric\[0\]\.stat$/, say: "statistic of" },
      { path: /^metric_query\[(.+?)\]\.expression$/, say: "expression of" },
    ],
  },
  aws_cloudwatch_composite_alarm: {
    noun: "composite alarm",
    comesAndGoes: true,
    attributes: [
      defineWording("rule", "alarm_rule"),
      defineWording("actions enabled", "actions_enabled"),
      defineWording("recipients", "alarm_actions.*"),
    ],
  },
  aws_cloudwatch_log_group: {
    noun: "log group",
    attributes: [defineWording("logs kept", "retention_in_days", " days")],
  },
};

/** What a plan means for people: code, memory, alarms, dashboards, rollouts, schedules, warming. */
export function formatWords({ changes, isWhole }: Plan): string[] {
  // For a new environment, the list of its resources is enough.
  const isNew = changes.every(({ before }) => before === undefined);
  if (isNew) return [];
  const subjects = Object.entries(SUBJECTS).flatMap(([type, subject]) =>
    changes.filter((change) => change.type === type).flatMap((change) => formatChange(change, subject)),
  );
  const rolledOut = [...subjects, ...formatDashboardChanges({ changes }), ...formatRollouts(changes)];
  // These compare the whole current and future state, which an incomplete plan does not show.
  return isWhole ? [...rolledOut, ...formatScheduleChanges(changes), ...formatWarmingChanges(changes)] : rolledOut;
}

function formatChange(change: ResourceChange, { noun, attributes, comesAndGoes = false }: Subject): string[] {
  const { kind, type, label } = change;
  const name = formatCode(type === "aws_lambda_function" ? label.replace(/ function$/, "") : label);
  if (kind === "add") return comesAndGoes ? [`- ${noun} ${name}: new${formatThreshold(change)}`] : [];
  if (kind === "destroy") return comesAndGoes ? [`- ${noun} ${name}: gone`] : [];
  if (kind !== "change" && kind !== "replace") return [];
  const changed = listAttributeDifferences(change);
  const newCode = changed.some(({ path }) => path === "source_code_hash") ? ["new code"] : [];
  const texts = attributes.flatMap(({ path, say, unit }) =>
    changed.flatMap((one) => {
      const match = path.exec(one.path);
      if (!match) return [];
      const which = match[1] === undefined ? "" : ` ${formatCode(match[1])}`;
      return [`${say}${which} ${formatTransition(one.before, one.after, unit)}`];
    }),
  );
  const all = [...newCode, ...texts];
  return all.length > 0 ? [`- ${noun} ${name}: ${all.join("; ")}`] : [];
}

function formatThreshold(change: ResourceChange): string {
  const found = listAttributeDifferences(change).find(({ path }) => path === "threshold");
  return found?.after && !found.after.isSecret && !found.after.isUnknown
    ? `, threshold ${formatCode(String(found.after.value))}`
    : "";
}
