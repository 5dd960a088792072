import { type Environment } from "../../environments/schema";
import { type AwsAccess } from "../aws/access";
import { findMuteRule, type FoundMuteRule, listMuteRules } from "../aws/mute-rules";
import { listSendingAlarms } from "./environment-alarms";

/** The rules that mute alarms of an environment now or later, whoever made them, with only these alarms. */
export async function readCurrentMutes(aws: AwsAccess, environment: Environment): Promise<FoundMuteRule[]> {
  const names = new Set(listSendingAlarms(environment).map(({ name }) => name));
  const found: FoundMuteRule[] = [];
  for (const name of await listMuteRules(aws, "current")) {
    const rule = await findMuteRule(aws, name);
    const alarms = rule?.alarms.filter((alarm) => names.has(alarm)) ?? [];
    if (rule && alarms.length > 0) found.push({ ...rule, alarms });
  }
  return found;
}
