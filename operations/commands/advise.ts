import { type Command, InvalidArgumentError } from "commander";
import { resolve } from "node:path";
import { type Distribution, makeEmpirical } from "../../advisor/distribution";
import { loadEnvironments } from "../../environments/load";
import { makeInvalidInput } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { adviseFunction, type AdviceResult, type AdvisedSubject } from "../advise/advise-function";
import { addOwnLog } from "../advise/log/add-own-log";
import { runWithProgress } from "../advise/run-with-progress";
import { type AdviceReport } from "../advise/report";
import { buildAdviceReport } from "../advise/build-report";
import { selectFunctions, readSubjects, type TraceOptions, runWithTrace } from "../advise/advised-subjects";
import { formatAdvice, formatBasis, formatUnadvised, listUnread } from "../advise/text";
import { type TfvarsChange, writeWarming } from "../advise/tfvars/write";
import { AwsFailure } from "../aws/failure";
import { Reader } from "../aws/part-reader";
import { findEnvironment } from "../cli/input";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { prepareFolder, writeFiles } from "../cli/files";
import { type CommandContext } from "../cli/command-context";

const HELP = `
Simulates each way of warming on the function's own traffic: of the last 15 days from CloudWatch, or of a trace. Recommends the cheapest that
keeps cold starts below the target, and writes a page per function. docs/advising.md has the rest.

A trace is a CSV file with a header: timestamp,duration_ms for requests, or timestamp,count or minute,count for minutes, and maybe
peak_concurrency. Times are as in 2026-01-31T09:00:00Z, or seconds or milliseconds since 1970.

Exit codes:
  0    advised, and written where --write asks for it
  1    what AWS did not tell is named, and the rest is advised; or a file cannot be written
  2    wrong input, or a tfvars file that --write cannot change safely
  130  Ctrl-C: nothing was written

Examples:
  $ npm run ops -- advise prod                          every function of prod
  $ npm run ops -- advise prod api --write              and put what is recommended for api into environments/prod.tfvars
  $ npm run ops -- advise prod api --fit                and find out from its log how long AWS keeps its environments
  $ npm run ops -- advise prod api --trace week.csv     on a trace instead of CloudWatch
  $ npm run ops -- advise --trace week.csv --memory-mb 1024 --architecture x86_64
  $ npm run ops -- advise --trace counts.csv --duration-ms 20,35,40,120
  $ npm run ops --silent -- advise prod --json          for a script`;

interface Options {
  readonly trace?: string;
  readonly memoryMb?: number;
  readonly architecture?: "arm64" | "x86_64";
  readonly durationMs?: Distribution;
  readonly initMs?: Distribution;
  readonly fit?: boolean;
  readonly write?: boolean;
  readonly json?: boolean;
  readonly out: string;
}

/** What was typed, put together. */
interface Request {
  readonly environment: Environment | undefined;
  readonly functionId: string | undefined;
  readonly fit: boolean;
  readonly trace: TraceOptions | undefined;
}

/**
 * Adds the command `advise`: what warming would do for a function, what it costs, and what to set.
 *
 * @param exit takes the exit code
 */
export function addAdvise(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("advise")
    .description("Simulates ways of warming on a function's traffic, and says what to set.")
    .argument("[environment]", "a file in environments/, without .tfvars; not needed with --trace")
    .argument("[function]", "as the environment's file calls it; all by default")
    .option("--trace <csv>", "traffic from a file instead of CloudWatch")
    .option(
      "--memory-mb <megabytes>",
      "of a trace's function, from 128 to 10240; by default as its file says, or 512",
      parseMemory,
    )
    .option("--architecture <name>", "of a trace's function: arm64 or x86_64", parseArchitecture)
    .option(
      "--duration-ms <list>",
      "of requests of a trace with counts: values from 0 to 900000, from the least to the most, as likely as each other",
      parseQuantities,
    )
    .option("--init-ms <list>", "of starts of a trace's function: values from 0 to 900000, likewise", parseQuantities)
    .option("--fit", "read from each function's log how AWS treats it, instead of assuming it; reading costs money")
    .option("--write", "put what is recommended into the environment's file")
    .option("--json", "write one JSON document")
    .option("--out <folder>", "where pages are written", "advice")
    .addHelpText("after", HELP)
    .action(async (name: string | undefined, functionId: string | undefined, options: Options) => {
      const request = await readRequest(surroundings.root, name, functionId, options);
      const done = await runUntilInterrupted((signal) => advise(request, options, surroundings, signal));
      exit(done ?? EXIT.interrupted);
    });
}

async function readRequest(
  root: string,
  name: string | undefined,
  functionId: string | undefined,
  options: Options,
): Promise<Request> {
  const { trace: file, memoryMb, architecture, durationMs: workSeconds, initMs: initSeconds } = options;
  const { fit = false, write = false } = options;
  const described = { memoryMb, architecture, workSeconds, initSeconds };
  if (name === undefined && file === undefined)
    throw makeInvalidInput("advise", "name an environment, or a trace with --trace");
  if (name === undefined && write)
    throw makeInvalidInput("--write", "name the environment whose file is to be changed");
  if (file !== undefined && fit)
    throw makeInvalidInput("--fit", "it reads the log of a deployed function: leave --trace away");
  if (file === undefined && Object.values(described).some((value) => value !== undefined)) {
    throw makeInvalidInput(
      "advise",
      "--memory-mb, --architecture, --duration-ms and --init-ms describe a trace's function: name the trace with --trace",
    );
  }
  const given = Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined)) as Omit<
    TraceOptions,
    "file"
  >;
  return {
    environment: name === undefined ? undefined : findEnvironment(name, await loadEnvironments(root)),
    functionId,
    fit,
    trace: file === undefined ? undefined : { file, ...given },
  };
}

