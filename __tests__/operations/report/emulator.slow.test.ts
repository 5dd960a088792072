import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { loadEnvironments } from "../../../environments/load";
import { type Environment } from "../../../environments/schema";
import { AwsAccess } from "../../../operations/aws/access";
import { readAlarms } from "../../../operations/aws/alarms";
import { Reader } from "../../../operations/aws/part-reader";
import { readFunctions } from "../../../operations/report/function-data";
import { readAlarmRecords, writeAlarmRecord } from "../../../operations/alarms/records";
import { buildPeriod } from "../../../operations/report/period";
import { listMeasuredFunctions } from "../../../model/measured-function";
import { makeProject, makeTfvars } from "../../support/project";
import { skip } from "../../support/terraform";

const TESTED = "what a report reads, on an AWS emulator";
const HOUR = 3_600_000;
const REGION = "eu-west-1";

const usable = process.env["AWS_ENDPOINT_URL"] ? true : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

(usable ? describe : describe.skip)(TESTED, () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "made-up", AWS_SECRET_ACCESS_KEY: "made-up" });
  const client = new CloudWatchClient({ region: REGION });
  const aws = new AwsAccess(REGION);
  const { signal } = aws;
  // Of its own, so that what a run before has left there is of another.
  const name = `t${randomUUID().slice(0, 8)}`;
  let environment: Environment;

  beforeAll(async () => {
    const [only] = await loadEnvironments(makeProject({ [`environments/${name}.tfvars`]: makeTfvars() }));
    if (!only) throw new Error("no environment");
    environment = only;
  });

  async function put(
    namespace: string,
    metric: string,
    dimensions: Record<string, string>,
    at: number,
    values: number[],
  ) {
    const data = values.map((Value) => ({
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Timestamp: new Date(at),
      Value,
    }));
    await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: data }));
  }

  test("metrics of a whole period, and of the one before", async () => {
    const period = buildPeriod("week", Date.now());
    const live = { FunctionName: `${name}-api`, Resource: `${name}-api:live` };
    const own = { FunctionName: `${name}-api` };
    await put("AWS/Lambda", "Invocations", live, period.from + HOUR, [3, 4]);
    await put("AWS/Lambda", "Invocations", live, period.to - HOUR, [5]);
    await put("AWS/Lambda", "Invocations", live, period.from - HOUR, [9]);
    await put("Lambda/Performance", "ColdStarts", own, period.to - 2 * HOUR, [1, 1]);
    await put(`Lambda/Performance/${name}-api`, "InitDuration", {}, period.to - 2 * HOUR, [300, 500]);

    const reader = new Reader(signal);
    const { functions } = await readFunctions(aws, listMeasuredFunctions(environment), period, reader);
    const [data] = functions;
    expect(reader.unread).toEqual([]);

    expect(data?.now).toMatchObject({ requests: 12, coldStarts: 2, averageInit: 400, inits: 2 });
    expect(data?.before?.requests).toBe(9);
    expect(data?.series?.requests?.map(({ value }) => value)).toEqual([7, 5]);
  });

  test("which alarms ring", async () => {
    for (const key of ["errors", "memory"]) {
      const alarm = { AlarmName: `${name}-api-${key}`, ComparisonOperator: "GreaterThanThreshold" as const };
      const watched = { Namespace: "AWS/Lambda", MetricName: "Errors", Statistic: "Sum" as const, Period: 300 };
      await client.send(new PutMetricAlarmCommand({ ...alarm, ...watched, EvaluationPeriods: 1, Threshold: 5 }));
    }
    const ringing = { AlarmName: `${name}-api-errors`, StateValue: "ALARM" as const, StateReason: "test" };
    await client.send(new SetAlarmStateCommand(ringing));

    const states = await readAlarms(aws, `${name}-`);

    expect([...states].map(([alarm, { isRinging }]) => [alarm, isRinging])).toEqual([
      [`${name}-api-errors`, true],
      [`${name}-api-memory`, false],
    ]);
  });

  test("notes, of which the first one makes their log group", async () => {
    const now = Date.now();
    const note = (text: string) => ({ alarm: `${name}-api-errors`, rangAt: new Date(now - HOUR).toISOString(), text });

    expect(await readAlarmRecords(aws, environment, now - HOUR)).toEqual([]);
    await writeAlarmRecord(aws, environment, note("first"), now, new Reader(signal));
    await writeAlarmRecord(aws, environment, note("second"), now + 1, new Reader(signal));

    expect(await readAlarmRecords(aws, environment, now - HOUR)).toEqual([note("first"), note("second")]);
    expect(await readAlarmRecords(aws, environment, now + 1)).toEqual([note("second")]);
  });
});
