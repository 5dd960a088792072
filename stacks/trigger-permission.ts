import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { type Construct } from "constructs";
import { type FunctionSettings } from "../environments/schema";

/** One of a function's `allowed_triggers`, and the alias that it may invoke. */
export type TriggerPermissionProps = FunctionSettings["allowedTriggers"][string] & {
  readonly name: string;
  readonly live: LambdaAlias;
};

/** Lets someone invoke a function. */
export function addTriggerPermission(
  scope: Construct,
  { name, live, principal, sourceArn, sourceAccount, eventSourceToken }: TriggerPermissionProps,
): void {
  new LambdaPermission(scope, `trigger-${name}`, {
    statementId: name,
    functionName: live.functionName,
    qualifier: live.name,
    action: "lambda:InvokeFunction",
    principal,
    sourceArn,
    sourceAccount,
    eventSourceToken,
  });
}
