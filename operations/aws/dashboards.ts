import { CloudWatchClient, GetDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { type AwsAccess } from "./access";

/** @throws AwsFailure */
export async function hasDashboard(aws: AwsAccess, name: string): Promise<boolean> {
  const found = await aws.find("cloudwatch:GetDashboard", (options) =>
    aws.client(CloudWatchClient).send(new GetDashboardCommand({ DashboardName: name }), options),
  );
  return found !== undefined;
}
