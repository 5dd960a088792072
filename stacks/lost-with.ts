import { type TerraformResource } from "cdktf";

/**
 * A lifecycle for what AWS deletes together with another resource. When that is replaced under the same name, Terraform
 * would otherwise try to update what is gone.
 */
export function lostWith({ terraformResourceType, friendlyUniqueId }: TerraformResource): {
  readonly replaceTriggeredBy: string[];
} {
  return { replaceTriggeredBy: [`${terraformResourceType}.${friendlyUniqueId}.arn`] };
}
