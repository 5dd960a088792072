import { findArnMistakes } from "./arns";
import { isAwaited } from "./awaited";
import {
  ALARM_DEFAULTS,
  type AlarmKey,
  findAlarmMistakes,
  type AlarmOverrides,
  resolveAlarmSettings,
  URGENT_ALARMS,
} from "./alarms";
import { type AllowedTriggers, findTriggerMistakes } from "./allowed-triggers";
import { findOverlapMistakes } from "./bucket-events";
import { type CodeSettings, findCodeMistakes, isBundled } from "./code";
import { type CrossFieldMistake, findMistakesTogether } from "./cross-field-mistakes";
import { type EventKind, type EventSettings, findEventMistakes, isAsynchronous, listEvents } from "./events";
import { findPermissionMistakes, type PermissionSettings } from "./permissions";
import { findProvisionedMistakes, type ProvisionedConcurrency } from "./provisioned-concurrency";
import { findPlatformMistakes, type PlatformSettings } from "./platform";
import { canBeWarmed, findDurableMistakes } from "./durable";
import { type HttpSettings } from "./http";
import { findHttpMistakes } from "./http-mistakes";
import { findRolloutMistakes, findUnusedRollout, type RolloutOverrides } from "./rollout";
import { listObjectiveSections, type ObjectiveOverrides, resolveObjectives, URGENT_OBJECTIVES } from "./objectives";
import { findSwitchedOffMistakes, hasSettings } from "./switched-off";
import { findTagMistakes } from "./tags";
import { findTargetMistakes, resolveTargets, type TargetOverrides } from "./targets";
import {
  asksForPings,
  findConcurrencyMistakes,
  WARMING_DEFAULTS,
  findWarmingMistakes,
  hasKnownUsage,
  isPinged,
  listWarmingSections,
  type WarmingOverrides,
  resolveWarmingSettings,
  setsWarming,
} from "./warming";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const HTTP_API_SECONDS = 30;

interface Watched {
  readonly asynchronous: boolean;
  readonly alarms: AlarmOverrides;
  readonly warming: WarmingOverrides;
  readonly targets: TargetOverrides;
  readonly objectives: ObjectiveOverrides;
}

interface Deployed extends CodeSettings, Watched, EventSettings, PermissionSettings, PlatformSettings {
  readonly existing?: false | undefined;
  readonly runtime?: string | undefined;
  readonly timeoutSeconds: number;
  readonly reservedConcurrency?: number | undefined;
  readonly durable?: Parameters<typeof findDurableMistakes>[0]["durable"];
  readonly provisionedConcurrency?: ProvisionedConcurrency | undefined;
  readonly rollout: RolloutOverrides;
  readonly endpoint: "none" | "iam" | "public";
  readonly http: HttpSettings;
  readonly allowedTriggers: AllowedTriggers;
  readonly tags: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, { readonly kind: string; readonly name: string }>>;
}

interface Existing extends Watched {
  readonly existing: true;
  readonly warmingQualifier?: string | undefined;
}

/** An environment's file whose keys are each valid on their own. */
export interface CheckedFile {
  readonly region: string;
  readonly accountId?: string | undefined;
  readonly permissionsBoundary?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, Deployed | Existing>>;
  readonly alarmEmails: readonly string[];
  readonly urgentEmails: readonly string[];
  readonly notify?:
    | {
        readonly slackVariable?: string | undefined;
        readonly slackChannel?: string | undefined;
        readonly pagerdutyVariable?: string | undefined;
        readonly pagerdutyRegion?: string | undefined;
      }
    | undefined;
  readonly alarms: AlarmOverrides;
  readonly warming: WarmingOverrides;
  readonly warmerReservedConcurrency?: number | undefined;
  readonly rollout: RolloutOverrides;
  readonly targets: TargetOverrides;
  readonly objectives: ObjectiveOverrides;
}

/**
 * Finds mistakes in keys that are each valid on their own: what AWS would refuse later, and what would have no effect.
 */
