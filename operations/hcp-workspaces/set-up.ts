import * as z from "zod";
import { OperationFailure } from "../cli/operation-failure";
import { type HcpApi } from "../hcp/api";
import { type DesiredWorkspace } from "./desired-workspaces";

/**
 * The newest release that the project works with:
 * https://developer.hashicorp.com/terraform/language/expressions/version-constraints
 */
const TERRAFORM_VERSION = "~> 1.10";

/** One change on HCP Terraform. */
export interface WorkspaceChange {
  readonly what: "project" | "workspace" | "variable";
  readonly name: string;
  readonly change: "created" | "updated";
  /** The new values by attribute; nothing for a variable, whose value may be secret. */
  readonly to?: Readonly<Record<string, unknown>>;
}

/** The result for one workspace. */
export interface WorkspaceResult {
  readonly environment: string;
  readonly organization: string;
  readonly workspace: string;
  readonly changes: readonly WorkspaceChange[];
  /** Sensitive variables that have no value yet. */
  readonly unset: readonly string[];
}

const project = z.object({ id: z.string(), attributes: z.object({ name: z.string() }) });
const reference = z.object({ data: z.object({ id: z.string() }).nullish() });
const workspace = z.object({
  id: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  relationships: z.object({ project: reference.optional() }).optional(),
});
const variable = z.object({
  id: z.string(),
  attributes: z.object({
    key: z.string(),
    value: z.string().nullish(),
    category: z.string(),
    sensitive: z.boolean(),
  }),
});

/**
 * Sets up a workspace, and changes nothing else. A second run changes only sensitive variables, whose values the API
 * does not show.
 *
 * @param valueOf the value for a sensitive variable; undefined leaves the variable as it is
 * @throws OperationFailure if the API refuses something; earlier changes remain
 */
export async function setUp(
  api: HcpApi,
  wish: DesiredWorkspace,
  valueOf: (variable: string) => string | undefined,
): Promise<WorkspaceResult> {
  const changes: WorkspaceChange[] = [];
  const projectId = await ensureProject(api, wish, changes);
  const id = await ensureWorkspace(api, wish, projectId, changes);
  const unset = await ensureVariables(api, id, wish, valueOf, changes);
  const { environment, organization, name } = wish;
  return { environment, organization, workspace: name, changes, unset };
}

async function ensureProject(
  api: HcpApi,
  { organization, project: name }: DesiredWorkspace,
  changes: WorkspaceChange[],
): Promise<string | undefined> {
  const about = `organization ${organization}`;
  const path = `/organizations/${encodeURIComponent(organization)}/projects`;
  const projects = await api.list({ path, about }, project);
  if (!projects) throw new OperationFailure(`${about}: it does not exist, or the token cannot see it`);
  if (name === undefined) return undefined;
  // The API compares names case-insensitively.
  const found = projects.find(({ attributes }) => attributes.name.toLowerCase() === name.toLowerCase());
  if (found) return found.id;
  const data = { type: "projects", attributes: { name } };
  const created = await api.send({ method: "POST", path, about: `project ${organization}/${name}`, data }, project);
  changes.push({ what: "project", name, change: "created" });
  return created?.id;
}

async function ensureWorkspace(
  api: HcpApi,
  { organization, name, project: projectName, executionMode }: DesiredWorkspace,
  projectId: string | undefined,
  changes: WorkspaceChange[],
): Promise<string> {
  const about = `workspace ${organization}/${name}`;
  const all = `/organizations/${encodeURIComponent(organization)}/workspaces`;
  const wished = {
    "execution-mode": executionMode,
    "terraform-version": TERRAFORM_VERSION,
    "auto-apply": false,
  };
  const relationships = projectId !== undefined && { project: { data: { type: "projects", id: projectId } } };
  const found = await api.send({ method: "GET", path: `${all}/${encodeURIComponent(name)}`, about }, workspace);
  if (!found) {
    const data = { type: "workspaces", attributes: { name, ...wished }, ...(relationships && { relationships }) };
    const created = await api.send({ method: "POST", path: all, about, data }, workspace);
    if (!created) throw new OperationFailure(`${about}: it could not be created`);
    changes.push({ what: "workspace", name, change: "created", to: wished });
    return created.id;
  }
  const differing = Object.fromEntries(
    Object.entries(wished).filter(([key, value]) => found.attributes[key] !== value),
  );
  const isElsewhere = projectId !== undefined && found.relationships?.project?.data?.id !== projectId;
  if (Object.keys(differing).length > 0 || isElsewhere) {
    const data = {
      type: "workspaces",
      attributes: differing,
      ...(isElsewhere && relationships && { relationships }),
    };
    await api.send({ method: "PATCH", path: `/workspaces/${found.id}`, about, data }, workspace);
    changes.push({
      what: "workspace",
      name,
      change: "updated",
      to: { ...differing, ...(isElsewhere && { project: projectName }) },
    });
  }
  return found.id;
}

async function ensureVariables(
  api: HcpApi,
  id: string,
  { organization, name, sensitiveVariables, environmentVariables }: DesiredWorkspace,
  valueOf: (variable: string) => string | undefined,
  changes: WorkspaceChange[],
): Promise<string[]> {
  const path = `/workspaces/${id}/vars`;
  const about = `variables of workspace ${organization}/${name}`;
  const there = (await api.list({ path, about }, variable)) ?? [];
  const find = (key: string, category: string) =>
    there.find(({ attributes }) => attributes.key === key && attributes.category === category);
  const write = async (key: string, category: "terraform" | "env", attributes: object) => {
    const known = find(key, category);
    const data = { type: "vars", attributes: { key, category, ...attributes } };
    await api.send(
      known
        ? { method: "PATCH", path: `${path}/${known.id}`, about: `variable ${key}`, data: { ...data, id: known.id } }
        : { method: "POST", path, about: `variable ${key}`, data },
      variable,
    );
    changes.push({ what: "variable", name: key, change: known ? "updated" : "created" });
  };

  for (const [key, value] of Object.entries(environmentVariables)) {
    if (find(key, "env")?.attributes.value !== value) await write(key, "env", { value, sensitive: false });
  }
  const unset: string[] = [];
  for (const key of sensitiveVariables) {
    const value = valueOf(key);
    const known = find(key, "terraform");
    if (value !== undefined) await write(key, "terraform", { value, sensitive: true });
    else if (!known) unset.push(key);
    else if (!known.attributes.sensitive) await write(key, "terraform", { sensitive: true });
  }
  return unset;
}
