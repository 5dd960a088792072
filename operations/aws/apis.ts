import {
  ApiGatewayV2Client,
  GetApisCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStageCommand,
} from "@aws-sdk/client-apigatewayv2";
import { type AwsAccess } from "./access";

/** IAM has a single action for all reading of API Gateway. */
const READ = "apigateway:GET";

/**
 * The id of an HTTP API.
 *
 * @throws AwsFailure
 */
export async function findApiId(aws: AwsAccess, name: string): Promise<string | undefined> {
  let next: string | undefined;
  do {
    const command = new GetApisCommand(next === undefined ? {} : { NextToken: next });
    const found = await aws.find(READ, (options) => aws.client(ApiGatewayV2Client).send(command, options));
    const own = found?.Items?.find(({ Name }) => Name === name);
    if (own) return own.ApiId;
    next = found?.NextToken;
  } while (next !== undefined);
  return undefined;
}

/**
 * The id of an API's first integration.
 *
 * @throws AwsFailure
 */
export async function findIntegrationId(aws: AwsAccess, apiId: string): Promise<string | undefined> {
  const found = await aws.find(READ, (options) =>
    aws.client(ApiGatewayV2Client).send(new GetIntegrationsCommand({ ApiId: apiId }), options),
  );
  return found?.Items?.[0]?.IntegrationId;
}

/**
 * The id of a route, as in `$default`.
 *
 * @throws AwsFailure
 */
export async function findRouteId(aws: AwsAccess, apiId: string, key: string): Promise<string | undefined> {
  const found = await aws.find(READ, (options) =>
    aws.client(ApiGatewayV2Client).send(new GetRoutesCommand({ ApiId: apiId }), options),
  );
  return found?.Items?.find(({ RouteKey }) => RouteKey === key)?.RouteId;
}

/** @throws AwsFailure */
export async function hasStage(aws: AwsAccess, apiId: string, stage: string): Promise<boolean> {
  const found = await aws.find(READ, (options) =>
    aws.client(ApiGatewayV2Client).send(new GetStageCommand({ ApiId: apiId, StageName: stage }), options),
  );
  return found !== undefined;
}
