import { randomBytes, randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { type LocalAlias, type AliasedFunction } from "./alias-endpoint";
import { type AliasTarget, checkAliasTarget, chooseVersion, listVersions } from "./alias-target";
import { ExecutionEnvironmentPool, type ExecutionEnvironmentState } from "./execution-environment-pool";
import { type ExecutionEnvironmentSettings, type InvocationResult } from "./execution-environment";
import { checkConfiguration, formatFunctionArn, type FunctionConfiguration, LATEST } from "./function-configuration";
import { type Fault } from "./fault";
import { type OnChunk } from "./runtime-api";
import { makeFunctionNotFound, LambdaServiceError, makeTooManyRequests } from "./service-errors";

/** What all functions share. */
export interface LocalFunctionSettings extends Omit<ExecutionEnvironmentSettings, "configuration" | "version"> {
  readonly idleMilliseconds: number;
  /** Gets every finished invocation. */
  readonly onInvocation: (invocation: InvocationReport) => void;
}

/** The result of an invocation, as far as Lambda's own metrics show it. */
export interface InvocationReport {
  readonly functionName: string;
  readonly requestId: string;
  /** As passed by the caller. */
  readonly qualifier: string | undefined;
  /** Where the code of the version is that ran, or would have run. */
  readonly codeFolder: string;
  /** The version behind an alias that ran; undefined for another qualifier, and if it was throttled. */
  readonly executedVersion?: string;
  readonly outcome: "success" | "error" | "throttled";
  /** Number of running invocations of the function when it began, including itself. */
  readonly concurrent: number;
  /** How long the caller waited, including the start. */
  readonly waitedMilliseconds: number;
  /** Without the start; undefined if it was throttled. */
  readonly milliseconds?: number;
  /** Duration of the start of the environment that was started for it. */
  readonly initMilliseconds?: number;
  /** The payload that a failed function's caller got, JSON. */
  readonly errorPayload?: string;
  /** The version that ran; undefined if it was throttled. */
  readonly version?: string;
  /** The id of the execution environment that answered; undefined if it was throttled. */
  readonly instanceId?: string;
  /** What was logged; undefined if it was throttled. */
  readonly logLines?: readonly string[];
}

/** An invocation as a caller requests it. */
export interface InvocationRequest {
  /** A new one by default; retries of an event keep theirs. */
  readonly requestId?: string;
  /** A version, an alias, or `$LATEST`, which is the default. */
  readonly qualifier?: string;
  /** The event, JSON. */
  readonly payload: string;
  /** JSON. */
  readonly clientContext?: string;
  /** Gets each part of a streamed response when it arrives. */
  readonly onChunk?: OnChunk | undefined;
}

/** One function: its versions, each with its own execution environments, and its aliases. */
export class LocalFunction implements AliasedFunction {
  private readonly pools = new Map<string, ExecutionEnvironmentPool>();
  private readonly aliases = new Map<string, LocalAlias>();
  /** The number of the version that was published last. */
  private newest: string | undefined;
  /** By alias. */
  private readonly faults = new Map<string, Fault>();
  private reservedConcurrency = Infinity;
  private running = 0;
  private isClosed = false;
  /** Nothing is invoked there anymore, but what still runs may finish: each with when it has ended. */
  private readonly retired = new Map<ExecutionEnvironmentPool, Promise<void>>();

  constructor(
    private readonly name: string,
    private readonly settings: LocalFunctionSettings,
  ) {}

  /** The execution environments of all versions. */
  get instances(): ExecutionEnvironmentState[] {
    return [...this.pools.values(), ...this.retired.keys()].flatMap(({ instances }) => instances);
  }

  /**
   * Publishes a version. Environments of earlier versions stay, and only those of `$LATEST` are replaced.
   *
   * @throws Error for what Lambda does not allow, and for a version that already exists
   */
  deploy(configuration: FunctionConfiguration): void {
    checkConfiguration(configuration);
    const { version, aliases = [], reservedConcurrency = Infinity } = configuration;
    if (this.pools.has(version)) throw new Error(`function ${this.name}: version ${version} already exists`);
    this.pools.set(version, this.makePool(configuration, version));
    this.newest = version;
    const latest = this.pools.get(LATEST);
    if (latest) this.retired.set(latest, latest.retire());
    this.pools.set(LATEST, this.makePool(configuration, LATEST));
    this.reservedConcurrency = reservedConcurrency;
    for (const alias of aliases) this.pointAlias(alias, { version });
  }

  /**
   * Points an alias to another version, or creates it.
   *
   * @throws LambdaServiceError if there is no such version, or Lambda does not allow the target
   */
  pointAlias(name: string, target: AliasTarget): void {
    this.setAlias(name, target, this.aliases.get(name)?.description ?? "");
  }

  /** @throws LambdaServiceError if there is no such alias */
  readAlias(name: string): LocalAlias {
    const alias = this.aliases.get(name);
    if (alias) return alias;
    const arn = formatFunctionArn(this.settings.region, this.name, name);
    throw new LambdaServiceError("ResourceNotFoundException", 404, `Cannot find alias arn: ${arn}`);
  }

  /**
   * Changes an alias as Lambda's UpdateAlias does.
   *
   * @param change with a revision, only if the alias still has that one
   * @throws LambdaServiceError if there is no such alias or version, or if Lambda does not allow the change
   */
  changeAlias(name: string, change: Partial<LocalAlias>): LocalAlias {
    const known = this.readAlias(name);
    const { version, additionalWeights, description, revisionId } = { ...known, ...change };
    if (revisionId !== known.revisionId) {
      const message = "The Revision Id provided does not match the latest Revision Id.";
      throw new LambdaServiceError("PreconditionFailedException", 412, message);
    }
    return this.setAlias(name, { version, additionalWeights }, description);
  }

  /**
   * Removes the versions that no alias points to, except for the newest one. Idle environments end at once, busy ones
   * after their invocation.
   *
   * @param lost a version that goes even if it is the newest one: no alias is going to point to it
   * @returns the folders with code that nothing runs anymore, when everything has ended
   */
  async retire(lost?: string): Promise<readonly string[]> {
    const newest = this.newest === lost ? LATEST : this.newest;
    const used = new Set([LATEST, newest, ...[...this.aliases.values()].flatMap(listVersions)]);
    for (const [version, pool] of this.pools) {
      if (used.has(version)) continue;
      this.pools.delete(version);
      this.retired.set(pool, pool.retire());
    }
    const retired = new Map(this.retired);
    await Promise.all(retired.values());
    for (const pool of retired.keys()) this.retired.delete(pool);
    const left = [...this.pools.values(), ...this.retired.keys()].map(({ codeFolder }) => codeFolder);
    const folders = new Set([...retired.keys()].map(({ codeFolder }) => codeFolder));
    return [...folders].filter((folder) => !left.includes(folder));
  }

  /**
   * Removes all versions and aliases. Idle environments end at once, busy ones after their invocation.
   *
   * @returns the folders with code that nothing runs anymore, when everything has ended
   */
  remove(): Promise<readonly string[]> {
    this.aliases.clear();
    for (const pool of this.pools.values()) this.retired.set(pool, pool.retire());
    this.pools.clear();
    return this.retire();
  }

  /** Lets what comes through an alias fail on purpose, until it is called without a fault. */
  setFault(alias: string, fault: Fault | undefined): void {
    if (fault) this.faults.set(alias, fault);
    else this.faults.delete(alias);
  }

  /** @throws LambdaServiceError if there is no such version or alias */
  check(qualifier?: string): void {
    this.findPool(qualifier);
  }

  /**
   * Invokes the function and waits for its answer. A failure of the function is also an answer.
   *
   * @throws LambdaServiceError if the function was not run
   */
  async invoke(request: InvocationRequest): Promise<InvocationResult> {
    const { qualifier, requestId = randomUUID(), payload, clientContext, onChunk } = request;
    const pool = this.findPool(qualifier);
    const { codeFolder } = pool;
    if (this.isClosed) throw new LambdaServiceError("ServiceException", 500, "the local Lambda has been closed");
    const fault = this.faults.get(qualifier ?? LATEST);
    if (this.running >= this.reservedConcurrency || fault === "throttle") {
      const common = { requestId, qualifier, codeFolder };
      this.report({ ...common, outcome: "throttled", concurrent: this.running, waitedMilliseconds: 0 });
      throw makeTooManyRequests();
    }
    const concurrent = ++this.running;
    const startedAt = performance.now();
    try {
      const result = await pool.invoke({
        requestId,
        payload,
        qualifier,
        invokedFunctionArn: formatFunctionArn(this.settings.region, this.name, qualifier),
        traceId: makeTraceId(),
        clientContext,
        onChunk,
        fault,
      });
      const { milliseconds, initMilliseconds, functionError, executedVersion, instanceId, logLines } = result;
      const waitedMilliseconds = performance.now() - startedAt;
      const outcome = functionError === undefined ? "success" : "error";
      const errorPayload = functionError === undefined ? undefined : result.payload;
      const isThroughAlias = qualifier !== undefined && this.aliases.has(qualifier);
      this.report({
        ...{
          requestId,
          qualifier,
          codeFolder,
          outcome,
          concurrent,
          waitedMilliseconds,
          milliseconds,
          initMilliseconds,
        },
        ...{ version: executedVersion, instanceId, logLines },
        ...(isThroughAlias && { executedVersion }),
        ...(errorPayload !== undefined && { errorPayload }),
      });
      return result;
    } finally {
      this.running--;
    }
  }

  /** Ends all environments, including those that are handling an invocation. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.pools.values(), ...this.retired.keys()].map((pool) => pool.close()));
  }

  private setAlias(name: string, target: AliasTarget, description: string): LocalAlias {
    checkAliasTarget(target);
    for (const version of listVersions(target)) {
      if (!this.pools.has(version)) {
        throw makeFunctionNotFound(formatFunctionArn(this.settings.region, this.name, version));
      }
    }
    const alias = { ...target, description, revisionId: randomUUID() };
    this.aliases.set(name, alias);
    return alias;
  }

  private report(invocation: Omit<InvocationReport, "functionName">): void {
    this.settings.onInvocation({ functionName: this.name, ...invocation });
  }

  private makePool(configuration: FunctionConfiguration, version: string): ExecutionEnvironmentPool {
    const settings = {
      ...this.settings,
      configuration: { ...configuration, codeFolder: resolve(configuration.codeFolder) },
      version,
    };
    return new ExecutionEnvironmentPool(settings, this.settings.idleMilliseconds);
  }

  private findPool(qualifier = LATEST): ExecutionEnvironmentPool {
    const target = this.aliases.get(qualifier);
    const pool = this.pools.get(target ? chooseVersion(target, Math.random()) : qualifier);
    if (!pool) throw makeFunctionNotFound(formatFunctionArn(this.settings.region, this.name, qualifier));
    return pool;
  }
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function makeTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const hex = (bytes: number) => randomBytes(bytes).toString("hex");
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=0`;
}
