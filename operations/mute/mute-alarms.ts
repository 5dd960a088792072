import { show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { buildTags } from "../../environments/tags";
import { readCurrentMutes } from "../alarms/current-mutes";
import { type MuteEndRecord, type MuteRecord } from "../alarms/mutes";
import { writeAlarmRecord } from "../alarms/records";
import { AwsAccess } from "../aws/access";
import { readAlarms } from "../aws/alarms";
import { ALARMS_PER_RULE, deleteMuteRule, type FoundMuteRule, listMuteRules, putMuteRule } from "../aws/mute-rules";
import { Reader, type Unread } from "../aws/part-reader";
import { OperationFailure } from "../cli/operation-failure";

/** What to mute; times are whole minutes, in milliseconds since 1970. */
export interface MuteRequest {
  /** Names of alarms that send messages. */
  readonly alarms: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** A mute that was made. */
export interface MadeMute {
  readonly record: MuteRecord;
  /** Asked for, but not in AWS. */
  readonly missing: readonly string[];
  /** Whether a report will know of it. */
  readonly isKept: boolean;
  /** What failed beside it. */
  readonly unread: readonly Unread[];
}

/**
 * Mutes alarms. They are all muted, or none is.
 *
 * @param now in milliseconds since 1970
 * @throws OperationFailure if none of them is in AWS, or AWS refuses
 */
export async function muteAlarms(
  environment: Environment,
  { alarms, from, to, why }: MuteRequest,
  now: number,
  signal: AbortSignal,
): Promise<MadeMute> {
  const { name, region } = environment;
  const aws = new AwsAccess(region, signal);
  const reader = new Reader(signal);
  const there = await readAlarms(aws, `${name}-`);
  const muted = alarms.filter((alarm) => there.has(alarm));
  if (muted.length === 0) {
    throw new OperationFailure(`none of the alarms is in ${region}: is ${name} deployed?`);
  }
  const mute = nameMute(name, now);
  const toText = (at: number) => new Date(at).toISOString();
  const record: MuteRecord = { mute, alarms: muted, from: toText(from), to: toText(to), why };
  const rules = splitIntoRules(mute, muted);
  try {
    for (const rule of rules) await putMuteRule(aws, { ...rule, from, to, why }, buildTags(environment));
    const kept = await reader.read("a record for the report", async () => {
      await writeAlarmRecord(aws, environment, record, now, reader);
      return true;
    });
    await reader.read("removing expired rules", () => deleteExpired(aws, name));
    return {
      record,
      missing: alarms.filter((alarm) => !there.has(alarm)),
      isKept: kept === true,
      unread: reader.unread,
    };
  } catch (error) {
    // Also after Ctrl-C, which has ended the calls of `aws`.
    await deleteRules(new AwsAccess(region), rules);
    throw error;
  }
}

/** A mute that was ended, and whether a report will know when. */
export interface EndedMutes {
  readonly ended: readonly string[];
  /** Rules that others made, which still mute. */
  readonly others: readonly FoundMuteRule[];
  readonly unread: readonly Unread[];
}

/**
 * Ends what these commands muted: everything that is muted now, or one mute, also a planned one.
 *
 * @param mute its name
 * @param now in milliseconds since 1970
 * @throws OperationFailure if there is no such mute, or AWS refuses
 */
export async function endMutes(
  environment: Environment,
  mute: string | undefined,
  now: number,
  signal: AbortSignal,
): Promise<EndedMutes> {
  const aws = new AwsAccess(environment.region, signal);
  const reader = new Reader(signal);
  const current = await readCurrentMutes(aws, environment);
  const own = current.flatMap((rule) => {
    const of = parseRuleName(environment.name, rule.name);
    return of === undefined ? [] : [{ rule, mute: of }];
  });
  const chosen = own.filter((one) => (mute === undefined ? one.rule.isActive : one.mute === mute));
  if (mute !== undefined && chosen.length === 0) {
    const names = [...new Set(own.map((one) => one.mute))].join(", ");
    throw new OperationFailure(`there is no mute ${show(mute)} now or later; there are: ${names || "none"}`);
  }
  const ended = [...new Set(chosen.map((one) => one.mute))];
  await deleteRules(
    aws,
    chosen.map(({ rule }) => rule),
  );
  for (const one of ended) {
    const record: MuteEndRecord = { mute: one, endedAt: new Date(now).toISOString() };
    await reader.read("a record for the report", () => writeAlarmRecord(aws, environment, record, now, reader));
  }
  const others = current.filter(({ name, isActive }) => isActive && !chosen.some(({ rule }) => rule.name === name));
  return { ended, others, unread: reader.unread };
}

/** The mute that a rule of these commands belongs to; undefined for the rules of others. */
function parseRuleName(environment: string, rule: string): string | undefined {
  return new RegExp(`^(${environment}-mute-\\d{17})(?:-\\d+)?$`).exec(rule)?.[1];
}

/** Unique to the millisecond: a rule of the same name would be replaced. */
function nameMute(environment: string, now: number): string {
  return `${environment}-mute-${new Date(now).toISOString().replaceAll(/\D/g, "")}`;
}

function splitIntoRules(mute: string, alarms: readonly string[]): { name: string; alarms: readonly string[] }[] {
  const count = Math.ceil(alarms.length / ALARMS_PER_RULE);
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? mute : `${mute}-${index + 1}`,
    alarms: alarms.slice(index * ALARMS_PER_RULE, (index + 1) * ALARMS_PER_RULE),
  }));
}

async function deleteRules(aws: AwsAccess, rules: readonly { readonly name: string }[]): Promise<void> {
  for (const { name } of rules) {
    try {
      await deleteMuteRule(aws, name);
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      throw new OperationFailure(`the rule ${name} may still mute alarms: ${error.message}`);
    }
  }
}

async function deleteExpired(aws: AwsAccess, environment: string): Promise<void> {
  const expired = await listMuteRules(aws, "expired");
  for (const rule of expired) if (parseRuleName(environment, rule) !== undefined) await deleteMuteRule(aws, rule);
}
