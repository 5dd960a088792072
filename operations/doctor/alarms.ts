import { readCurrentMutes } from "../alarms/current-mutes";
import { describeMutes } from "../alarms/describe-mutes";
import { readAlarms } from "../aws/alarms";
import { type Check, fail, pass, memoize, makeCheck, warn } from "./check";
import { type Examination } from "./examination";

/** Checks that every alarm exists and can notify somebody. */
export function buildAlarmChecks(
  { aws, environment, expected, redeploy }: Examination,
  needs: readonly [region: Check, synthesis: Check],
): Check[] {
  const read = memoize(() => readAlarms(aws, `${environment.name}-`));
  const compare = async () => {
    const [found, stack] = await Promise.all([read(), expected()]);
    const wanted = stack.texts("alarm_name", "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm");
    return { found, wanted };
  };
  const there = makeCheck("alarms", needs, async () => {
    const { found, wanted } = await compare();
    const missing = wanted.filter((name) => !found.has(name));
    if (missing.length > 0) {
      return fail(`${missing.length} of ${wanted.length} are missing: ${missing.join(", ")}`, redeploy);
    }
    const ringing = wanted.filter((name) => found.get(name)?.isRinging);
    return pass(`all ${wanted.length} exist${ringing.length > 0 ? `; ringing: ${ringing.join(", ")}` : ""}`);
  });
  const on = makeCheck("alarms on", needs, async () => {
    const { found, wanted } = await compare();
    const off = wanted.filter((name) => found.get(name)?.isOn === false);
    return off.length === 0
      ? pass("none of the existing ones is switched off")
      : fail(
          `these notify nobody: ${off.join(", ")}`,
          `aws cloudwatch enable-alarm-actions --alarm-names ${off.join(" ")}`,
        );
  });
  const heard = makeCheck("alarms muted", needs, async () => {
    const active = (await readCurrentMutes(aws, environment)).filter(({ isActive }) => isActive);
    return active.length === 0
      ? pass("none is muted now")
      : warn(describeMutes(active).join("; "), `npm run ops -- mute ${environment.name} --end, if that is over`);
  });
  return [there, on, heard];
}
