import { ALARM_DEFAULTS, alarmMistakes, type AlarmOverrides, alarmSettings, URGENT_ALARMS } from "./alarms";
import { type MistakeTogether, mistakesTogether } from "./mistakes-together";
import { partitionOf } from "./regions";
import { switchedOffMistakes } from "./switched-off";
import {
  concurrencyMistakes,
  WARMING_DEFAULTS,
  warmingMistakes,
  type WarmingOverrides,
  warmingSettings,
} from "./warming";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const HTTP_API_SECONDS = 30;

interface Watched {
  readonly asynchronous: boolean;
  readonly alarms: AlarmOverrides;
  readonly warming: WarmingOverrides;
}

interface Deployed extends Watched {
  readonly existing?: false | undefined;
  readonly timeoutSeconds: number;
  readonly reservedConcurrency?: number | undefined;
  readonly endpoint: "none" | "iam" | "public";
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, { readonly kind: string; readonly name: string }>>;
}

interface Existing extends Watched {
  readonly existing: true;
  readonly warmingQualifier?: string | undefined;
}

/** An environment's file whose keys are right each on its own. */
export interface CheckedFile {
  readonly region: string;
  readonly accountId?: string | undefined;
  readonly permissionsBoundary?: string | undefined;
  readonly functions: Readonly<Record<string, Deployed | Existing>>;
  readonly alarmEmails: readonly string[];
  readonly urgentEmails: readonly string[];
  readonly alarms: AlarmOverrides;
  readonly warming: WarmingOverrides;
}

/**
 * What is wrong with keys that are right each on its own: what AWS would refuse later, and what would have no effect.
 */
export function crossFieldMistakes(file: CheckedFile): MistakeTogether[] {
  const { functions, alarms, warming, permissionsBoundary } = file;
  return [
    ...mistakesTogether("alarms", functions, (own: AlarmOverrides = {}) => alarmMistakes(alarms, own)),
    ...mistakesTogether("warming", functions, (own: WarmingOverrides = {}) =>
      warmingMistakes(warmingSettings(warming, own)),
    ),
    ...switchedOffMistakes("alarms", alarms, functions, ALARM_DEFAULTS),
    ...switchedOffMistakes("warming", warming, functions, { ...WARMING_DEFAULTS }),
    ...arnMistakes(["permissions_boundary"], permissionsBoundary, file),
    ...Object.entries(functions).flatMap(([name, settings]) =>
      (settings.existing === true ? existingMistakes(settings) : deployedMistakes(settings, file))
        .concat(watchedMistakes(settings))
        .map((mistake) => ({ ...mistake, path: ["functions", name, ...mistake.path] })),
    ),
    ...environmentMistakes(file),
  ];
}

function deployedMistakes(settings: Deployed, file: CheckedFile): MistakeTogether[] {
  const { endpoint, timeoutSeconds, reservedConcurrency, environment, secrets, warming } = settings;
  const mistakes: MistakeTogether[] = [];
  if (endpoint === "public" && timeoutSeconds > HTTP_API_SECONDS) {
    const expected = `at most ${HTTP_API_SECONDS} with endpoint = "public", an HTTP API, which waits no longer for an answer`;
    mistakes.push({ path: ["timeout_seconds"], expected, got: timeoutSeconds });
  }
  if (reservedConcurrency === 0 && Object.keys(warming).length > 0) {
    const expected = "reserved_concurrency above 0 beside it, without which it is not kept warm";
    mistakes.push({ path: ["warming"], expected, got: 0 });
  } else if (reservedConcurrency !== undefined && reservedConcurrency > 0) {
    mistakes.push(
      ...concurrencyMistakes(file.warming, warming, reservedConcurrency).map(({ path, ...mistake }) => ({
        path: ["warming", ...path],
        ...mistake,
      })),
    );
  }
  for (const [name, secret] of Object.entries(secrets)) {
    if (name in environment) {
      mistakes.push({ path: ["secrets", name], expected: "a name that `environment` does not set too", got: name });
    }
    if (secret.kind === "secretArn") mistakes.push(...arnMistakes(["secrets", name, "secret_arn"], secret.name, file));
  }
  return mistakes;
}

