import { Fn } from "cdktf";

/** One part of an ARN that is known only when it is applied, counted from 0: 1 is the partition, 4 the account. */
export function arnPart(arn: string, index: number): string {
  return Fn.element(Fn.split(":", arn), index) as string;
}

/**
 * The part of AWS that a region belongs to: https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html
 */
export function partitionOf(region: string): string {
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  if (region.startsWith("us-iso-")) return "aws-iso";
  return region.startsWith("cn-") ? "aws-cn" : "aws";
}
