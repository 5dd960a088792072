import { DataResource, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { type Environment } from "../environments/schema";

/**
 * Stores in the state where an environment was first applied, and refuses every plan for another place. There,
 * Terraform would find nothing of what the state has, forget it and plan all of it again, while the old place keeps
 * running.
 *
 * It also stores under which name each function that is deployed elsewhere is monitored. Its alarms have the names of
 * the function: under another name in the file, Terraform would make them anew and delete the old ones, which for AWS
 * are the same.
 *
 * It uses a variable's validation because that also fails the refresh before a destroy, in which the conditions of
 * resources and outputs are only warnings.
 */
export function rememberPlace(scope: Construct, { name, region, accountId, existingFunctions }: Environment): void {
  const place = new Construct(scope, "place");
  const rememberKey = (id: string, key: string, value: string) => {
    remember(place, id, value, (first) =>
      [
        `${name} is deployed with ${key} = "${first}". With another one, Terraform would forget all of it, and it would keep`,
        `running. Change it back in environments/${name}.tfvars. To move, destroy ${name} there first.`,
      ].join(" "),
    );
  };
  rememberKey("region", "region", region);
  if (accountId !== undefined) rememberKey("account", "account_id", accountId);
  const watched = new Map(
    Object.entries(existingFunctions).map(([id, { functionName = id }]) => [functionName, id] as const),
  );
  for (const [functionName, id] of watched) {
    remember(place, `existing-${functionName}`, id, (first) =>
      [
        `${name} monitors ${functionName} as functions.${first}. Under another name, its alarms would be made and then deleted.`,
        `Change it back in environments/${name}.tfvars. To rename it, deploy once without it.`,
      ].join(" "),
    );
  }
}

function remember(place: Construct, id: string, value: string, explain: (first: string) => string): void {
  // While its input does not change, the output stays as it was at creation.
  const first = new DataResource(place, id, { lifecycle: { ignoreChanges: ["input"] } });
  first.addOverride("input", value);
  const output = `${first.terraformResourceType}.${first.friendlyUniqueId}.output`;
  // The hyphen distinguishes it from the variables that a file can name.
  const variable = new TerraformVariable(place, `same-${id}`, { type: "string", default: value, nullable: false });
  variable.addValidation({
    condition: `\${${output} == var.${variable.friendlyUniqueId}}`,
    errorMessage: explain(`\${${output}}`),
  });
}