function existingMistakes({ warming, warmingQualifier }: Existing): MistakeTogether[] {
  if (warmingQualifier !== undefined || Object.keys(warming).length === 0) return [];
  return [
    { path: ["warming"], expected: "warming_qualifier beside it, without which it is not kept warm", got: undefined },
  ];
}

function watchedMistakes(settings: Deployed | Existing): MistakeTogether[] {
  const { asynchronous, alarms } = settings;
  const mistakes: MistakeTogether[] = [];
  if (alarms.dropped_events && !asynchronous) {
    const expected = "asynchronous = true beside it, without which no event can be dropped";
    mistakes.push({ path: ["alarms", "dropped_events"], expected, got: undefined });
  }
  if (alarms.warming && !isWarmed(settings)) {
    const expected = "a function that is kept warm, without which no ping can fail";
    mistakes.push({ path: ["alarms", "warming"], expected, got: undefined });
  }
  const { threshold } = alarms.response_time ?? {};
  if (settings.existing !== true && threshold !== undefined && threshold >= settings.timeoutSeconds * 1000) {
    const expected = `less than timeout_seconds, which is ${settings.timeoutSeconds}: no request takes longer`;
    mistakes.push({ path: ["alarms", "response_time", "threshold_milliseconds"], expected, got: threshold });
  }
  return mistakes;
}

function isWarmed(settings: Deployed | Existing): boolean {
  return settings.existing === true ? settings.warmingQualifier !== undefined : settings.reservedConcurrency !== 0;
}

/** What is said for a whole environment, and holds for none of its functions. */
function environmentMistakes({
  functions,
  alarms,
  warming,
  alarmEmails,
  urgentEmails,
}: CheckedFile): MistakeTogether[] {
  const all = Object.values(functions);
  const mistakes: MistakeTogether[] = [];
  if (alarms.dropped_events && !all.some(({ asynchronous }) => asynchronous)) {
    const expected = "a function with asynchronous = true, without which no event can be dropped";
    mistakes.push({ path: ["alarms", "dropped_events"], expected, got: undefined });
  }
  if (!all.some(isWarmed)) {
    const expected = "a function that is kept warm";
    if (Object.keys(warming).length > 0) mistakes.push({ path: ["warming"], expected, got: undefined });
    if (alarms.warming) mistakes.push({ path: ["alarms", "warming"], expected, got: undefined });
  }
  const rings = all.some(({ alarms: own }) => URGENT_ALARMS.some((key) => alarmSettings(key, alarms, own).enabled));
  if (urgentEmails.length > 0 && !rings) {
    const expected = `none where no urgent alarm (${URGENT_ALARMS.join(", ")}) is switched on`;
    mistakes.push({ path: ["urgent_emails"], expected, got: urgentEmails });
  }
  urgentEmails.forEach((address, index) => {
    if (!alarmEmails.includes(address)) return;
    const expected = "an address that alarm_emails, which get every alarm, does not have";
    mistakes.push({ path: ["urgent_emails", String(index)], expected, got: address });
  });
  return mistakes;
}

/** An ARN names a partition, a region unless it is global, and an account, which are the environment's. */
function arnMistakes(path: string[], arn: string | undefined, { region, accountId }: CheckedFile): MistakeTogether[] {
  if (arn === undefined) return [];
  const [, partition, , place, account] = arn.split(":");
  const wanted = partitionOf(region);
  const mistake = (expected: string, got: string | undefined) => [{ path, expected: `an ARN ${expected}`, got }];
  if (partition !== wanted) return mistake(`in partition ${wanted}, as ${region} is`, partition);
  if (place !== "" && place !== region) return mistake(`in the environment's region, ${region}`, place);
  if (accountId !== undefined && account !== accountId) {
    return mistake(`in the environment's account, ${accountId}`, account);
  }
  return [];
}
