import { readFileSync } from "node:fs";
import { HANDLER, makeProject, tfvars } from "./project";

/** The environments that come with the project, and one that uses everything that they do not. */
export const ENVIRONMENTS = ["dev", "staging", "prod", "everything"];

/** The value that the tests give to the Terraform variable of `everything`. */
export const VARIABLES = { TF_VAR_hook: "secret-hook" };

const EVERYTHING = `
  api = {
    endpoint             = "public"
    reserved_concurrency = 5
    environment          = { TEMPLATE = "$\${not_an_expression}" }
    secrets = {
      LOGIN = { secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:login-AbCdEf" }
      TOKEN = { ssm_parameter = "/shop/token" }
      HOOK  = { terraform_variable = "hook" }
    }
  }
  web = { endpoint = "iam", architecture = "x86_64", tracing = false }`;

/** A project with all of {@link ENVIRONMENTS}. */
export function makeProjectWithEnvironments(): string {
  const shipped = ["dev", "staging", "prod"].map((name) => `environments/${name}.tfvars`);
  return makeProject({
    ...Object.fromEntries(shipped.map((file) => [file, readFileSync(file, "utf8")])),
    "environments/everything.tfvars": tfvars({ functions: EVERYTHING, more: 'tags = { Team = "shop" }' }),
    "functions/web/handler.ts": HANDLER,
  });
}
