import { Fn, TerraformLocal } from "cdktf";
import { type Construct } from "constructs";

/** One part of an ARN that is known only at apply, counted from 0: 1 is the partition, 4 the account. */
export function selectArnPart(arn: string, index: number): string {
  return Fn.element(Fn.split(":", arn), index) as string;
}

/**
 * An ARN in the account of another one, without a call to AWS.
 *
 * @param arn an ARN that is known only at apply
 * @param place service and region, as in `lambda:eu-west-1`
 */
export function formatArn(arn: string, place: string, resource: string): string {
  return Fn.join(":", ["arn", selectArnPart(arn, 1), place, selectArnPart(arn, 4), resource]);
}

/**
 * The beginning of the ARNs of one kind of resource in the account of another ARN, as a local value: a policy that
 * lists many stays short.
 *
 * @param arn an ARN that is known only at apply
 * @param place service and region, as in `lambda:eu-west-1`
 * @param beginning as in `function:`
 */
export function addArnPrefix(scope: Construct, id: string, arn: string, place: string, beginning: string): string {
  return new TerraformLocal(scope, id, formatArn(arn, place, beginning)).asString;
}
