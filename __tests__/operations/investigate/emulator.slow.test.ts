import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runCommand } from "../../support/command";
import { makeTfvars } from "../../support/project";
import { skip } from "../../support/terraform";
import type { InvestigationDocument } from "./world";

const MINUTE = 60_000;
/** New in each run: an emulator keeps what earlier runs have left. */
const ENVIRONMENT = `inquiry${Date.now().toString(36)}`;
const ALARM = `${ENVIRONMENT}-api-timeouts`;
const REGION = { region: "eu-west-1" };

const testHere = process.env["AWS_ENDPOINT_URL"]
  ? test
  : (skip("investigate on an AWS emulator", "AWS_ENDPOINT_URL names none"), test.skip);

beforeAll(() => {
  process.env["AWS_ACCESS_KEY_ID"] = "made-up";
  process.env["AWS_SECRET_ACCESS_KEY"] = "made-up";
});

afterAll(async () => {
  if (process.env["AWS_ENDPOINT_URL"]) {
    await new CloudWatchClient(REGION).send(new DeleteAlarmsCommand({ AlarmNames: [ALARM] }));
  }
});

testHere(
  "an alarm that rings is found with its figures, beside what is not there",
  async () => {
    const client = new CloudWatchClient(REGION);
    const namespace = `Lambda/Performance/${ENVIRONMENT}-api`;
    const at = Date.now();
    const timeouts = { MetricName: "Timeouts", Timestamp: new Date(at - 5 * MINUTE), Value: 3 };
    await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: [timeouts] }));
    const metric = { Namespace: namespace, MetricName: "Timeouts", Statistic: "Sum" as const, Period: 300 };
    const rule = { ComparisonOperator: "GreaterThanThreshold" as const, Threshold: 0, EvaluationPeriods: 1 };
    await client.send(new PutMetricAlarmCommand({ AlarmName: ALARM, ...metric, ...rule }));
    await client.send(
      new SetAlarmStateCommand({ AlarmName: ALARM, StateValue: "ALARM", StateReason: "3 were above 0" }),
    );

    const { exitCode, stdout } = await runCommand(["investigate", ENVIRONMENT, "api", "--json"], {
      files: { [`environments/${ENVIRONMENT}.tfvars`]: makeTfvars() },
      now: () => at,
    });

    const { alarms = [], comparison, diagnoses, unread } = JSON.parse(stdout.join("")) as InvestigationDocument;
    expect(alarms).toMatchObject([{ name: ALARM, isRinging: true, threshold: 0, reason: "3 were above 0" }]);
    expect(comparison?.["timeouts"]).toMatchObject({ now: 3, standsOut: true });
    expect(diagnoses[0]).toMatchObject({ id: "timeouts", runbook: "docs/runbooks/timeouts.md#what-to-change" });
    expect(unread).toContainEqual({ what: "aliases", why: `there is no function ${ENVIRONMENT}-api` });
    expect(exitCode).toBe(1);
  },
  MINUTE,
);