export function findCrossFieldMistakes(file: CheckedFile): CrossFieldMistake[] {
  const { functions, alarms, warming, targets, objectives, permissionsBoundary } = file;
  return [
    ...findMistakesTogether("alarms", functions, (own: AlarmOverrides = {}) => findAlarmMistakes(alarms, own)),
    ...findMistakesTogether("warming", functions, (own: WarmingOverrides = {}) =>
      findWarmingMistakes(resolveWarmingSettings(warming, own)),
    ),
    ...findMistakesTogether("targets", functions, (own: TargetOverrides = {}) =>
      findTargetMistakes(resolveTargets(targets, own)),
    ),
    ...findSwitchedOffMistakes("alarms", alarms, functions, ALARM_DEFAULTS),
    ...findSwitchedOffMistakes("warming", listWarmingSections(warming), listSectionsOf(functions), {
      ...WARMING_DEFAULTS,
    }),
    ...findSwitchedOffMistakes("objectives", listObjectiveSections(objectives), listObjectivesOf(functions), {}),
    ...findArnMistakes(["permissions_boundary"], permissionsBoundary, file),
    ...Object.entries(functions).flatMap(([name, settings]) =>
      (settings.existing === true ? findExistingMistakes(settings) : findDeployedMistakes(settings, file))
        .concat(findWatchedMistakes(settings))
        .map((mistake) => ({ ...mistake, path: ["functions", name, ...mistake.path] })),
    ),
    ...findOverlapMistakes(functions),
    ...findEnvironmentMistakes(file),
    ...findNotifyMistakes(file),
    ...findUnusedRollout(
      file.rollout,
      Object.values(functions).flatMap((settings) => (settings.existing === true ? [] : settings.rollout)),
    ),
  ];
}

/** Settings of services that get nothing. */
function findNotifyMistakes({ notify = {} }: CheckedFile): CrossFieldMistake[] {
  const { slackVariable, slackChannel, pagerdutyVariable, pagerdutyRegion } = notify;
  const mistakes: CrossFieldMistake[] = [];
  if (slackChannel !== undefined && slackVariable === undefined) {
    mistakes.push({ path: ["notify", "slack_channel"], expected: "slack_variable as well", got: slackChannel });
  }
  if (pagerdutyRegion !== undefined && pagerdutyVariable === undefined) {
    mistakes.push({
      path: ["notify", "pagerduty_region"],
      expected: "pagerduty_variable as well",
      got: pagerdutyRegion,
    });
  }
  return mistakes;
}

function listSectionsOf(functions: CheckedFile["functions"]) {
  return Object.fromEntries(
    Object.entries(functions).map(([name, { warming }]) => [name, { warming: listWarmingSections(warming) }]),
  );
}

function listObjectivesOf(functions: CheckedFile["functions"]) {
  return Object.fromEntries(
    Object.entries(functions).map(([name, { objectives }]) => [
      name,
      { objectives: listObjectiveSections(objectives) },
    ]),
  );
}

function findDeployedMistakes(settings: Deployed, file: CheckedFile): CrossFieldMistake[] {
  const { endpoint, timeoutSeconds, reservedConcurrency, environment, secrets, warming } = settings;
  const mistakes: CrossFieldMistake[] = [
    ...findHttpMistakes(settings.http, endpoint, file),
    ...findDurableMistakes(settings),
    ...findTriggerMistakes(settings.allowedTriggers, file.region),
    ...findPermissionMistakes(settings, file.region),
    ...findPlatformMistakes(settings, file),
    ...findCodeMistakes(settings, file),
    ...findTagMistakes(file.tags, settings.tags),
    ...findEventMistakes(settings, file),
    ...findProvisionedMistakes(settings.provisionedConcurrency, settings.reservedConcurrency),
    ...findRolloutMistakes(
      file.rollout,
      settings,
      canBeWarmed(settings) && resolveWarmingSettings(file.warming, warming).gate.enabled,
    ),
  ];
  if (endpoint === "public" && timeoutSeconds > HTTP_API_SECONDS) {
    const expected = `at most ${HTTP_API_SECONDS} with endpoint = "public", because an HTTP API waits no longer for an answer`;
    mistakes.push({ path: ["timeout_seconds"], expected, got: timeoutSeconds });
  }
  if (reservedConcurrency === 0 && setsWarming(warming)) {
    const expected = "reserved_concurrency above 0, without which the function is not kept warm";
    mistakes.push({ path: ["warming"], expected, got: 0 });
  } else if (reservedConcurrency !== undefined && canBeWarmed(settings)) {
    mistakes.push(
      ...findConcurrencyMistakes(file.warming, warming, reservedConcurrency, isAwaited(settings)).map(
        ({ path, ...mistake }) => ({ path: ["warming", ...path], ...mistake }),
      ),
    );
  }
  for (const [name, secret] of Object.entries(secrets)) {
    if (name in environment) {
      mistakes.push({ path: ["secrets", name], expected: "a name that `environment` does not also set", got: name });
    }
    if (secret.kind === "secretArn")
      mistakes.push(...findArnMistakes(["secrets", name, "secret_arn"], secret.name, file));
  }
  return mistakes;
}

