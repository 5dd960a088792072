import { isAwaited } from "../../environments/awaited";
import { canBeWarmed } from "../../environments/durable";
import { tmpdir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { type Distribution } from "../../advisor/distribution";
import { InvalidInput, formatKeyPath, makeInvalidInput, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { TARGET_DEFAULTS } from "../../environments/targets";
import { asksForPings, hasKnownUsage } from "../../environments/warming";
import { formatDollars } from "../../model/priced-resources";
import { type WatchedFunction, listWatchedFunctions } from "../../model/watched-function";
import { TemporaryFolder } from "../../stacks/temporary-folder";
import { listWarmedFunctions } from "../../model/warmed-functions";
import { limitConcurrency } from "../../functions/warmer/limit-concurrency";
import { AwsAccess } from "../aws/access";
import { type Reader } from "../aws/part-reader";
import { type AdvisedSubject } from "./advise-function";
import { HISTORY_DAYS } from "../../warming/planner";
import { priceUse, readUse } from "./cloudwatch";
import { readTrace } from "./trace/read-trace";

/** What is known about a function besides its usage. */
type Settings = Pick<
  AdvisedSubject,
  "id" | "memoryMb" | "architecture" | "reservedConcurrency" | "targetPercent" | "configured"
>;

/** The user's description of a trace's function; it overrides the environment's file. */
export interface TraceOptions {
  readonly file: string;
  readonly memoryMb?: number;
  readonly architecture?: "arm64" | "x86_64";
  readonly workSeconds?: Distribution;
  readonly initSeconds?: Distribution;
}

/** Maximum number of functions read at once: AWS throttles more. */
const AT_ONCE = 8;

/** For a function without a description: the defaults of a tfvars file. */
const UNDESCRIBED = {
  memoryMb: 512,
  architecture: "arm64",
  targetPercent: TARGET_DEFAULTS.coldStartPercent,
} as const;

/**
 * The functions to advise on.
 *
 * @param id one of them; all by default
 * @throws InvalidInput if it is not one of the environment's functions, or is stopped or durable
 */
export function selectFunctions(environment: Environment, id?: string): WatchedFunction[] {
  const all = listWatchedFunctions(environment);
  const known = all.filter((one) => canBeWarmed(environment.functions[one.id] ?? {}));
  if (id === undefined && known.length > 0) return known;
  const chosen = known.filter((one) => one.id === id);
  if (chosen.length > 0) return chosen;
  const isStopped = all.some((one) => one.id === id || id === undefined);
  const message = isStopped
    ? `${id ?? "every function"} is durable, or stopped by reserved_concurrency = 0`
    : `there is no function ${show(id)}; functions are: ${all.map((one) => one.id).join(", ")}`;
  throw new InvalidInput([{ file: `environments/${environment.name}.tfvars`, message }]);
}

/**
 * Functions with their usage from CloudWatch; reports the cost of reading first. Leaves out those whose memory is
 * unknown, unless there is no other.
 *
 * @param reader remembers functions whose usage could not be read, which are left out
 */
export async function readSubjects(
  environment: Environment,
  all: readonly WatchedFunction[],
  now: number,
  say: (line: string) => void,
  reader: Reader,
  signal: AbortSignal,
): Promise<AdvisedSubject[]> {
  const priced = all.filter(({ memoryMb }) => memoryMb !== undefined);
  const functions = priced.length > 0 ? priced : all;
  const settings = functions.map((one) => readSettings(environment, one));
  for (const { id } of all.filter((one) => !functions.includes(one))) {
    say(`${id} is left out: the cost of warming depends on its memory; set functions.${id}.memory_mb`);
  }
  const { metrics, dollars } = priceUse(functions.length);
  say(`reading ${metrics} metrics of ${HISTORY_DAYS} days from CloudWatch for ${formatDollars(dollars)}`);
  const aws = new AwsAccess(environment.region, signal);
  const limited = limitConcurrency(AT_ONCE);
  const subjects = await Promise.all(
    functions.map(async (watched, index) => {
      const use = await limited(() => reader.read(`usage of ${watched.id}`, () => readUse(aws, watched, now)));
      return use && settings[index] ? [{ ...settings[index], ...use }] : [];
    }),
  );
  return subjects.flat();
}

/**
 * Runs work on a function with its usage from a trace.
 *
 * @param environment the environment with the function; missing if there is none
 */
export async function runWithTrace<T>(
  root: string,
  { file, memoryMb, architecture, workSeconds, initSeconds }: TraceOptions,
  described: { readonly environment: Environment; readonly watched: WatchedFunction } | undefined,
  signal: AbortSignal,
  work: (subject: AdvisedSubject) => Promise<T>,
): Promise<T> {
  const name = basename(file, extname(file)).replaceAll(/[^\w.-]+/g, "-");
  const settings = described
    ? readSettings(described.environment, described.watched, memoryMb)
    : { id: name, ...UNDESCRIBED };
  const folder = new TemporaryFolder(join(tmpdir(), "warmwatch-trace-"));
  try {
    const spool = join(folder.path, "requests");
    const trace = await readTrace({ path: resolve(root, file), file, spool, workSeconds }, signal);
    if (initSeconds && trace.initSeconds) {
      throw makeInvalidInput("--init-ms", `leave it out: ${file} has durations of starts`);
    }
    const { initSeconds: starts = initSeconds, memoryMb: traced, notes, ...history } = trace;
    const memory = memoryMb ?? (described ? undefined : traced);
    return await work({
      ...settings,
      ...(memory !== undefined && { memoryMb: memory }),
      ...(architecture !== undefined && { architecture }),
      ...(starts && { initSeconds: starts }),
      history,
      notes,
    });
  } finally {
    folder.remove();
  }
}

function readSettings(
  environment: Environment,
  { id, memoryMb, targets }: WatchedFunction,
  given = memoryMb,
): Settings {
  if (given === undefined) {
    const message = `${formatKeyPath(["functions", id, "memory_mb"])}: expected its memory, which the cost of warming depends on, got nothing`;
    throw new InvalidInput([{ file: `environments/${environment.name}.tfvars`, message }]);
  }
  const deployed = environment.functions[id];
  const configured = listWarmedFunctions(environment).find((one) => one.id === id)?.settings;
  return {
    id,
    memoryMb: given,
    architecture: deployed?.architecture ?? "x86_64",
    targetPercent: targets.coldStartPercent,
    ...(deployed?.reservedConcurrency !== undefined && { reservedConcurrency: deployed.reservedConcurrency }),
    ...(configured && { configured }),
    ...(!deployed && { hasKnownUsage: hasKnownUsage(environment.existingFunctions[id]?.warmingQualifier) }),
    ...(deployed && { isAwaited: isAwaited(deployed) || asksForPings(deployed.warming) }),
  };
}
