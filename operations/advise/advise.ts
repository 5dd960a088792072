import { resolve } from "node:path";
import { makeInvalidInput } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { AwsFailure } from "../aws/failure";
import { Reader } from "../aws/part-reader";
import { type CommandContext } from "../cli/command-context";
import { prepareFolder, writeFiles } from "../cli/files";
import { type Document } from "../document/document";
import { formatDocuments } from "../document/text";
import { formatChange } from "../tfvars/change-file";
import { adviseFunction, type AdviceResult, type AdvisedSubject } from "./advise-function";
import { selectFunctions, readSubjects, type TraceOptions, runWithTrace } from "./advised-subjects";
import { buildAdviceReport } from "./build-report";
import { buildAdviceDocument, formatUnadvised } from "./document";
import { addOwnLog } from "./log/add-own-log";
import { type AdviceReport, type FunctionAdvice } from "./report";
import { runWithProgress } from "./run-with-progress";
import { writeAdvice } from "./write-advice";

/** The subject of the advice, and what to do with it. */
export interface AdviceRequest {
  readonly environment: Environment | undefined;
  /** Its name in the environment's file; undefined for all. */
  readonly functionId: string | undefined;
  /** Whether to learn from each function's log how AWS treats it. */
  readonly fit: boolean;
  readonly trace: TraceOptions | undefined;
  /** Whether to write the recommended settings into the environment's file. */
  readonly write: boolean;
  readonly json: boolean;
  /** The folder of the pages. */
  readonly out: string;
}

/**
 * Advises on functions, prints the advice, and writes a page for each.
 *
 * @throws InvalidInput, OperationFailure
 */
export async function advise(request: AdviceRequest, context: CommandContext): Promise<AdviceReport> {
  const { environment, write, json, out } = request;
  const { root, print, printAside, signal } = context;
  const folder = resolve(root, out);
  await prepareFolder(folder);
  const reader = new Reader(signal);
  const all = await adviseAll(request, context, reader);
  if (all.length === 0) throw new AwsFailure(reader.reasons.join("; "));
  const report = buildAdviceReport(
    environment,
    all.map(({ advice }) => advice),
    reader.unread,
  );
  // From here on, everything is written: it is too late for Ctrl-C.
  signal.throwIfAborted();
  const compared = report.functions.filter(({ policies }) => policies.length > 0);
  const documents = compared.map((advice) => buildAdviceDocument(report, advice));
  report.pages = await writeFiles(folder, await renderPages(environment, compared, documents));
  if (!json) printReport(report, documents, print);
  const change = write && environment ? await writeAdvice(root, environment, all, report, printAside) : undefined;
  if (change && change.diff.length > 0) report.changed = change.file;
  if (json) print(JSON.stringify(report));
  else if (change) formatChange(change).forEach(print);
  return report;
}

async function adviseAll(
  { environment, functionId, fit, trace }: AdviceRequest,
  context: CommandContext,
  reader: Reader,
): Promise<AdviceResult[]> {
  const { root, printAside, now, signal } = context;
  const functions = environment ? selectFunctions(environment, functionId) : [];
  if (trace) {
    const [watched, another] = functions;
    if (another)
      throw makeInvalidInput("--trace", `say of which function it is: ${functions.map(({ id }) => id).join(", ")}`);
    const described = environment && watched && { environment, watched };
    return [await runWithTrace(root, trace, described, signal, (subject) => adviseOn(subject, context))];
  }
  if (!environment) return [];
  const subjects = await readSubjects(environment, functions, now(), printAside, reader, signal);
  const all: AdviceResult[] = [];
  for (const subject of subjects) {
    const asked = functions.find(({ id }) => fit && id === subject.id);
    const complete =
      asked && (await reader.read(`log of ${subject.id}`, () => addOwnLog(subject, asked, environment, context)));
    all.push(await adviseOn(complete ?? subject, context));
  }
  return all;
}

function adviseOn(subject: AdvisedSubject, context: CommandContext): Promise<AdviceResult> {
  return runWithProgress(subject.id, context, (onProgress) =>
    adviseFunction(subject, {
      signal: context.signal,
      onProgress: (share) => {
        onProgress("simulating", share);
      },
    }),
  );
}

async function renderPages(
  environment: Environment | undefined,
  compared: readonly FunctionAdvice[],
  documents: readonly Document[],
): Promise<Record<string, string>> {
  // The code that draws charts is slow to load.
  const { renderPage } = await import("../document/html");
  const prefix = environment === undefined ? "" : `${environment.name}-`;
  const pages = await Promise.all(documents.map(renderPage));
  return Object.fromEntries(compared.map((advice, index) => [`${prefix}${advice.function}.html`, pages[index] ?? ""]));
}

function printReport(report: AdviceReport, documents: readonly Document[], print: (line: string) => void): void {
  formatDocuments(documents).forEach(print);
  for (const { policies, function: id, recommendation } of report.functions) {
    if (policies.length === 0) print(`${id}: ${recommendation.sentence}`);
  }
  formatUnadvised(report).forEach(print);
  report.pages.forEach((page) => {
    print(`Written: ${page}`);
  });
}
