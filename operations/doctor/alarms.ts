import { paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import { type DoctorReader } from "./aws";
import { type Check, fail, pass, memoize } from "./check";
import { type ExpectedStack } from "./stack";

interface Alarm {
  readonly isOn: boolean;
  readonly rings: boolean;
}

/** Whether every alarm is there, and may tell somebody. */
export function buildAlarmChecks(
  aws: DoctorReader,
  environment: string,
  { region, synthesis }: { readonly region: Check; readonly synthesis: Check },
  expected: () => Promise<ExpectedStack>,
): Check[] {
  const alarms = memoize(() => readAlarmsByName(aws, environment));
  const there: Check = {
    name: "alarms",
    needs: [region, synthesis],
    look: async () => {
      const [found, { alarms: wanted }] = await Promise.all([alarms(), expected()]);
      const missing = wanted.filter((name) => !found.has(name));
      if (missing.length > 0) {
        return fail(
          `${missing.length} of ${wanted.length} are missing: ${missing.join(", ")}`,
          `npx cdktf deploy ${environment}`,
        );
      }
      const ringing = wanted.filter((name) => found.get(name)?.rings);
      return pass(`all ${wanted.length} are there${ringing.length > 0 ? `; ringing: ${ringing.join(", ")}` : ""}`);
    },
  };
  const on: Check = {
    name: "alarms on",
    needs: [region, synthesis],
    look: async () => {
      const [found, { alarms: wanted }] = await Promise.all([alarms(), expected()]);
      const off = wanted.filter((name) => found.get(name)?.isOn === false);
      return off.length === 0
        ? pass("of those that are there, none is switched off")
        : fail(
            `these tell nobody: ${off.join(", ")}`,
            `aws cloudwatch enable-alarm-actions --alarm-names ${off.join(" ")}`,
          );
    },
  };
  return [there, on];
}

async function readAlarmsByName(aws: DoctorReader, environment: string): Promise<ReadonlyMap<string, Alarm>> {
  const found = new Map<string, Alarm>();
  const input = {
    AlarmNamePrefix: `${environment}-`,
    AlarmTypes: ["MetricAlarm" as const, "CompositeAlarm" as const],
  };
  await aws.find("cloudwatch:DescribeAlarms", async ({ abortSignal }) => {
    const pages = paginateDescribeAlarms({ client: aws.cloudWatch }, input, { abortSignal });
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
      for (const { AlarmName = "", ActionsEnabled, StateValue } of [...MetricAlarms, ...CompositeAlarms]) {
        found.set(AlarmName, { isOn: ActionsEnabled !== false, rings: StateValue === "ALARM" });
      }
    }
  });
  return found;
}
