import { type StateSettings } from "./schema";

/**
 * Longest name AWS takes for a function and for its role:
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
export const MAX_NAME_LENGTH = 64;

/** The folder in functions/ of the function that keeps the others warm. */
export const WARMER = "warmer";

/** The folder in functions/ of the function that tells chats and pagers about alarms. */
export const NOTIFIER = "alarm-notifier";

/** The folder in functions/ of the function that moves traffic to new versions. */
export const ROLLOUT_CONTROLLER = "rollout-controller";

/** Whether a function comes with the project, deployed as it is needed, not as a file says. */
export function isFinishedFunction(name: string): boolean {
  return name === WARMER || name === NOTIFIER || name === ROLLOUT_CONTROLLER;
}

/** Whether a folder in functions/ is part of the project. Users' folders follow their own rules. */
export function isOwnFunction(name: string): boolean {
  return isFinishedFunction(name) || name === "api";
}

/** A function's name in AWS. It contains the environment, so that environments can share an account. */
export function formatDeployedName(environment: string, functionName: string): string {
  return `${environment}-${functionName}`;
}

/**
 * The IAM path of the roles that an environment's functions run as. The environment's deploy role may only touch roles
 * under this path:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names
 */
export function formatRolePath(environment: string): string {
  return `/warmwatch/${environment}/`;
}

/**
 * The name of the role that a function runs as. Role names are unique per account, whatever their path. No
 * environment's name has a dot, so the dot keeps them distinct.
 */
export function formatRoleName(environment: string, functionName: string): string {
  return `${environment}.${functionName}`;
}

/**
 * How the name of an environment's bucket for code begins. Terraform adds 26 characters, and 63 are the most:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function formatCodeBucketPrefix(environment: string): string {
  return `${environment}-zip-`;
}

/** The default log group of a function. */
export function formatDefaultLogGroup(deployedName: string): string {
  return `/aws/lambda/${deployedName}`;
}

/**
 * Where an environment's state lives, in readable form. Two environments with the same location would destroy each
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

/** The environment to which a local state file belongs; undefined for any other file. */
export function parseLocalStateFile(file: string): string | undefined {
  return /^terraform\.(.+)\.tfstate$/.exec(file)?.[1];
}
