import { SNSClient } from "@aws-sdk/client-sns";
import { AwsReader } from "../aws/reader";

/** What the checks read of AWS. */
export class Aws extends AwsReader {
  readonly sns = new SNSClient(this.settings);
}
