import { setTimeout } from "node:timers/promises";
import { makeFailureResponse, buildEndpointResponse } from "../../../local/endpoint/http-response";
import { buildHttpEvent, type HttpRequest } from "../../../local/endpoint/http-event";
import { type InvocationResult } from "../../../local/lambda/execution-environment";
import { type PlatformRecords } from "../../../local/lambda/platform-records";
import { LambdaServiceError } from "../../../local/lambda/service-errors";
import { type LocalEnvironment } from "../../../local/local-environment";
import { formatDeployedName } from "../../../environments/names";
import { OperationFailure } from "../../cli/operation-failure";
import { type LoadSettings } from "../settings";
import {
  type TargetResponse,
  type Instances,
  type PlatformReport,
  type LoadTarget,
  type WarmingRound,
} from "../target";
import { formatWarmerName, buildWarmingRequest, parseWarmingRound } from "./warming-request";

const TRAFFIC_ALIAS = "live";
const LATEST = "$LATEST";

const POLL_MILLISECONDS = 100;
/** Unused instances end one by one. */
const IDLE_GRACE_SECONDS = 30;

/**
 * A function of an environment that runs in this process. It is invoked without its URL, because each answer then
 * includes the platform's report: whether the request had a cold start, how long that took, and how much memory was
 * used.
 */
export class LocalTarget implements LoadTarget {
  readonly kind = "local";
  readonly tellsReports = true;
  readonly address: string;
  private readonly functionName: string;
  private readonly request: HttpRequest;

  constructor(
    private readonly local: LocalEnvironment,
    private readonly settings: LoadSettings,
  ) {
    const { environment, functionId, path } = settings;
    this.functionName = formatDeployedName(environment.name, functionId);
    this.address = `${this.functionName} on this computer, ${path}`;
    this.request = {
      method: "GET",
      target: path,
      headers: { host: "localhost", "user-agent": "warmwatch-load" },
      protocol: "HTTP/1.1",
      sourceIp: "127.0.0.1",
      body: Buffer.alloc(0),
    };
  }

  async send(): Promise<TargetResponse> {
    try {
      return buildResponse(
        await this.local.invoke(this.functionName, TRAFFIC_ALIAS, buildHttpEvent(this.request, Date.now())),
      );
    } catch (error) {
      if (error instanceof LambdaServiceError) return { status: error.status };
      throw error;
    }
  }

  instances(): Instances {
    const { functions } = this.local.snapshot();
    const { instances = 0, busy = 0 } = functions.find(({ id }) => id === this.settings.functionId) ?? {};
    return { present: instances, busy };
  }

  checkWarmer(): Promise<void> {
    buildWarmingRequest(this.settings.environment, this.settings.functionId, 1);
    return Promise.resolve();
  }

  async warm(instances: number): Promise<WarmingRound> {
    const { environment, functionId } = this.settings;
    const request = buildWarmingRequest(environment, functionId, instances);
    const { payload } = await this.local.invoke(formatWarmerName(environment), LATEST, request);
    return parseWarmingRound(payload);
  }

  async waitUntilIdle(signal: AbortSignal): Promise<void> {
    const seconds = this.settings.idleSeconds + IDLE_GRACE_SECONDS;
    const endsAt = Date.now() + seconds * 1000;
    while (this.instances().present > 0) {
      if (Date.now() > endsAt)
        throw new OperationFailure(`${this.functionName} still has instances after ${seconds} s`);
      await setTimeout(POLL_MILLISECONDS, undefined, { signal });
    }
  }

  close(): Promise<void> {
    return this.local.close();
  }
}

function buildResponse(result: InvocationResult): TargetResponse {
  const report = parseReport(result.logLines);
  const { status } =
    result.functionError === undefined
      ? buildEndpointResponse(result, "function-url")
      : makeFailureResponse("function-url");
  return { status, ...(report && { report }) };
}

function parseReport(logLines: readonly string[]): PlatformReport | undefined {
  // The report is the last of the platform's lines, and the most expensive to parse.
  const line = logLines.findLast((candidate) => candidate.includes('"type":"platform.report"'));
  if (line === undefined) return undefined;
  const { record } = JSON.parse(line) as { readonly record: PlatformRecords["platform.report"] };
  const { initDurationMs, memorySizeMB, maxMemoryUsedMB } = record.metrics;
  return {
    ...(initDurationMs !== undefined && { initMilliseconds: initDurationMs }),
    memoryMb: memorySizeMB,
    usedMemoryMb: maxMemoryUsedMB,
  };
}
