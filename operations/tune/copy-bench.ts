import { randomBytes } from "node:crypto";
import * as z from "zod";
import { formatDefaultLogGroup, MAX_NAME_LENGTH } from "../../environments/names";
import { toOneLine } from "../../performance/foreign-text";
import { classifyResult } from "../../performance/outcome";
import { AwsAccess } from "../aws/access";
import { AccessDenied, AwsFailure } from "../aws/failure";
import {
  createCopy,
  deleteFunction,
  downloadZip,
  invokeOnce,
  type OriginalFunction,
  publishVersion,
  resizeCopy,
  waitUntilReady,
} from "../aws/function-copy";
import { findFunction } from "../aws/functions";
import { deleteLogGroup } from "../aws/logs";
import { type CommandContext } from "../cli/command-context";
import { OperationFailure } from "../cli/operation-failure";
import { parseJson } from "../../environments/parse-json";
import { formatUtc } from "../document/formats";
import { formatSize, type MeasuredRequest, type RequestFailure, type TunedSize, type TuningBench } from "./bench";
import { parseReport } from "./platform-report";

/** What is measured. */
export interface TunedFunction {
  /** Its name in AWS. */
  readonly name: string;
  readonly original: OriginalFunction;
  readonly event: unknown;
  /** Whether it streams its answers, which say nothing about their outcome. */
  readonly streams: boolean;
}

/** A copy that has not changed for as long was left behind: every size is a change. */
const STALE_MILLISECONDS = 3_600_000;
/** Of a size, one after the other, if each takes all its time. */
const STALE_REQUESTS = 20;
/** Out of memory, some runtimes only say that their process has ended. */
const ALL_MEMORY_SHARE = 0.9;
const ERROR_CHARACTERS = 160;

const failurePayload = z.object({ errorType: z.string().catch("Error"), errorMessage: z.string().catch("") });

/**
 * Measures sizes on temporary copies of a function, one for each architecture, with a published version for each size.
 * The function itself is never changed: its aliases, its versions and Terraform's state stay as they are, whatever
 * happens here.
 */
export class CopyBench implements TuningBench {
  /** Copies that may exist, by architecture. */
  private readonly copies = new Map<TunedSize["architecture"], string>();
  private readonly versions = new Map<string, string>();
  private readonly mark: string;
  private zip: Uint8Array | undefined;
  /** For what must be finished after Ctrl-C, too. */
  private readonly free: AwsAccess;

  constructor(
    private readonly tuned: TunedFunction,
    private readonly aws: AwsAccess,
    private readonly context: Pick<CommandContext, "printAside" | "now" | "wait" | "signal">,
  ) {
    this.mark = markCopy(tuned.name);
    this.free = new AwsAccess(aws.region);
  }

  async prepare(size: TunedSize): Promise<string | undefined> {
    const isFirst = this.versions.size === 0;
    try {
      this.versions.set(formatSize(size), await this.publish(size));
      return undefined;
    } catch (error) {
      // Without the present size or a permission, nothing can be compared.
      if (isFirst || error instanceof AccessDenied || !(error instanceof AwsFailure)) throw error;
      return error.message;
    }
  }

  async send(size: TunedSize): Promise<MeasuredRequest> {
    this.context.signal.throwIfAborted();
    const { event, original } = this.tuned;
    const of = { name: this.nameOf(size), qualifier: this.versions.get(formatSize(size)) };
    const payload = JSON.stringify(event);
    const { answer, hasFailed, log } = await invokeOnce(this.aws, { ...of, payload }, this.context.wait);
    const report = parseReport(log);
    if (!report) {
      const failure = { kind: "error" as const, text: "Lambda sent no report of it" };
      const all = original.timeoutSeconds * 1000;
      return { milliseconds: all, billedMilliseconds: all, memoryUsedMb: size.memoryMb, failure };
    }
    const failure = hasFailed
      ? this.explainFailure(answer, report.memoryUsedMb / size.memoryMb)
      : this.judgeAnswer(answer);
    return { ...report, ...(failure && { failure }) };
  }

  /** Deletes all copies, also after Ctrl-C. Says which ones it could not delete. */
  async close(): Promise<void> {
    for (const name of this.copies.values()) {
      try {
        await this.remove(name);
        this.context.printAside(`Deleted ${name}.`);
      } catch (error) {
        if (!(error instanceof OperationFailure)) throw error;
        this.context.printAside(`${name} is left behind (${error.message}): ${formatDeletion(name, this.aws.region)}`);
      }
    }
  }

