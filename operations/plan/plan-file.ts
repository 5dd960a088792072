import { basename, dirname, resolve } from "node:path";
import * as z from "zod";
import { InvalidInput, makeInvalidInput } from "../../environments/mistakes";
import { readJson, UnusableFile } from "../../environments/text-file";
import { isTouched, type Plan, type ResourceChange } from "./plan";

const CHANGE = {
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
};
const ACTIONS = z.array(z.enum(["no-op", "create", "read", "update", "delete", "forget"])).min(1);

const RESOURCES = z.array(
  z.object({
    address: z.string(),
    previous_address: z.string().optional(),
    mode: z.string(),
    type: z.string(),
    name: z.string(),
    index: z.union([z.string(), z.number()]).optional(),
    action_reason: z.string().optional(),
    change: z.object({
      actions: ACTIONS,
      ...CHANGE,
      importing: z.object({ id: z.string().optional() }).optional(),
      replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
    }),
  }),
);

/** The relevant part of a plan's JSON: https://developer.hashicorp.com/terraform/internals/json-format */
const PLAN_JSON = z.object({
  format_version: z.string(),
  terraform_version: z.string().optional(),
  errored: z.boolean().optional(),
  // Marks a plan: a state's JSON has neither this nor changes.
  planned_values: z.record(z.string(), z.unknown()).optional(),
  resource_changes: RESOURCES.optional(),
  resource_drift: RESOURCES.optional(),
  output_changes: z.record(z.string(), z.object({ actions: ACTIONS, ...CHANGE })).optional(),
  checks: z
    .array(
      z.object({
        instances: z.array(z.object({ problems: z.array(z.object({ message: z.string() })).optional() })).optional(),
      }),
    )
    .optional(),
});

/** The relevant part of a plan's JSON. */
export type PlanJson = z.infer<typeof PLAN_JSON>;

/** The environment of a plan's file: `prod.json` and `prod/plan.json` both belong to prod. */
export function parseEnvironmentName(file: string): string {
  const name = basename(file).replace(/\.json$/, "");
  return /^(tf)?plan$|^show$/i.test(name) ? basename(dirname(resolve(file))) : name;
}

/**
 * Makes sure that an environment can name a file or a folder.
 *
 * @param option which needs it, for the message
 * @throws InvalidInput if it cannot
 */
export function demandFileName(option: string, environment: string): void {
  if (!/^\w[\w.-]*$/.test(environment))
    throw makeInvalidInput(option, `${JSON.stringify(environment)} cannot name a file`);
}

/** Reads the output of `terraform show -json`; throws anything else as a mistake in the file. */
export async function readPlanFile(path: string, shownAs: string): Promise<PlanJson> {
  const wrong = (message: string) => new InvalidInput([{ file: shownAs, message }]);
  const json = await readJson(path, "is not JSON: make it with `terraform show -json <saved plan>`").catch(
    (error: unknown) => {
      throw error instanceof UnusableFile ? wrong(error.message) : error;
    },
  );
  const parsed = PLAN_JSON.safeParse(json);
  const { data } = parsed;
  if (!data || [data.resource_changes, data.output_changes, data.planned_values].every((part) => part === undefined)) {
    const [issue] = parsed.error?.issues ?? [];
    const where = issue && issue.path.length > 0 ? ` (at ${issue.path.join(".")})` : "";
    throw wrong(`is not a Terraform plan${where}: make it with \`terraform show -json <saved plan>\``);
  }
  if (!data.format_version.startsWith("1.")) {
    throw wrong(`is a plan of format ${JSON.stringify(data.format_version)}: only format 1 is known`);
  }
  return data;
}

/** The plan of an environment, from its JSON. */
export function toPlan(environment: string, json: PlanJson): Plan {
  const {
    resource_changes: changes = [],
    resource_drift: drift = [],
    output_changes: outputs = {},
    checks = [],
  } = json;
  const selectResources = (all: typeof changes) => all.filter(({ mode }) => mode === "managed").map(toChange);
  const problems = checks.flatMap(({ instances = [] }) => instances.flatMap((instance) => instance.problems ?? []));
  return {
    environment,
    changes: selectResources(changes),
    outputs: Object.entries(outputs).flatMap(([name, { actions }]) => {
      const kind = findKind("", actions);
      return kind === "add" || kind === "change" || kind === "destroy" ? [{ name, kind }] : [];
    }),
    drift: selectResources(drift).filter(isTouched),
    refusals: [...new Set(problems.map(({ message }) => message))],
    isWhole: json.errored !== true,
  };
}

function toChange(resource: z.infer<typeof RESOURCES>[number]): ResourceChange {
  const { address, previous_address: previous, type, name, index, change, action_reason: reason = "" } = resource;
  const suffix = index === undefined ? "" : ` ${index}`;
  const because = REPLACEMENT_REASONS[reason];
  return {
    address,
    ...(previous !== undefined && previous !== address && { previousAddress: previous }),
    ...(change.importing && { importedId: change.importing.id ?? "" }),
    type,
    label: `${name.replaceAll("_", " ")}${suffix}`,
    kind: findKind(type, change.actions),
    before: change.before ?? undefined,
    after: change.after ?? undefined,
    unknown: change.after_unknown,
    sensitiveBefore: change.before_sensitive,
    sensitiveAfter: change.after_sensitive,
    replacedFor: (change.replace_paths ?? []).map((path) => path.join(".")),
    ...(because !== undefined && { replacedBecause: because }),
  };
}

/**
 * Reasons that no attribute shows: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
 */
const REPLACEMENT_REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "an incomplete creation (tainted)",
  replace_by_request: "the option -replace",
  replace_by_triggers: "a related resource (replace_triggered_by)",
};

function findKind(type: string, actions: z.infer<typeof ACTIONS>): ResourceChange["kind"] {
  if (actions.includes("create") && type === "aws_lambda_invocation") return "run";
  if (actions.includes("delete") && actions.includes("create")) return "replace";
  if (actions.includes("create")) return "add";
  if (actions.includes("update")) return "change";
  if (actions.includes("delete")) return "destroy";
  if (actions.includes("forget")) return "forget";
  return "same";
}
