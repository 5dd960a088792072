import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api";
import { Apigatewayv2Authorizer } from "@cdktf/provider-aws/lib/apigatewayv2-authorizer";
import { Apigatewayv2Integration } from "@cdktf/provider-aws/lib/apigatewayv2-integration";
import { Apigatewayv2Route, type Apigatewayv2RouteConfig } from "@cdktf/provider-aws/lib/apigatewayv2-route";
import { Apigatewayv2Stage } from "@cdktf/provider-aws/lib/apigatewayv2-stage";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { type Construct } from "constructs";
import { createHash } from "node:crypto";
import { DEFAULT_ROUTE, parseRoute } from "../environments/routes";
import { allowInvocation } from "./invocation-permission";
import { addCustomDomain } from "./custom-domain";
import { buildCors, type EndpointOutputs, type EndpointProps } from "./endpoint";

/** Requests per second that an HTTP API accepts on average and in a burst; the rest get 429. */
const RATE_LIMIT = 100;
const BURST_LIMIT = 200;

/**
 * A URL for everyone, or for callers with a token or a signature: an HTTP API, throttled and logged. (A public function
 * URL would let everyone invoke the function directly as well:
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html.)
 */
export function addHttpApi(scope: Construct, { name, live, http, logRetentionDays }: EndpointProps): EndpointOutputs {
  const { routes = [DEFAULT_ROUTE], cors, throttling, domain } = http;
  const api = new Apigatewayv2Api(scope, "http-api", {
    name,
    protocolType: "HTTP",
    corsConfiguration: cors && buildCors(cors),
    disableExecuteApiEndpoint: domain && true,
  });
  const integration = new Apigatewayv2Integration(scope, "integration", {
    apiId: api.id,
    integrationType: "AWS_PROXY",
    integrationUri: live.invokeArn,
    payloadFormatVersion: "2.0",
  });
  const addRoute = (routeKey: string, authorization: Partial<Apigatewayv2RouteConfig> = {}) =>
    new Apigatewayv2Route(scope, formatRouteId(routeKey), {
      apiId: api.id,
      routeKey,
      target: `integrations/${integration.id}`,
      ...authorization,
    });
  const authorization = addAuthorizer(scope, { name, api, http });
  for (const route of routes) addRoute(route, authorization);
  for (const route of listPreflightRoutes({ ...http, routes })) addRoute(route);
  const accessLogs = new CloudwatchLogGroup(scope, "access-logs", {
    // The prefix to which API Gateway may write without the account's resource policy, whose size is limited.
    name: `/aws/vendedlogs/http-api/${name}`,
    retentionInDays: logRetentionDays,
  });
  const stage = new Apigatewayv2Stage(scope, "stage", {
    apiId: api.id,
    name: "$default",
    autoDeploy: true,
    defaultRouteSettings: {
      throttlingRateLimit: throttling?.rate ?? RATE_LIMIT,
      throttlingBurstLimit: throttling?.burst ?? BURST_LIMIT,
    },
    accessLogSettings: { destinationArn: accessLogs.arn, format: JSON.stringify(ACCESS_LOG) },
  });
  allowInvocation(scope, "http-api-permission", live, {
    principal: "apigateway.amazonaws.com",
    sourceArn: `${api.executionArn}/*/${http.routes === undefined && authorization === undefined ? DEFAULT_ROUTE : "*"}`,
  });
  return domain ? addCustomDomain(scope, { domain, api, stage }) : { url: api.apiEndpoint };
}

/** How each route asks who calls; undefined if everyone may. */
function addAuthorizer(
  scope: Construct,
  { name, api, http: { authorizer } }: Pick<EndpointProps, "name" | "http"> & { readonly api: Apigatewayv2Api },
): Partial<Apigatewayv2RouteConfig> | undefined {
  if (authorizer === undefined) return undefined;
  if (authorizer === "iam") return { authorizationType: "AWS_IAM" };
  const { issuer, audience, scopes } = authorizer.jwt;
  const { id } = new Apigatewayv2Authorizer(scope, "authorizer", {
    apiId: api.id,
    name,
    authorizerType: "JWT",
    identitySources: ["$request.header.Authorization"],
    jwtConfiguration: { issuer, audience: [...audience] },
    // AWS refuses to delete an authorizer that a route names. With this setting, Terraform changes the route first.
    lifecycle: { createBeforeDestroy: true },
  });
  return { authorizationType: "JWT", authorizerId: id, authorizationScopes: scopes && [...scopes] };
}

/**
 * Browsers ask without a token whether they may send one, so their questions need a route without authorizer wherever a
 * route for every method would catch them:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html#http-api-cors-default-route
 */
function listPreflightRoutes({
  cors,
  authorizer,
  routes,
}: EndpointProps["http"] & { readonly routes: readonly string[] }) {
  if (!cors || authorizer === undefined) return [];
  const paths = routes.flatMap((key) => {
    if (key === DEFAULT_ROUTE) return ["/", "/{proxy+}"];
    const { method, path } = parseRoute(key) ?? {};
    return method === "ANY" && path !== undefined ? path : [];
  });
  return [...new Set(paths.map((path) => `OPTIONS ${path}`))].filter((key) => !routes.includes(key));
}

/** Construct ids are final. The one of `$default` was there before there were others. */
function formatRouteId(key: string): string {
  if (key === DEFAULT_ROUTE) return "route";
  const words = key.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return ["route", ...words, createHash("sha256").update(key).digest("hex").slice(0, 6)].join("-");
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