async function advise(
  request: Request,
  options: Options,
  surroundings: CommandContext,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { environment } = request;
  const { root, print, printAside } = surroundings;
  const { json = false, write = false, out } = options;
  await prepareFolder(resolve(root, out));
  const reader = new Reader(signal);
  const all = await adviseAll(request, surroundings, reader, signal);
  if (all.length === 0) throw new AwsFailure(reader.reasons.join("; "));
  const report = buildAdviceReport(
    environment?.name,
    all.map(({ advice }) => advice),
    reader.unread,
  );
  // From here on it is written whole: Ctrl-C comes too late.
  signal.throwIfAborted();
  report.pages = await writeFiles(resolve(root, out), await renderPages(report));
  if (!json) printReport(report, print);
  const change = write && environment ? await writeAdvice(root, environment, all, report, printAside) : undefined;
  if (change && change.diff.length > 0) report.changed = change.file;
  if (json) print(JSON.stringify(report));
  else if (change) [...formatChange(change)].forEach(print);
  return report.unread ? EXIT.failed : EXIT.done;
}

async function adviseAll(
  { environment, functionId, fit, trace }: Request,
  surroundings: CommandContext,
  reader: Reader,
  signal: AbortSignal,
): Promise<AdviceResult[]> {
  const { root, printAside, now } = surroundings;
  const functions = environment ? selectFunctions(environment, functionId) : [];
  const work = (subject: AdvisedSubject) => adviseOn(subject, surroundings, signal);
  if (trace) {
    const [watched, another] = functions;
    if (another)
      throw makeInvalidInput("--trace", `say of which function it is: ${functions.map(({ id }) => id).join(", ")}`);
    const described = environment && watched && { environment, watched };
    return [await runWithTrace(root, trace, described, signal, work)];
  }
  if (!environment) return [];
  const subjects = await readSubjects(environment, functions, now(), printAside, reader, signal);
  const all: AdviceResult[] = [];
  for (const subject of subjects) {
    const asked = functions.find(({ id }) => fit && id === subject.id);
    const read = asked && (() => addOwnLog(subject, asked, environment, surroundings, signal));
    const complete = read && (await reader.read(`log of ${subject.id}`, read));
    all.push(await work(complete ?? subject));
  }
  return all;
}

async function adviseOn(
  subject: AdvisedSubject,
  surroundings: CommandContext,
  signal: AbortSignal,
): Promise<AdviceResult> {
  const advised = await runWithProgress(subject.id, surroundings, (onProgress) =>
    adviseFunction(subject, {
      signal,
      onProgress: (share) => {
        onProgress("simulating", share);
      },
    }),
  );
  advised.advice.notes.forEach(surroundings.printAside);
  return advised;
}

async function renderPages(report: AdviceReport): Promise<Record<string, string>> {
  const { renderAdvicePage } = await import("../advise/page/page");
  const prefix = report.environment === undefined ? "" : `${report.environment}-`;
  return Object.fromEntries(
    report.functions.map((advice) => [`${prefix}${advice.function}.html`, renderAdvicePage(report, advice)]),
  );
}

function printReport(report: AdviceReport, print: (line: string) => void): void {
  report.functions.flatMap((advice) => formatAdvice(advice, report)).forEach(print);
  formatUnadvised(report).forEach(print);
  [...formatBasis(report)].forEach(print);
  report.pages.forEach((page) => {
    print(`Written: ${page}`);
  });
}

async function writeAdvice(
  root: string,
  environment: Environment,
  all: readonly AdviceResult[],
  report: AdviceReport,
  say: (line: string) => void,
): Promise<TfvarsChange | undefined> {
  const canBeWarmed = (id: string) =>
    environment.functions[id] !== undefined || environment.existingFunctions[id]?.warmingQualifier !== undefined;
  const wanted = all.flatMap(({ advice: { function: id, recommendation }, warming }) => {
    const [unread] = listUnread(id, report);
    if (warming && canBeWarmed(id) && unread === undefined) return [[id, warming] as const];
    const reason =
      unread !== undefined
        ? unread
        : warming
          ? "it has no warming_qualifier, without which it is not kept warm"
          : recommendation.kind === "provision"
            ? "provisioned concurrency is no key of a tfvars file"
            : "nothing is recommended";
    say(`${id}: nothing was written: ${reason}`);
    return [];
  });
  return wanted.length === 0 ? undefined : writeWarming(root, environment, new Map(wanted));
}

function formatChange({ file, diff }: TfvarsChange): string[] {
  return diff.length === 0 ? [`${file} says so already`] : ["", `${file}:`, ...diff];
}

function parseMemory(text: string): number {
  const megabytes = Number(text);
  if (!/^\d+$/.test(text) || megabytes < 128 || megabytes > 10_240)
    throw new InvalidArgumentError("It is no whole number from 128 to 10240.");
  return megabytes;
}

function parseArchitecture(text: string): string {
  if (text !== "arm64" && text !== "x86_64") throw new InvalidArgumentError("It is neither arm64 nor x86_64.");
  return text;
}

/** Milliseconds, in seconds from then on. */
function parseQuantities(text: string): Distribution {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!values.every((value) => value >= 0 && value <= 900_000))
    throw new InvalidArgumentError("It is no list of numbers from 0 to 900000, as in 20,35,120.");
  return makeEmpirical(values.map((value) => value / 1000));
}
