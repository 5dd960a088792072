import { InvalidInput, type Mistake } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { type Roles } from "./roles-file";

/** Where runs happen: on HCP Terraform, or where the command was typed. */
export type ExecutionMode = "remote" | "local";

/** How one workspace is to be. */
export interface DesiredWorkspace {
  readonly environment: string;
  readonly organization: string;
  readonly name: string;
  /** Undefined leaves it where it is; a new one comes into the organization's default project. */
  readonly project: string | undefined;
  readonly executionMode: ExecutionMode;
  /** Names of sensitive Terraform variables, each once. */
  readonly sensitiveVariables: readonly string[];
  /** By name. */
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/**
 * Reads from the environments how their workspaces are to be.
 *
 * @param roles which AWS roles the runs of an environment take, by environment; undefined leaves that alone
 * @throws InvalidInput for an environment that has no workspace, or no roles
 */
export function listDesiredWorkspaces(
  environments: readonly Environment[],
  executionMode: ExecutionMode,
  roles: { readonly file: string; readonly byEnvironment: Roles } | undefined,
): DesiredWorkspace[] {
  const mistakes: Mistake[] = [];
  const wishes = environments.flatMap((environment): DesiredWorkspace[] => {
    const { name, state } = environment;
    if (state.backend !== "cloud") {
      const message = `state.backend: expected "cloud", got ${JSON.stringify(state.backend)}`;
      mistakes.push({ file: `environments/${name}.tfvars`, message });
      return [];
    }
    const role = roles?.byEnvironment[name];
    if (roles && !role) {
      mistakes.push({
        file: roles.file,
        message: `${name}: expected the ARNs of its roles, plan and deploy, got nothing`,
      });
    }
    return [
      {
        environment: name,
        organization: state.organization,
        name: state.workspace,
        project: state.project,
        executionMode,
        // Where runs happen elsewhere, a workspace's variables have no effect.
        sensitiveVariables: executionMode === "remote" ? listSensitiveVariables(environment) : [],
        // https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
        environmentVariables: role
          ? { TFC_AWS_PROVIDER_AUTH: "true", TFC_AWS_PLAN_ROLE_ARN: role.plan, TFC_AWS_APPLY_ROLE_ARN: role.deploy }
          : {},
      },
    ];
  });
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
  return wishes;
}

function listSensitiveVariables({ functions, alarmWebhookVariable }: Environment): string[] {
  const inFunctions = Object.values(functions)
    .flatMap(({ secrets }) => Object.values(secrets))
    .flatMap((secret) => (secret.kind === "terraformVariable" ? [secret.name] : []));
  return [...new Set([...inFunctions, ...(alarmWebhookVariable === undefined ? [] : [alarmWebhookVariable])])].sort();
}
