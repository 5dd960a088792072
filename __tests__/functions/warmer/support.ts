import { InvokeCommand, LambdaClient, type InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, jest } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { type WarmingTarget, type WarmingRecord, type WarmingRequest } from "../../../warming/contract";
import { Warmer } from "../../../functions/warmer/run";
import { type Ping, type PingReply } from "../../../performance/warming";
import { Stdout } from "../../support/lambda";

/** Of time and of requests, in round figures. */
export const PRICE = { perSecond: 0.001, perRequest: 0.01 };

/** A target `dev-api` that three instances are to be kept warm of. */
export function makeTarget(more: Partial<WarmingTarget> = {}): WarmingTarget {
  return { functionName: "dev-api", qualifier: "warm", concurrency: 3, price: PRICE, ...more };
}

/** A scheduled request with these targets. */
export function makeRequest(targets: readonly WarmingTarget[] = [makeTarget()], more: Partial<WarmingRequest> = {}) {
  return { strategy: "scheduled", targets, price: PRICE, ...more } satisfies WarmingRequest;
}

/** What a monitored function answers. */
export function makeReply(more: Partial<PingReply> = {}): PingReply {
  const reply = { warm: true, instanceId: "i-1", cold: false, version: "7", heldMilliseconds: 5, warmUps: [] } as const;
  return { ...reply, ...more };
}

/** How the SDK hands over a function's answer. */
export function makeInvokeOutput(
  answer: unknown,
  more: Partial<InvokeCommandOutput> = {},
): Partial<InvokeCommandOutput> {
  const Payload = Buffer.from(JSON.stringify(answer)) as unknown as InvokeCommandOutput["Payload"];
  return { StatusCode: 200, ExecutedVersion: "7", Payload, ...more };
}

/** An error as the SDK throws it. */
export function makeServiceError(name: string, status = 400, message = "no"): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

/** One invocation, as the mocked Lambda sees it. */
export interface PingInvocation {
  readonly functionName: string;
  readonly qualifier: string;
  readonly ping: Ping;
  /** How many of this function were before. */
  readonly index: number;
}

/** Lambda, mocked: what it was asked, and what it answers. */
export class MockedLambda {
  readonly invocations: PingInvocation[] = [];
  readonly client = mockClient(LambdaClient);

  constructor(answer: (invocation: PingInvocation) => unknown) {
    this.client.on(InvokeCommand).callsFake(async ({ FunctionName, Qualifier, Payload }) => {
      const index = this.of(String(FunctionName)).length;
      const ping = JSON.parse(Buffer.from(Payload ?? []).toString()) as Ping;
      const invocation = { functionName: String(FunctionName), qualifier: String(Qualifier), ping, index };
      this.invocations.push(invocation);
      return answer(invocation);
    });
  }

  /** The invocations of one function. */
  of(functionName: string): PingInvocation[] {
    return this.invocations.filter((invocation) => invocation.functionName === functionName);
  }
}

/** Every ping meets an instance of its own. */
export function answerDistinctly({ index }: Pick<PingInvocation, "index">): Partial<InvokeCommandOutput> {
  return makeInvokeOutput(makeReply({ instanceId: `i-${index}` }));
}

/** An answer that never comes. */
export function waitForever(): Promise<never> {
  return new Promise(() => undefined);
}

let stdout: Stdout | undefined;

/** What was logged in this test: records, and lines with metrics. */
export function readLogged(): { readonly records: readonly WarmingRecord[]; readonly metrics: Stdout["lines"] } {
  const lines = stdout?.lines ?? [];
  return {
    records: lines.filter((line) => !("_aws" in line)),
    metrics: lines.filter((line) => "_aws" in line),
  };
}

beforeEach(() => {
  stdout = new Stdout();
});

afterEach(() => {
  jest.useRealTimers();
});

/** One run of a warmer, which remembers earlier ones, with so much time. */
export function runWarmer(
  request: WarmingRequest,
  { warmer = new Warmer(), seconds = 60 } = {},
): Promise<WarmingRecord> {
  return warmer.run(request, { runId: "run-1", endsAt: Date.now() + seconds * 1000 });
}

/** The only target's result in a record. */
export function takeOnlyResult({ targets }: WarmingRecord): WarmingRecord["targets"][number] {
  const [result] = targets;
  if (!result || targets.length > 1) throw new Error(`expected one target, got ${targets.length}`);
  return result;
}

/** The message of what a promise rejects with. */
export async function readRejection(promise: Promise<unknown>): Promise<string> {
  const failure: unknown = await promise.then(
    () => "resolved",
    (error: unknown) => error,
  );
  return failure instanceof Error ? failure.message : String(failure);
}
