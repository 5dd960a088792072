import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api";
import { Apigatewayv2Integration } from "@cdktf/provider-aws/lib/apigatewayv2-integration";
import { Apigatewayv2Route } from "@cdktf/provider-aws/lib/apigatewayv2-route";
import { Apigatewayv2Stage } from "@cdktf/provider-aws/lib/apigatewayv2-stage";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { type Construct } from "constructs";
import { type FunctionSettings } from "../environments/schema";

/** Requests per second that a public endpoint accepts on average and in a burst; the rest get 429. */
const PUBLIC_RATE_LIMIT = 100;
const PUBLIC_BURST_LIMIT = 200;

/** What an endpoint needs to know about its function. */
export interface EndpointProps {
  /** The function's name in AWS. */
  readonly name: string;
  readonly live: LambdaAlias;
  readonly http: FunctionSettings["http"];
  readonly logRetentionDays: number;
}

/**
 * A URL for callers that sign their requests (AWS_IAM) and have both lambda:InvokeFunctionUrl and
 * lambda:InvokeFunction.
 */
export function addIamEndpoint(scope: Construct, { live, http }: EndpointProps): string {
  return new LambdaFunctionUrl(scope, "url", {
    functionName: live.functionName,
    qualifier: live.name,
    authorizationType: "AWS_IAM",
    invokeMode: http.invokeMode?.toUpperCase(),
  }).functionUrl;
}

/**
 * A URL for everyone: an HTTP API, throttled and logged. (A public function URL would let everyone invoke the function
 * directly as well: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html.)
 */
export function addPublicEndpoint(scope: Construct, { name, live, logRetentionDays }: EndpointProps): string {
  const api = new Apigatewayv2Api(scope, "http-api", { name, protocolType: "HTTP" });
  const integration = new Apigatewayv2Integration(scope, "integration", {
    apiId: api.id,
    integrationType: "AWS_PROXY",
    integrationUri: live.invokeArn,
    payloadFormatVersion: "2.0",
  });
  new Apigatewayv2Route(scope, "route", {
    apiId: api.id,
    routeKey: "$default",
    target: `integrations/${integration.id}`,
  });
  const accessLogs = new CloudwatchLogGroup(scope, "access-logs", {
    // The prefix to which API Gateway may write without the account's resource policy, whose size is limited.
    name: `/aws/vendedlogs/http-api/${name}`,
    retentionInDays: logRetentionDays,
  });
  new Apigatewayv2Stage(scope, "stage", {
    apiId: api.id,
    name: "$default",
    autoDeploy: true,
    defaultRouteSettings: { throttlingRateLimit: PUBLIC_RATE_LIMIT, throttlingBurstLimit: PUBLIC_BURST_LIMIT },
    accessLogSettings: { destinationArn: accessLogs.arn, format: JSON.stringify(ACCESS_LOG) },
  });
  new LambdaPermission(scope, "http-api-permission", {
    functionName: live.functionName,
    qualifier: live.name,
    action: "lambda:InvokeFunction",
    principal: "apigateway.amazonaws.com",
    sourceArn: `${api.executionArn}/*/$default`,
  });
  return api.apiEndpoint;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const ACCESS_LOG = {
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  ip: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  responseLatencyMs: "$context.responseLatency",
  integrationError: "$context.integrationErrorMessage",
};
