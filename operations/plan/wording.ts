import { differences } from "./attributes";
import { code, transition } from "./markdown";
import { type Plan, type ResourceChange } from "./plan";
import { scheduleLines, warmingLines } from "./schedule-changes";

/** An attribute that people think in, and what they call it. */
interface Wording {
  readonly path: RegExp;
  readonly say: string;
  readonly unit?: string;
}

interface Subject {
  readonly noun: string;
  readonly attributes: readonly Wording[];
  /** Whether to say when one comes or goes. */
  readonly comesAndGoes?: boolean;
}

const named = (say: string, path: string, unit?: string): Wording => ({
  path: new RegExp(`^${path}$`),
  say,
  ...(unit !== undefined && { unit }),
});

/** In the order in which they are told. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  aws_lambda_function: {
    noun: "function",
    comesAndGoes: true,
    attributes: [
      named("memory", "memory_size", " MB"),
      named("time limit", "timeout", " s"),
      named("runtime", "runtime"),
      named("architecture", "architectures.*"),
      named("reserved concurrency", "reserved_concurrent_executions"),
      named("handler", "handler"),
      named("log level", "logging_config\\[0\\]\\.application_log_level"),
      { path: /^environment\[0\]\.variables\.(.+)$/, say: "environment variable" },
    ],
  },
  aws_lambda_alias: { noun: "alias", attributes: [named("version", "function_version")] },
  aws_lambda_function_url: { noun: "function URL", attributes: [named("authorization", "authorization_type")] },
  aws_cloudwatch_metric_alarm: {
    noun: "alarm",
    comesAndGoes: true,
    attributes: [
      named("threshold", "threshold"),
      named("comparison", "comparison_operator"),
      named("period", "period", " s"),
      named("evaluated periods", "evaluation_periods"),
      named("bad periods until it rings", "datapoints_to_alarm"),
      named("missing data", "treat_missing_data"),
      named("statistic", "statistic|extended_statistic"),
      named("actions enabled", "actions_enabled"),
      named("who is told", "alarm_actions.*"),
      { path: /^metric_query\[(.+?)\]\.metric\[0\]\.period$/, say: "period of", unit: " s" },
      { path: /^metric_query\[(.+?)\]\.metric\[0\]\.stat$/, say: "statistic of" },
      { path: /^metric_query\[(.+?)\]\.expression$/, say: "expression of" },
    ],
  },
  aws_cloudwatch_composite_alarm: {
    noun: "composite alarm",
    comesAndGoes: true,
    attributes: [
      named("rule", "alarm_rule"),
      named("actions enabled", "actions_enabled"),
      named("who is told", "alarm_actions.*"),
    ],
  },
  aws_cloudwatch_log_group: { noun: "log group", attributes: [named("logs kept", "retention_in_days", " days")] },
};

/** What a plan means to people: code, memory, alarms, schedules, warming. */
export function wordLines({ changes, isWhole }: Plan): string[] {
  // Of an environment that is all new, the list of its resources says enough.
  const isNew = changes.every(({ before }) => before === undefined);
  if (isNew) return [];
  const subjects = Object.entries(SUBJECTS).flatMap(([type, subject]) =>
    changes.filter((change) => change.type === type).flatMap((change) => linesOf(change, subject)),
  );
  // These compare all there is with all there will be, which half a plan does not tell.
  return isWhole ? [...subjects, ...scheduleLines(changes), ...warmingLines(changes)] : subjects;
}

function linesOf(change: ResourceChange, { noun, attributes, comesAndGoes = false }: Subject): string[] {
  const { kind, type, label } = change;
  const name = code(type === "aws_lambda_function" ? label.replace(/ function$/, "") : label);
  if (kind === "add") return comesAndGoes ? [`- ${noun} ${name}: new${threshold(change)}`] : [];
  if (kind === "destroy") return comesAndGoes ? [`- ${noun} ${name}: gone`] : [];
  if (kind !== "change" && kind !== "replace") return [];
  const changed = differences(change);
  const newCode = changed.some(({ path }) => path === "source_code_hash") ? ["new code"] : [];
  const texts = attributes.flatMap(({ path, say, unit }) =>
    changed.flatMap((one) => {
      const match = path.exec(one.path);
      if (!match) return [];
      const which = match[1] === undefined ? "" : ` ${code(match[1])}`;
      return [`${say}${which} ${transition(one.before, one.after, unit)}`];
    }),
  );
  const all = [...newCode, ...texts];
  return all.length > 0 ? [`- ${noun} ${name}: ${all.join("; ")}`] : [];
}

function threshold(change: ResourceChange): string {
  const found = differences(change).find(({ path }) => path === "threshold");
  return found?.after && !found.after.isSecret && !found.after.isUnknown
    ? `, threshold ${code(String(found.after.value))}`
    : "";
}