function findExistingMistakes({ warming, warmingQualifier }: Existing): CrossFieldMistake[] {
  if (!setsWarming(warming)) return [];
  if (warmingQualifier !== undefined) {
    const { conditional } = listWarmingSections(warming);
    if (hasKnownUsage(warmingQualifier) || !conditional || conditional.enabled === false) return [];
    const expected =
      'warming_qualifier = "warm" as well: usage is known if requests enter through alias live, and pings through warm';
    return [{ path: ["warming", "conditional"], expected, got: undefined }];
  }
  return [
    {
      path: ["warming"],
      expected: "warming_qualifier as well, without which the function is not kept warm",
      got: undefined,
    },
  ];
}

function findWatchedMistakes(settings: Deployed | Existing): CrossFieldMistake[] {
  const { alarms } = settings;
  const mistakes: CrossFieldMistake[] = [];
  for (const [key, { isPossible, needs }] of Object.entries(EVENT_ALARMS)) {
    if (!alarms[key as keyof typeof EVENT_ALARMS] || isPossible(settings)) continue;
    mistakes.push({
      path: ["alarms", key],
      expected: `${needs} as well, without which it cannot ring`,
      got: undefined,
    });
  }
  if (alarms.warming && !isWarmed(settings)) {
    const expected = "a function that is kept warm, without which no ping can fail";
    mistakes.push({ path: ["alarms", "warming"], expected, got: undefined });
  }
  const { latency } = listObjectiveSections(settings.objectives);
  for (const [path, threshold] of [
    [["alarms", "response_time"], alarms.response_time?.threshold],
    [["objectives", "latency"], latency?.thresholdMilliseconds],
  ] as const) {
    if (settings.existing === true || threshold === undefined || threshold < settings.timeoutSeconds * 1000) continue;
    const expected = `less than timeout_seconds, which is ${settings.timeoutSeconds}: no request takes longer`;
    mistakes.push({ path: [...path, "threshold_milliseconds"], expected, got: threshold });
  }
  return mistakes;
}

function isWarmed(settings: Deployed | Existing): boolean {
  return settings.existing === true ? settings.warmingQualifier !== undefined : canBeWarmed(settings);
}

/** Of a function deployed elsewhere, warming_qualifier says that it is kept warm. */
function isAwaitedOrExisting(settings: Deployed | Existing): boolean {
  return settings.existing === true || isAwaited(settings);
}

/** Alarms about events, and what a function needs for them. */
const EVENT_ALARMS = {
  dropped_events: {
    isPossible: (settings) => (settings.existing === true ? settings.asynchronous : isAsynchronous(settings)),
    needs: "asynchronous = true or an asynchronous event",
  },
  queue_age: { isPossible: hasEvents("sqs"), needs: "an sqs event" },
  iterator_age: { isPossible: hasEvents("kinesis", "dynamodb_stream"), needs: "an event of a stream" },
  failed_deliveries: { isPossible: hasEvents("schedule", "event_pattern"), needs: "a schedule or event_pattern event" },
  dead_letters: {
    isPossible: (settings) =>
      settings.existing !== true &&
      (Object.keys(settings.events).length > 0 || settings.eventInvokeConfig !== undefined),
    needs: "an event",
  },
} satisfies Partial<Record<AlarmKey, { isPossible: (settings: Deployed | Existing) => boolean; needs: string }>>;

