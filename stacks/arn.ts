import { Fn } from "cdktf";

/** One part of an ARN that is known only at apply, counted from 0: 1 is the partition, 4 the account. */
export function selectArnPart(arn: string, index: number): string {
  return Fn.element(Fn.split(":", arn), index) as string;
}
