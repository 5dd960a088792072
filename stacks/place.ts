import { DataResource, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { type Environment } from "../environments/schema";

/**
 * Stores in the state where an environment was first applied, and refuses every plan for another place. There,
 * Terraform would find nothing of what the state has, forget it and plan all of it again, while the old place keeps
 * running.
 *
 * It uses a variable's validation because that also fails the refresh before a destroy, in which the conditions of
 * resources and outputs are only warnings.
 */
export function rememberPlace(scope: Construct, { name, region, accountId }: Environment): void {
  const place = new Construct(scope, "place");
  remember(place, { id: "region", key: "region", value: region, environment: name });
  if (accountId !== undefined)
    remember(place, { id: "account", key: "account_id", value: accountId, environment: name });
}

interface Memory {
  readonly id: string;
  /** Keys of the environment's file. */
  readonly key: string;
  readonly value: string;
  readonly environment: string;
}

function remember(place: Construct, { id, key, value, environment }: Memory): void {
  // While its input does not change, the output stays as it was at creation.
  const first = new DataResource(place, id, { lifecycle: { ignoreChanges: ["input"] } });
  first.addOverride("input", value);
  const output = `${first.terraformResourceType}.${first.friendlyUniqueId}.output`;
  // The hyphen distinguishes it from the variables that a file can name.
  const variable = new TerraformVariable(place, `same-${id}`, { type: "string", default: value, nullable: false });
  variable.addValidation({
    condition: `\${${output} == var.${variable.friendlyUniqueId}}`,
    errorMessage:
      `${environment} is deployed with ${key} = "\${${output}}". With another one, Terraform would forget all of it, and it would keep ` +
      `running. Change it back in environments/${environment}.tfvars. To move, destroy ${environment} there first.`,
  });
}
