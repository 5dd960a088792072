import { type StateSettings } from "./schema";

/** Longest name AWS takes for a function and for its role: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const MAX_NAME_LENGTH = 64;

/** The folder in functions/ of the function that keeps the others warm. */
export const WARMER = "warmer";

/** The name under which a function is known in AWS. It carries the environment, so that environments can share an account. */
export function deployedName(environment: string, functionName: string): string {
  return `${environment}-${functionName}`;
}

/** The log group of a function that is not told another. */
export function defaultLogGroup(deployedName: string): string {
  return `/aws/lambda/${deployedName}`;
}

/** Where an environment's state lives, for people to read; two environments with the same location would destroy each other. */
export function stateLocation(environment: string, state: StateSettings): string {
  switch (state.backend) {
    case "cloud":
      return `HCP Terraform: ${state.organization}/${state.workspace}`;
    case "s3":
      return `s3://${state.bucket}/${state.key}`;
    case "local":
      return localStateFile(environment);
  }
}

/** A local state's file, relative to the project's root. */
export function localStateFile(environment: string): string {
  return `terraform.${environment}.tfstate`;
}
