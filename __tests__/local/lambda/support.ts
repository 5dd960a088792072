import { afterEach } from "@jest/globals";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InvocationResult } from "../../../local/lambda/execution-environment";
import { type FunctionConfiguration } from "../../../local/lambda/function-configuration";
import { type LambdaOptions, type LocalLambda, startLambda } from "../../../local/lambda/start-lambda";
import { makeTemporaryFolder } from "../../support/project";

const started: LocalLambda[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((lambda) => lambda.close()));
});

/** Whether this computer tells how much memory a process has. */
export const HAS_PROC = existsSync("/proc/self/status");

/** A function `api`, version 1, with aliases `live` and `warm`, of this code. */
export function makeConfiguration(code: string, more: Partial<FunctionConfiguration> = {}): FunctionConfiguration {
  const codeFolder = makeTemporaryFolder();
  writeFileSync(join(codeFolder, "handler.mjs"), code);
  return {
    name: "api",
    codeFolder,
    version: "1",
    aliases: ["live", "warm"],
    memoryMb: 512,
    timeoutSeconds: 30,
    ...more,
  };
}

/** Lambda with the function of {@link makeConfiguration}; closed after the test. */
export async function startFunction(
  code: string,
  more: Partial<FunctionConfiguration> = {},
  options: Partial<LambdaOptions> = {},
): Promise<StartedFunction> {
  const lines: string[] = [];
  const lambda = await startLambda({
    functions: [makeConfiguration(code, more)],
    onLog: (line) => lines.push(line),
    ...options,
  });
  started.push(lambda);
  return new StartedFunction(lambda, lines);
}

/** What Lambda itself wrote. */
export interface PlatformLine {
  readonly type: string;
  readonly record: Readonly<Record<string, unknown>> & { readonly metrics: Readonly<Record<string, number>> };
}

/** A function, and what it has logged. */
export class StartedFunction {
  constructor(
    readonly lambda: LocalLambda,
    readonly lines: readonly string[],
  ) {}

  /** Invokes it by an alias or a version. */
  invoke(payload: unknown = {}, qualifier = "live"): Promise<InvocationResult> {
    return this.lambda.invoke("api", qualifier, payload);
  }

  /** Invokes it and returns its answer. */
  async ask(payload: unknown = {}, qualifier = "live"): Promise<Readonly<Record<string, unknown>>> {
    return parsePayload(await this.invoke(payload, qualifier));
  }

  /** Processes of its environments, those that are still being started left out. */
  get pids(): number[] {
    return this.lambda.listInstances("api").flatMap(({ pid }) => pid ?? []);
  }

  /** What Lambda has written of one type. */
  recordsOf(type: string): PlatformLine["record"][] {
    return this.lines
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as PlatformLine)
      .filter((line) => line.type === type)
      .map(({ record }) => record);
  }
}

/** The parsed payload of a result. */
export function parsePayload({ payload }: { readonly payload: string }): Readonly<Record<string, unknown>> {
  return JSON.parse(payload) as Readonly<Record<string, unknown>>;
}

/** Whether a process is there. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until something is so; a test's own time limit ends it otherwise. */
export async function waitUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
