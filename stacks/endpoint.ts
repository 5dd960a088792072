import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { type Construct } from "constructs";
import { type FunctionSettings } from "../environments/schema";
import { lostWith } from "./lost-with";

/** What an endpoint needs to know about its function. */
export interface EndpointProps {
  /** The function's name in AWS. */
  readonly name: string;
  readonly live: LambdaAlias;
  readonly http: FunctionSettings["http"];
  readonly logRetentionDays: number;
}

/** The outputs of an endpoint, by name. */
export interface EndpointOutputs {
  readonly url: string;
  /** Where a domain must point to, if nothing here makes its record. */
  readonly domain_target?: string;
}

/**
 * A URL for callers that sign their requests (AWS_IAM) and have both lambda:InvokeFunctionUrl and
 * lambda:InvokeFunction.
 */
export function addIamEndpoint(scope: Construct, { live, http }: EndpointProps): EndpointOutputs {
  const { functionUrl } = new LambdaFunctionUrl(scope, "url", {
    functionName: live.functionName,
    qualifier: live.name,
    authorizationType: "AWS_IAM",
    invokeMode: http.invokeMode?.toUpperCase(),
    cors: http.cors && buildCors(http.cors),
    lifecycle: lostWith(live),
  });
  return { url: functionUrl };
}

/** The same for both kinds of endpoint. */
export function buildCors(cors: NonNullable<FunctionSettings["http"]["cors"]>) {
  const copy = (values: readonly string[] | undefined) => values && [...values];
  return {
    allowCredentials: cors.allowCredentials,
    allowHeaders: copy(cors.allowHeaders),
    allowMethods: copy(cors.allowMethods),
    allowOrigins: copy(cors.allowOrigins),
    exposeHeaders: copy(cors.exposeHeaders),
    maxAge: cors.maxAgeSeconds,
  };
}