function hasEvents(...kinds: EventKind[]): (settings: Deployed | Existing) => boolean {
  return (settings) => settings.existing !== true && kinds.some((kind) => listEvents(settings.events, kind).length > 0);
}

/** What else a function needs to have an objective by default. */
const FOR_OBJECTIVE: Readonly<Record<string, string>> = {
  latency: " and whose timeout_seconds is longer than threshold_milliseconds",
  cold_starts: " and whose code is bundled from here",
};

/** Finds settings of the whole environment that apply to none of its functions. */
function findEnvironmentMistakes({
  functions,
  alarms,
  warming,
  warmerReservedConcurrency: reserved,
  targets,
  objectives,
  alarmEmails,
  urgentEmails,
}: CheckedFile): CrossFieldMistake[] {
  const all = Object.values(functions);
  const isAnyPinged = (mayGetPings: (settings: Deployed | Existing) => boolean) =>
    all.some((one) => isWarmed(one) && isPinged(resolveWarmingSettings(warming, one.warming, mayGetPings(one))));
  const mistakes: CrossFieldMistake[] = [];
  for (const [key, { isPossible, needs }] of Object.entries(EVENT_ALARMS)) {
    if (!alarms[key as keyof typeof EVENT_ALARMS] || all.some(isPossible)) continue;
    const expected = `a function with ${needs}, without which it cannot ring`;
    mistakes.push({ path: ["alarms", key], expected, got: undefined });
  }
  if (!all.some(isWarmed)) {
    const expected = "a function that is kept warm";
    if (setsWarming(warming)) mistakes.push({ path: ["warming"], expected, got: undefined });
    if (reserved !== undefined) mistakes.push({ path: ["warmer_reserved_concurrency"], expected, got: undefined });
    if (alarms.warming) mistakes.push({ path: ["alarms", "warming"], expected, got: undefined });
  } else if (asksForPings(warming) && isAnyPinged(() => true) && !isAnyPinged(isAwaitedOrExisting)) {
    const expected = "a function for whose answers somebody waits, or warming = true under one";
    mistakes.push({ path: ["warming"], expected, got: undefined });
  }
  const onSomewhere = new Set(
    all.flatMap((one) =>
      Object.keys(
        resolveObjectives(objectives, one.objectives, {
          targets: resolveTargets(targets, one.targets),
          isAwaited: one.existing === true ? !one.asynchronous : isAwaited(one),
          publishesMetrics: one.existing !== true && isBundled(one),
          timeoutSeconds: one.existing === true ? undefined : one.timeoutSeconds,
        }),
      ),
    ),
  );
  for (const [key, section] of Object.entries<{ enabled?: boolean | undefined }>(listObjectiveSections(objectives))) {
    if (!hasSettings(section) || section.enabled === false || onSomewhere.has(key)) continue;
    const expected = `a function for whose answers somebody waits${FOR_OBJECTIVE[key] ?? ""}, or ${key} = { enabled = true } under one`;
    mistakes.push({ path: ["objectives", key], expected, got: undefined });
  }
  const rings =
    URGENT_OBJECTIVES.some((key) => onSomewhere.has(key)) ||
    all.some(({ alarms: own }) => URGENT_ALARMS.some((key) => resolveAlarmSettings(key, alarms, own).enabled));
  if (urgentEmails.length > 0 && !rings) {
    const expected = `no addresses if no objective of ${URGENT_OBJECTIVES.join(" or ")} and no urgent alarm (${URGENT_ALARMS.join(", ")}) is switched on`;
    mistakes.push({ path: ["urgent_emails"], expected, got: urgentEmails });
  }
  urgentEmails.forEach((address, index) => {
    if (!alarmEmails.includes(address)) return;
    const expected = "an address that is not in alarm_emails, which get every alarm";
    mistakes.push({ path: ["urgent_emails", String(index)], expected, got: address });
  });
  return mistakes;
}
