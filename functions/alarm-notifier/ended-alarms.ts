import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";

const LONGEST_MILLISECONDS = 5000;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MOST_NAMES = 100;

/**
 * Which of some alarms no longer ring although nothing said so: an alarm that is deleted while it rings sends no
 * message. None, if CloudWatch does not answer.
 */
export async function findEndedAlarms(names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const asked = names.slice(0, MOST_NAMES);
  const client = new CloudWatchClient();
  try {
    const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({
        AlarmNames: asked,
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        StateValue: "ALARM",
        MaxRecords: MOST_NAMES,
      }),
      { abortSignal: AbortSignal.timeout(LONGEST_MILLISECONDS) },
    );
    const ringing = new Set([...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName));
    return asked.filter((name) => !ringing.has(name));
  } catch {
    return [];
  } finally {
    client.destroy();
  }
}