  private async publish(size: TunedSize): Promise<string> {
    const { signal, wait } = this.context;
    const name = this.nameOf(size);
    signal.throwIfAborted();
    if (this.copies.has(size.architecture)) await resizeCopy(this.aws, name, size.memoryMb);
    else await this.create(name, size);
    signal.throwIfAborted();
    await waitUntilReady(this.aws, { name }, wait);
    const version = await publishVersion(this.aws, name);
    await waitUntilReady(this.aws, { name, qualifier: version }, wait);
    return version;
  }

  private async create(name: string, size: TunedSize): Promise<void> {
    const { original } = this.tuned;
    await this.clearPlace(name);
    if (!original.isImage) this.zip ??= await downloadZip(original, this.context.signal);
    this.context.signal.throwIfAborted();
    this.copies.set(size.architecture, name);
    // Not ended by Ctrl-C: nobody would know whether there is something to delete.
    await createCopy(this.free, original, { ...size, name, description: this.mark }, this.zip);
  }

  /** Removes what an earlier run has left behind. */
  private async clearPlace(name: string): Promise<void> {
    const found = await findFunction(this.aws, { name });
    if (!found) return;
    const { description, changedAt = 0 } = found;
    if (!isMarked(description, this.tuned.name)) {
      throw new OperationFailure(`${name} exists, and is no copy of ${this.tuned.name}: it is in the way`);
    }
    const longest = STALE_REQUESTS * this.tuned.original.timeoutSeconds * 1000;
    if (this.context.now() - changedAt < Math.max(STALE_MILLISECONDS, longest)) {
      throw new OperationFailure(
        `${name} was used at ${formatUtc(changedAt)} UTC: another run measures, or was killed; if none runs: ${formatDeletion(name, this.aws.region)}`,
      );
    }
    await deleteFunction(this.aws, name);
    this.context.printAside(`Deleted ${name}, which an earlier run had left behind.`);
  }

  private async remove(name: string): Promise<void> {
    const found = await findFunction(this.free, { name });
    // It was never created, or is another run's.
    if (found?.description !== this.mark) return;
    const wait = (milliseconds: number) => this.context.wait(milliseconds, this.free.signal);
    // AWS deletes nothing that it is still changing.
    await waitUntilReady(this.free, { name }, wait).catch(() => undefined);
    await deleteFunction(this.free, name);
    const log = formatDefaultLogGroup(name);
    await deleteLogGroup(this.free, log).catch((error: unknown) => {
      this.context.printAside(`The log ${log} is left behind, if there is one: ${String(error)}`);
    });
  }

  private nameOf({ architecture }: TunedSize): string {
    return formatCopyName(this.tuned.name, architecture);
  }

  private explainFailure(answer: string, memoryShare: number): RequestFailure {
    const parsed = failurePayload.safeParse(parseJson(answer));
    const { errorType, errorMessage } = parsed.data ?? { errorType: "Error", errorMessage: answer };
    if (errorType === "Sandbox.Timedout" || /Task timed out after/.test(errorMessage)) {
      return { kind: "timeout", text: `timed out after ${this.tuned.original.timeoutSeconds} s` };
    }
    const hasEnded = errorType === "Runtime.ExitError" && memoryShare >= ALL_MEMORY_SHARE;
    if (hasEnded || errorType === "Runtime.OutOfMemory") return { kind: "memory", text: "out of memory" };
    const message = errorMessage.replace(/^RequestId: \S+ Error: /, "");
    return { kind: "error", text: toOneLine(`${errorType}: ${message}`, ERROR_CHARACTERS) };
  }

  /** A request that the function answered with an error is no measure of its work. */
  private judgeAnswer(answer: string): RequestFailure | undefined {
    const { event, streams } = this.tuned;
    if (streams) return undefined;
    const result = parseJson(answer);
    const [outcome] = classifyResult(result, event);
    if (outcome?.name === "Successes") return undefined;
    const { statusCode } = Object(result) as { readonly statusCode?: unknown };
    const isStatus = typeof statusCode === "number" || typeof statusCode === "string";
    const text = isStatus ? `answered with status ${statusCode}` : "did not answer as it should";
    return { kind: "error", text: toOneLine(text, ERROR_CHARACTERS) };
  }
}

/** The name of a function's copy. */
function formatCopyName(name: string, architecture: TunedSize["architecture"]): string {
  const suffix = `-tune-${architecture}`;
  return `${name.slice(0, MAX_NAME_LENGTH - suffix.length)}${suffix}`;
}

function markCopy(name: string): string {
  return `Temporary copy of ${name} to measure it; may be deleted (run ${randomBytes(4).toString("hex")})`;
}

function isMarked(description: string, name: string): boolean {
  return description.startsWith(`Temporary copy of ${name} to measure it`);
}

function formatDeletion(name: string, region: string): string {
  return `aws lambda delete-function --function-name ${name} --region ${region}`;
}
