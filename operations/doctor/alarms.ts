import { type AwsAccess } from "../aws/access";
import { readAlarms } from "../aws/alarms";
import { type Check, fail, pass, memoize } from "./check";
import { type ExpectedStack } from "./stack";

/** Checks that every alarm exists and can notify somebody. */
export function buildAlarmChecks(
  aws: AwsAccess,
  environment: string,
  { region, synthesis }: { readonly region: Check; readonly synthesis: Check },
  expected: () => Promise<ExpectedStack>,
): Check[] {
  const alarms = memoize(() => readAlarms(aws, `${environment}-`));
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
      const ringing = wanted.filter((name) => found.get(name)?.isRinging);
      return pass(`all ${wanted.length} exist${ringing.length > 0 ? `; ringing: ${ringing.join(", ")}` : ""}`);
    },
  };
  const on: Check = {
    name: "alarms on",
    needs: [region, synthesis],
    look: async () => {
      const [found, { alarms: wanted }] = await Promise.all([alarms(), expected()]);
      const off = wanted.filter((name) => found.get(name)?.isOn === false);
      return off.length === 0
        ? pass("none of the existing ones is switched off")
        : fail(
            `these notify nobody: ${off.join(", ")}`,
            `aws cloudwatch enable-alarm-actions --alarm-names ${off.join(" ")}`,
          );
    },
  };
  return [there, on];
}
