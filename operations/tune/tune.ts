import { makeInvalidInput } from "../../environments/mistakes";
import { MAX_DIRECT_BYTES } from "../../environments/platform";
import { type Environment } from "../../environments/schema";
import { formatDollars } from "../../model/priced-resources";
import { type WatchedFunction } from "../../model/watched-function";
import { AwsAccess } from "../aws/access";
import { type OriginalFunction, readOriginal } from "../aws/function-copy";
import { Reader } from "../aws/part-reader";
import { type CommandContext } from "../cli/command-context";
import { OperationFailure } from "../cli/operation-failure";
import { showProgress } from "../cli/progress";
import { formatQuantity } from "../document/formats";
import { formatSize, type TunedSize } from "./bench";
import { Budget } from "./budget";
import { CopyBench } from "./copy-bench";
import { buildTuningReport, type TuningReport } from "./report";
import { hasOwnFailure, type SearchResult, searchSizes, type SearchTask } from "./search";
import { explainBound, readEvent, selectRequirements, selectTuned, type TuningOptions } from "./subject";
import { type FunctionTraffic, readTraffic, TRAFFIC_DAYS, TRAFFIC_DOLLARS } from "./traffic";

/** Without measurements: AWS says that under 1 % of requests are cold (docs/tuning.md). */
const ASSUMED_COLD_SHARE = 0.01;
/** As many as most functions need; every size costs about the same, as a faster one costs more for each second. */
const LIKELY_REQUESTS = 200;
/** One cold and three warm requests of five sizes: with fewer, nothing could be compared. */
const FEWEST_REQUESTS = 20;

/**
 * Measures a function at several sizes.
 *
 * @param limitDollars the most that its requests may cost
 * @throws InvalidInput, OperationFailure
 */
export async function tune(
  environment: Environment,
  options: TuningOptions,
  limitDollars: number,
  context: CommandContext,
): Promise<TuningReport> {
  const { root, printAside, now, signal } = context;
  const watched = selectTuned(environment, options);
  const event = await readEvent(root, options, now());
  const aws = new AwsAccess(environment.region, signal);
  const { name, deployedHere, streams } = watched;
  const original = await readOriginal(aws, { name, ...(deployedHere && { qualifier: "live" }) });
  checkCopyable(watched, original);

  const reader = new Reader(signal);
  const traffic = await reader.read("traffic", () => readTraffic(aws, watched, now()));
  const { memoryMb, architecture, temporaryStorageMb } = original;
  const present = { memoryMb, architecture };
  const requirements = {
    ...selectRequirements(environment, watched),
    ...{ temporaryStorageMb, coldShare: traffic?.coldShare ?? ASSUMED_COLD_SHARE },
  };
  const budget = new Budget(limitDollars, original);
  checkBudget(budget, present, watched, traffic);
  const other = architecture === "arm64" ? "x86_64" : "arm64";
  const packages = environment.functions[watched.id]?.packages ?? [];
  const bound = await reader.read("layers", () => explainBound(aws, other, original, packages));
  announce(watched, present, budget, traffic, printAside);

  const bench = new CopyBench({ name, original, event, streams }, aws, context);
  const others = bound === undefined ? ([other] as const) : [];
  const task = { now: present, others, requirements, targets: watched.targets };
  const result = await measure(task, bench, budget, context);
  checkMeasured(result, watched);
  return buildTuningReport({
    ...{ environment: environment.name, functionId: watched.id, functionVersion: original.version, at: now() },
    ...{ ...result, now: present, traffic, budget, unread: reader.unread },
    leftOut: bound === undefined ? undefined : `${other} was not measured: ${bound}.`,
  });
}

function checkCopyable({ id }: WatchedFunction, original: OriginalFunction): void {
  const { isSpecial, isImage, codeBytes, unreadableVariables } = original;
  const refuse = (why: string) => new OperationFailure(`${id} cannot be copied to measure it: ${why}`);
  if (isSpecial) throw refuse("it has durable executions or SnapStart, whose requests cost in other ways");
  if (unreadableVariables !== undefined) throw refuse(`its variables cannot be read: ${unreadableVariables}`);
  if (isImage || codeBytes <= MAX_DIRECT_BYTES) return;
  const [found, most] = [codeBytes, MAX_DIRECT_BYTES].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MB`);
  throw refuse(`its zip has ${found}, and Lambda takes ${most} directly`);
}

/** Refuses a limit that leaves nothing to measure. */
function checkBudget(
  budget: Budget,
  present: TunedSize,
  { id }: WatchedFunction,
  traffic: FunctionTraffic | undefined,
): void {
  const got = `got $${budget.limitDollars}`;
  const longest = budget.priceLongest(present);
  if (longest > budget.limitDollars) {
    const cost = `one request of ${id} that runs into its timeout costs ${formatDollars(roundUp(longest))}`;
    throw makeInvalidInput("--max-dollars", `${cost}: expected at least that, ${got}`);
  }
  const fewest = FEWEST_REQUESTS * budget.price(present, traffic?.averageMilliseconds ?? 0);
  if (fewest > budget.limitDollars) {
    const cost = `its usual requests cost so much that ${FEWEST_REQUESTS} of them cost ${formatDollars(roundUp(fewest))}`;
    throw makeInvalidInput("--max-dollars", `${cost}: expected at least that, ${got}`);
  }
}

/** So that the amount that is shown is enough. */
function roundUp(dollars: number): number {
  const step = dollars >= 0.01 ? 0.01 : 10 ** (Math.floor(Math.log10(dollars)) - 1);
  return Math.ceil(dollars / step) * step;
}

function announce(
  { id, name }: WatchedFunction,
  present: TunedSize,
  budget: Budget,
  traffic: FunctionTraffic | undefined,
  say: (line: string) => void,
): void {
  const { averageMilliseconds } = traffic ?? {};
  const likely =
    averageMilliseconds === undefined
      ? ""
      : `, probably about ${formatDollars(Math.min(budget.limitDollars, LIKELY_REQUESTS * budget.price(present, averageMilliseconds)))}`;
  say(
    `Sends real requests to temporary copies of ${name}: what ${id} writes, sends or deletes for them is really written, sent or deleted.`,
  );
  say(
    `That costs at most $${budget.limitDollars}${likely}, besides what other services charge, and ${formatDollars(TRAFFIC_DOLLARS)} for the metrics of ${TRAFFIC_DAYS} days.`,
  );
}

async function measure(
  task: SearchTask,
  bench: CopyBench,
  budget: Budget,
  context: CommandContext,
): Promise<SearchResult> {
  let step = "making a copy";
  const onRequest = (size: TunedSize) => {
    step = `${formatSize(size)}: request ${budget.requests + 1}, ${formatDollars(budget.spentDollars)} of $${budget.limitDollars}`;
  };
  try {
    return await showProgress(
      context,
      () => `${step} …`,
      () => searchSizes(task, bench, budget, onRequest),
    );
  } finally {
    await bench.close();
    const { requests, spentDollars, openDollars } = budget;
    const open =
      openDollars === 0 ? "" : `; those that were not answered cost at most ${formatDollars(openDollars)} more`;
    context.printAside(`Sent ${formatQuantity(requests, "request")} for ${formatDollars(spentDollars)}${open}.`);
  }
}

function checkMeasured({ sizes: [present] }: SearchResult, { id }: WatchedFunction): void {
  if (!present || !hasOwnFailure(present)) return;
  const [text = ""] = present.requests.flatMap(({ failure }) => failure?.text ?? []);
  throw new OperationFailure(`${id} fails with this event at ${formatSize(present.size)}: ${text}`);
}
