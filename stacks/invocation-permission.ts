import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaPermission, type LambdaPermissionConfig } from "@cdktf/provider-aws/lib/lambda-permission";
import { type Construct } from "constructs";
import { lostWith } from "./lost-with";

/** Who may invoke a function, and for what. */
export type Invoker = Pick<
  LambdaPermissionConfig,
  "principal" | "sourceArn" | "sourceAccount" | "eventSourceToken" | "statementId"
>;

/** Lets someone invoke a function's alias `live`. */
export function allowInvocation(scope: Construct, id: string, live: LambdaAlias, invoker: Invoker): LambdaPermission {
  return new LambdaPermission(scope, id, {
    functionName: live.functionName,
    qualifier: live.name,
    action: "lambda:InvokeFunction",
    lifecycle: lostWith(live),
    ...invoker,
  });
}
