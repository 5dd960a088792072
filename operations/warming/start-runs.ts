import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { waitForAws, AwsFailure } from "../aws/failure";
import { type WarmingPlan } from "./plan";

/**
 * Starts every run of a plan. The warmer does the rounds by itself, whatever becomes of this process.
 *
 * @throws AwsFailure if one could not be started; it tells which runs go on nevertheless
 */
export async function startRuns({ environment, region, warmer, runs }: WarmingPlan): Promise<void> {
  const client = new LambdaClient({ region });
  const notFound = `the warmer ${warmer} is not deployed in ${region}: npx cdktf deploy ${environment}`;
  const started: string[] = [];
  for (const run of runs) {
    const command = new InvokeCommand({
      FunctionName: warmer,
      InvocationType: "Event",
      Payload: JSON.stringify(run),
    });
    try {
      await waitForAws(client.send(command), { region, notFound });
    } catch (error) {
      if (!(error instanceof AwsFailure) || started.length === 0) throw error;
      throw new AwsFailure(`${error.message}; started before that, and going on: ${started.join(", ")}`);
    }
    started.push(...run.targets.map(({ functionName }) => functionName));
  }
}
