import { ApiGatewayV2Client } from "@aws-sdk/client-apigatewayv2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AwsReader } from "../aws/access";

/** What the checks read of AWS. */
export class DoctorReader extends AwsReader {
  readonly apis = new ApiGatewayV2Client(this.settings);
  readonly events = new EventBridgeClient(this.settings);
  readonly iam = new IAMClient(this.settings);
  readonly sns = new SNSClient(this.settings);
  readonly sqs = new SQSClient(this.settings);
}
