import { InvalidInput, type Mistake } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { type Roles } from "./roles-file";

/** Where runs happen: on HCP Terraform, or where the command is called. */
export type ExecutionMode = "remote" | "local";

/** The desired state of one workspace. */
export interface DesiredWorkspace {
  readonly environment: string;
  readonly organization: string;
  readonly name: string;
  /** Undefined leaves it in its project; a new one gets the organization's default project. */
  readonly project: string | undefined;
  readonly executionMode: ExecutionMode;
  /** Names of sensitive Terraform variables, without duplicates. */
  readonly sensitiveVariables: readonly string[];
  /** By name. */
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/**
 * Builds the desired workspaces from the environments.
 *
 * @param roles the AWS roles for the runs, by environment; undefined does not change them
 * @throws InvalidInput for an environment without a workspace or roles
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
        // If runs happen elsewhere, a workspace's variables have no effect.
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
