import {
  CloudWatchClient,
  DeleteAlarmMuteRuleCommand,
  GetAlarmMuteRuleCommand,
  paginateListAlarmMuteRules,
  PutAlarmMuteRuleCommand,
} from "@aws-sdk/client-cloudwatch";
import { toOneLine } from "../../performance/foreign-text";
import { type AwsAccess } from "./access";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MuteTargets.html */
export const ALARMS_PER_RULE = 100;

const MINUTE = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** A rule of CloudWatch's by which alarms change their states but send nothing. */
export interface MuteRule {
  readonly name: string;
  readonly alarms: readonly string[];
  /** One line. */
  readonly why: string;
  /** When it begins and ends, in whole minutes, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** A rule in CloudWatch, by anybody; times are missing if it repeats, or is in another time zone than UTC. */
export type FoundMuteRule = Omit<MuteRule, "from" | "to"> &
  Partial<Pick<MuteRule, "from" | "to">> & { readonly isActive: boolean };

/**
 * Makes a rule that mutes alarms once and ends by itself.
 *
 * @param tags for the rule
 * @throws AwsFailure
 */
export async function putMuteRule(
  aws: AwsAccess,
  { name, alarms, why, from, to }: MuteRule,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  // A start or an end of the rule itself cannot be combined with a single time:
  // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_alarm_mute_rule
  const command = new PutAlarmMuteRuleCommand({
    Name: name,
    Description: why,
    Rule: {
      Schedule: {
        Expression: `at(${new Date(from).toISOString().slice(0, 16)})`,
        Duration: formatDuration((to - from) / MINUTE),
        Timezone: "UTC",
      },
    },
    MuteTargets: { AlarmNames: [...alarms] },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });
  await aws.ask(`there is no alarm ${alarms.join(", ")}`, "cloudwatch:PutAlarmMuteRule", CloudWatchClient, command);
}

/**
 * The names of the account's rules that mute alarms now or later, or no longer.
 *
 * @throws AwsFailure
 */
export async function listMuteRules(aws: AwsAccess, which: "current" | "expired"): Promise<string[]> {
  const Statuses = which === "expired" ? (["EXPIRED"] as const) : (["ACTIVE", "SCHEDULED"] as const);
  const rules = await aws.askAll(
    "cloudwatch:ListAlarmMuteRules",
    `there are no mute rules in ${aws.region}`,
    (options) =>
      paginateListAlarmMuteRules({ client: aws.client(CloudWatchClient) }, { Statuses: [...Statuses] }, options),
    ({ AlarmMuteRuleSummaries }) => AlarmMuteRuleSummaries,
  );
  return rules.map(({ AlarmMuteRuleArn = "" }) => AlarmMuteRuleArn.replace(/^.*:alarm-mute-rule:/, ""));
}

/**
 * A rule; undefined if there is none of this name.
 *
 * @throws AwsFailure
 */
export async function findMuteRule(aws: AwsAccess, name: string): Promise<FoundMuteRule | undefined> {
  const command = new GetAlarmMuteRuleCommand({ AlarmMuteRuleName: name });
  const found = await aws.send("cloudwatch:GetAlarmMuteRule", CloudWatchClient, command);
  return (
    found && {
      name,
      alarms: found.MuteTargets?.AlarmNames ?? [],
      why: toOneLine(found.Description ?? "", Infinity),
      isActive: found.Status === "ACTIVE",
      ...parseTimes(found.Rule?.Schedule ?? {}),
    }
  );
}

/**
 * Deletes a rule, if there is one of this name: its alarms send messages again, at once if they ring.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarmMuteRule.html
 *
 * @throws AwsFailure
 */
export async function deleteMuteRule(aws: AwsAccess, name: string): Promise<void> {
  const command = new DeleteAlarmMuteRuleCommand({ AlarmMuteRuleName: name });
  await aws.send("cloudwatch:DeleteAlarmMuteRule", CloudWatchClient, command);
}

/** As in `P1DT2H30M`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html */
function formatDuration(minutes: number): string {
  const parts = [
    [Math.floor((minutes % DAY_MINUTES) / HOUR_MINUTES), "H"],
    [minutes % HOUR_MINUTES, "M"],
  ] as const;
  const time = parts.map(([value, unit]) => (value === 0 ? "" : `${value}${unit}`)).join("");
  const days = Math.floor(minutes / DAY_MINUTES);
  return `P${days === 0 ? "" : `${days}D`}${time === "" ? "" : `T${time}`}`;
}

interface Schedule {
  readonly Expression?: string | undefined;
  readonly Duration?: string | undefined;
  readonly Timezone?: string | undefined;
}

function parseTimes({
  Expression = "",
  Duration = "",
  Timezone = "UTC",
}: Schedule): Pick<FoundMuteRule, "from" | "to"> {
  const [, at = ""] = /^at\((.*)\)$/.exec(Expression) ?? [];
  const [, days = 0, hours = 0, minutes = 0] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(Duration) ?? [];
  const from = Date.parse(`${at}Z`);
  const lasts = Number(days) * DAY_MINUTES + Number(hours) * HOUR_MINUTES + Number(minutes);
  return Number.isNaN(from) || lasts === 0 || Timezone !== "UTC" ? {} : { from, to: from + lasts * MINUTE };
}
