import { type StateSettings } from "./schema";

/**
 * Longest name AWS takes for a function and for its role:
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
export const MAX_NAME_LENGTH = 64;

/** The folder in functions/ of the function that keeps the others warm. */
export const WARMER = "warmer";

/** Whether a folder in functions/ came with the project. What users put beside it is checked by their own rules. */
export function isOwnFunction(name: string): boolean {
  return name === WARMER || name === "api";
}

/**
 * The name under which a function is known in AWS. It carries the environment, so that environments can share an
 * account.
 */
export function formatDeployedName(environment: string, functionName: string): string {
  return `${environment}-${functionName}`;
}

/**
 * The IAM path of the roles that an environment's functions run as. The role that may deploy the environment may touch
 * roles below it, and no others:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names
 */
export function formatRolePath(environment: string): string {
  return `/warmwatch/${environment}/`;
}

/**
 * The role that a function runs as. Names are an account's, whatever their path: the dot, which no environment has,
 * keeps them apart.
 */
export function formatRoleName(environment: string, functionName: string): string {
  return `${environment}.${functionName}`;
}

/** The log group of a function that is not told another. */
export function formatDefaultLogGroup(deployedName: string): string {
  return `/aws/lambda/${deployedName}`;
}

/**
 * Where an environment's state lives, for people to read; two environments with the same location would destroy each
 * other.
 */
export function describeStateLocation(environment: string, state: StateSettings): string {
  switch (state.backend) {
    case "cloud":
      return `HCP Terraform: ${state.organization}/${state.workspace}`;
    case "s3":
      return `s3://${state.bucket}/${state.key}`;
    case "local":
      return formatLocalStateFile(environment);
  }
}

/** A local state's file, relative to the project's root. */
export function formatLocalStateFile(environment: string): string {
  return `terraform.${environment}.tfstate`;
}

/** The environment whose local state a file is; undefined for any other file. */
export function parseLocalStateFile(file: string): string | undefined {
  return /^terraform\.(.+)\.tfstate$/.exec(file)?.[1];
}
