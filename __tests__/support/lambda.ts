import { afterEach, jest } from "@jest/globals";
import fs from "node:fs";
import type * as performance from "../../performance";

/** What a function's author imports. */
export type Performance = typeof performance;

const original = { ...process.env };

afterEach(() => {
  process.env = { ...original };
  jest.restoreAllMocks();
});

/** A new execution environment: the modules loaded afresh, with the variables that Lambda sets. */
export function startExecutionEnvironment(variables: Readonly<Record<string, string>> = {}): Performance {
  Object.assign(process.env, {
    AWS_LAMBDA_FUNCTION_NAME: "dev-api",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    ...variables,
  });
  // Each environment is a process of its own.
  process.removeAllListeners("beforeExit");
  let loaded: Performance | undefined;
  jest.isolateModules(() => {
    loaded = jest.requireActual<Performance>("../../performance");
  });
  if (!loaded) throw new Error("not loaded");
  return loaded;
}

/** What was written to standard output: whole text, and how many writes it took. */
export class Stdout {
  text = "";
  writes = 0;
  private readonly writeSync = fs.writeSync;
  private readonly spy = jest.spyOn(fs, "writeSync");

  constructor() {
    this.takeAll();
  }

  /** From now on takes everything. */
  takeAll(): void {
    this.answer((bytes) => bytes.length);
  }

  /** From now on takes as many bytes as `take` says, or throws what it throws. */
  answer(take: (bytes: Buffer) => number): void {
    this.spy.mockImplementation((fd: number, data: string | NodeJS.ArrayBufferView) => {
      if (fd !== 1) return this.writeSync(fd, data as NodeJS.ArrayBufferView);
      this.writes++;
      const bytes = Buffer.from(data as Uint8Array);
      const taken = take(bytes);
      this.text += bytes.subarray(0, taken).toString();
      return taken;
    });
  }

  /** Every line, parsed. */
  get lines(): MetricsLine[] {
    return this.text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as MetricsLine);
  }

  /** The values of one metric, over all lines, with its second dimension where it has one. */
  valuesOf(metric: string): unknown[] {
    return this.lines
      .filter((line) => metric in line)
      .map((line) => line[metric])
      .flat();
  }
}

/** A line of the embedded metric format. */
export type MetricsLine = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

/** The names of the metrics in a line. */
export function listMetricNames(line: MetricsLine | undefined): string[] {
  return line?._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)) ?? [];
}

/** A context as Lambda hands it over. */
export const CONTEXT = {
  awsRequestId: "8f5a3c1e-0000-4000-8000-000000000001",
  functionVersion: "7",
  getRemainingTimeInMillis: () => 10_000,
};

/**
 * A context as Lambda hands it over for an invocation through an alias or a version; undefined for one without a
 * qualifier.
 */
export function makeContext(qualifier: string | undefined): typeof CONTEXT {
  const functionArn = "arn:aws:lambda:us-east-1:123456789012:function:dev-api";
  const invoked = { invokedFunctionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}` };
  return { ...CONTEXT, ...invoked };
}

/** A warming ping, with more fields where a test needs them. */
export function makePing(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { source: "lambda-warmer", warming: true, timestamp: "2026-01-05T10:00:00.000Z", ...more };
}
