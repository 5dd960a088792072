import { GetAliasCommand, LambdaClient, UpdateAliasCommand } from "@aws-sdk/client-lambda";
import { type AwsAccess } from "./access";
import { AwsFailure } from "./failure";
import { type Alias } from "./functions";

/** An alias as it was read, to be moved only if nobody has changed it since. */
export interface MovableAlias extends Alias {
  readonly functionName: string;
  readonly alias: string;
  /** Changes with each change of the alias. */
  readonly revisionId: string;
}

/** @throws AwsFailure also if there is no such alias */
export async function readAlias(aws: AwsAccess, functionName: string, alias: string): Promise<MovableAlias> {
  const command = new GetAliasCommand({ FunctionName: functionName, Name: alias });
  const notFound = `there is no alias ${alias} of a function ${functionName} in ${aws.region}`;
  const found = await aws.ask(notFound, "lambda:GetAlias", LambdaClient, command);
  const { FunctionVersion = "", RoutingConfig, RevisionId = "" } = found;
  const others = RoutingConfig?.AdditionalVersionWeights ?? {};
  return { functionName, alias, version: FunctionVersion, others, revisionId: RevisionId };
}

/** Whether all that comes through an alias goes to a version. */
export function isWhollyOn({ version, others }: Alias, asked: string): boolean {
  return version === asked && Object.keys(others).length === 0;
}

/**
 * Points an alias to a version, which then gets all its requests, unless it has changed since it was read:
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
 *
 * @throws AwsFailure also if it has changed
 */
export async function moveAlias(aws: AwsAccess, read: MovableAlias, version: string): Promise<void> {
  const { functionName, alias, revisionId } = read;
  const command = new UpdateAliasCommand({
    FunctionName: functionName,
    Name: alias,
    FunctionVersion: version,
    // Without this, shares of other versions would stay.
    RoutingConfig: { AdditionalVersionWeights: {} },
    RevisionId: revisionId,
  });
  const isAsRead = await aws.find("lambda:UpdateAlias", async (options) => {
    try {
      await aws.client(LambdaClient).send(command, options);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === "PreconditionFailedException") return false;
      throw error;
    }
  });
  if (isAsRead === undefined) throw new AwsFailure(`there is no version ${version} of ${functionName} anymore`);
  if (isAsRead) return;
  // If an answer is lost, the client asks again, and then finds its own change.
  const current = await readAlias(aws, functionName, alias);
  if (isWhollyOn(current, version)) return;
  throw new AwsFailure(
    `alias ${alias} was changed in the meantime, as by a deployment; it is on version ${current.version}`,
  );
}
