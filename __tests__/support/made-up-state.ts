import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TerraformFolder } from "./terraform";

interface PlannedResource {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  /** Of an instance of `for_each`. */
  readonly index?: string;
  readonly provider_name: string;
  readonly schema_version?: number;
}

interface WholePlan {
  readonly planned_values: { readonly root_module: { readonly resources: readonly PlannedResource[] } };
  readonly resource_changes: readonly {
    readonly address: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly after: Readonly<Record<string, unknown>>;
      readonly after_unknown: Readonly<Record<string, unknown>>;
      readonly after_sensitive: unknown;
    };
  }[];
}

/**
 * Each resource's attributes with their types: https://developer.hashicorp.com/terraform/cli/commands/providers/schema
 */
interface ProviderSchemas {
  readonly provider_schemas: Readonly<Record<string, { readonly resource_schemas: Schemas }>>;
}

/** As in a state, which has more. */
interface MadeUpResource {
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly provider: string;
  readonly instances: object[];
}

type Schemas = Readonly<Record<string, ResourceSchema>>;

type Types = Readonly<Record<string, { readonly type?: unknown }>>;

interface ResourceSchema {
  readonly block: { readonly attributes: Types };
}

/** References are followed one step by each plan. */
const MOST_PLANS = 8;

/**
 * Gives a folder with local state the state that it would have after an apply, without AWS: what is planned, with
 * values made up for those that only AWS could tell. From then on, plan with `-refresh=false`.
 */
export function makeUpState(stack: TerraformFolder): void {
  const { provider_schemas } = JSON.parse(stack.run(["providers", "schema", "-json"]).output) as ProviderSchemas;
  const schemas = Object.assign({}, ...Object.values(provider_schemas).map((one) => one.resource_schemas)) as Schemas;
  for (let plans = 0; plans < MOST_PLANS; plans++) {
    const plan = planOffline(stack);
    if (plan.resource_changes.every(({ change }) => change.actions.join() === "no-op")) return;
    const changes = new Map(plan.resource_changes.map((one) => [one.address, one.change]));
    const resources = new Map<string, MadeUpResource>();
    for (const planned of plan.planned_values.root_module.resources) {
      const { address, mode, type, name, index, provider_name, schema_version } = planned;
      const { after = {}, after_unknown = {}, after_sensitive } = changes.get(address) ?? {};
      const types = schemas[type]?.block.attributes ?? {};
      const unknown = Object.keys(after_unknown).filter((key) => after_unknown[key] === true);
      const known: Readonly<Record<string, unknown>> = type === "terraform_data" ? { output: after["input"] } : after;
      const madeUp = unknown.map((key) => [key, known[key] ?? valueOf(types[key]?.type, key, `${type}-${name}`)]);
      const attributes = withTypes({ ...after, ...(Object.fromEntries(madeUp) as object) }, types);
      const provider = `provider["${provider_name}"]`;
      const instances = resources.get(`${type}.${name}`)?.instances ?? [];
      instances.push({
        index_key: index,
        schema_version: schema_version ?? 0,
        attributes,
        sensitive_attributes: pathsOf(after_sensitive),
      });
      resources.set(`${type}.${name}`, { mode, type, name, provider, instances });
    }
    const state = {
      version: 4,
      terraform_version: "1.11.4",
      serial: plans + 1,
      lineage: "made-up",
      outputs: {},
      resources: [...resources.values()],
    };
    writeFileSync(join(stack.folder, "terraform.tfstate"), JSON.stringify(state));
  }
  throw new Error(`there are still changes after ${MOST_PLANS} plans`);
}

/** Plans without asking AWS what there is. */
export function planOffline(stack: TerraformFolder): WholePlan {
  stack.run(["plan", "-input=false", "-refresh=false", "-out=plan.bin"]);
  return JSON.parse(stack.run(["show", "-json", "plan.bin"]).output) as WholePlan;
}

/** As a state writes them. What is in a block is an attribute, and what is in an attribute is an element of a map. */
function pathsOf(marks: unknown, path: readonly object[] = [], isBlock = true): (readonly object[])[] {
  if (marks === true) return [path];
  if (typeof marks !== "object" || marks === null) return [];
  if (Array.isArray(marks)) {
    return marks.flatMap((mark: unknown, index) =>
      pathsOf(mark, [...path, { type: "index", value: { value: index, type: "number" } }]),
    );
  }
  return Object.entries(marks).flatMap(([key, mark]) => {
    const step = isBlock ? { type: "get_attr", value: key } : { type: "index", value: { value: key, type: "string" } };
    return pathsOf(mark, [...path, step], false);
  });
}

/** A state says of what type the value of an attribute of any type is. Here, these are texts. */
function withTypes(values: Readonly<Record<string, unknown>>, types: Types): Record<string, unknown> {
  const entries = Object.entries(values).map(([key, value]) => [
    key,
    types[key]?.type === "dynamic" && value !== null ? { value, type: "string" } : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** What has no type is a block. Other texts than names and addresses may stay open: AWS has defaults for them. */
function valueOf(type: unknown, key: string, name: string): unknown {
  if (type === undefined) return [];
  if (Array.isArray(type)) return type[0] === "map" ? {} : [];
  if (type === "bool") return false;
  if (type === "number") return 0;
  if (key === "version") return "1";
  if (/(^|_)(arn|role)$/.test(key)) return `arn:aws:iam::123456789012:role/${name}`;
  return /(^|_)(id|url|name)$/.test(key) ? name : null;
}
