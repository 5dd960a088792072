import { randomUUID } from "node:crypto";
import { Clock } from "../clock";
import { findOwnFile } from "../../stacks/own-file";
import { type LocalAlias } from "./alias-endpoint";
import { type AliasTarget } from "./alias-target";
import { DEFAULT_EVENT_INVOKE_CONFIG, type EventEnd, type EventInvokeConfig, EventQueue } from "./event-queue";
import { type ExecutionEnvironmentState } from "./execution-environment-pool";
import { INIT_LIMIT_MILLISECONDS, type InvocationResult } from "./execution-environment";
import { type Fault } from "./fault";
import { formatFunctionArn, type FunctionConfiguration, LATEST } from "./function-configuration";
import { type AnswerOther, InvokeEndpoint } from "./invoke-endpoint";
import { type InvocationReport, LocalFunction } from "./local-function";
import { ProcessGuard } from "./process-guard";
import { type OnChunk } from "./runtime-api";
import { makeFunctionNotFound } from "./service-errors";

/** AWS does not document this; idle environments were observed to end after five to seven minutes. */
const IDLE_MILLISECONDS = 6 * 60_000;

/** What to run, and how. */
export interface LambdaOptions {
  readonly functions: readonly FunctionConfiguration[];
  /**
   * Gets every line of every log: the functions' lines, and Lambda's own in its JSON format. As in AWS, the name of a
   * log's stream contains the version, in brackets.
   */
  readonly onLog?: (line: string, functionName: string, logStreamName: string) => void;
  /** Gets every finished invocation, however it was started. */
  readonly onInvocation?: (invocation: InvocationReport) => void;
  /** What happens to asynchronous events of a function's alias or version; as Lambda does it by default. */
  readonly findEventInvokeConfig?: (
    functionName: string,
    qualifier: string | undefined,
  ) => EventInvokeConfig | undefined;
  /** Gets the end of every asynchronous event. */
  readonly onEventEnd?: (end: EventEnd) => void;
  /** Gets the reason why an asynchronous event was lost: its end could not be kept, or its function is gone. */
  readonly onEventLost?: (functionName: string, error: Error) => void;
  /** On which asynchronous events wait; the real time by default. */
  readonly clock?: Clock;
  /** Answers what is not of the Invoke API at its address. */
  readonly answerOther?: AnswerOther;
  /** How long an unused environment is kept; six minutes by default. */
  readonly idleMilliseconds?: number;
  /** How long a function's code may take to load; ten seconds by default, as in AWS. */
  readonly initLimitMilliseconds?: number;
  /** Where the Invoke API listens; any free port by default. */
  readonly port?: number;
  /** `us-east-1` by default. It is only a name. */
  readonly region?: string;
}

/** AWS Lambda on this computer. */
export interface LocalLambda {
  /** Address of the Invoke API, for AWS_ENDPOINT_URL_LAMBDA. */
  readonly url: string;
  /**
   * Invokes a function without HTTP, and waits for its answer.
   *
   * @param qualifier a version or an alias; the code deployed last by default
   * @param payload an event that JSON can hold
   * @param onChunk gets each part of a streamed response when it arrives; the answer is then without them
   * @throws LambdaServiceError if the function was not run: unknown, throttled, closed
   */
  invoke(name: string, qualifier: string | undefined, payload: unknown, onChunk?: OnChunk): Promise<InvocationResult>;
  /**
   * Hands an event over, and does not wait for the function's answer.
   *
   * @param payload JSON
   * @returns the request's id
   * @throws LambdaServiceError if there is no such function, version or alias
   */
  invokeAsynchronously(name: string, qualifier: string | undefined, payload: string): string;
  /** The execution environments of all versions of a function. */
  listInstances(name: string): ExecutionEnvironmentState[];
  /** Publishes a function's first or next version, and points its aliases to it. */
  deploy(configuration: FunctionConfiguration): void;
  /**
   * Points an alias to another version, or to two.
   *
   * @throws LambdaServiceError if there is no such function or version, or Lambda does not allow the target
   */
  pointAlias(name: string, alias: string, target: AliasTarget): void;
  /** @throws LambdaServiceError if there is no such function or alias */
  readAlias(name: string, alias: string): LocalAlias;
  /**
   * Removes a function's versions that no alias points to, except for the newest one. Idle environments end at once,
   * busy ones after their invocation.
   *
   * @param lost a version that goes even if it is the newest one: no alias is going to point to it
   * @returns the folders with code that nothing runs anymore, when everything has ended
   */
  retire(name: string, lost?: string): Promise<readonly string[]>;
  /**
   * Removes a function. Idle environments end at once, busy ones after their invocation.
   *
   * @returns the folders with code that nothing runs anymore, when everything has ended
   */
  remove(name: string): Promise<readonly string[]>;
  /**
   * Lets what comes through an alias of a function fail on purpose, until it is called without a fault.
   *
   * @throws LambdaServiceError if there is no such function
   */
  setFault(name: string, alias: string, fault: Fault | undefined): void;
  /** Ends every process that was started, even during an invocation, which then fails. */
  close(): Promise<void>;
}

/**
 * Runs functions as Lambda does: real bundles in real processes, each with one invocation at a time, frozen in between.
 * Needs Linux or macOS; the memory limit needs /proc.
 *
 * @throws Error for a configuration that Lambda would refuse
 */
export async function startLambda(options: LambdaOptions): Promise<LocalLambda> {
  const { region = "us-east-1", onLog = () => undefined } = options;
  const guard = new ProcessGuard();
  const settings = {
    region,
    guard,
    bootstrapFile: findOwnFile("local/lambda/bootstrap.mjs"),
    onInvocation: options.onInvocation ?? (() => undefined),
    idleMilliseconds: options.idleMilliseconds ?? IDLE_MILLISECONDS,
    initLimitMilliseconds: options.initLimitMilliseconds ?? INIT_LIMIT_MILLISECONDS,
  };
  const functions = new Map<string, LocalFunction>();
  /** What still runs there may finish. */
  const removed = new Set<LocalFunction>();
  const findFunction = (name: string, qualifier?: string): LocalFunction => {
    const found = functions.get(name);
    if (!found) throw makeFunctionNotFound(formatFunctionArn(region, name, qualifier));
    return found;
  };
  const deploy = (configuration: FunctionConfiguration): void => {
    const { name } = configuration;
    const deployed =
      functions.get(name) ??
      new LocalFunction(name, {
        ...settings,
        onLog: (line, logStreamName) => {
          onLog(line, name, logStreamName);
        },
      });
    deployed.deploy(configuration);
    functions.set(name, deployed);
  };
  const remove = async (name: string): Promise<readonly string[]> => {
    const ending = findFunction(name);
    functions.delete(name);
    removed.add(ending);
    const folders = await ending.remove();
    removed.delete(ending);
    return folders;
  };
  const events = new EventQueue(
    options.clock ?? new Clock(1),
    options.onEventEnd ?? (() => undefined),
    options.onEventLost ?? (() => undefined),
  );
  const invokeAsynchronously = (name: string, qualifier: string | undefined, payload: string): string => {
    const invoked = findFunction(name, qualifier);
    invoked.check(qualifier);
    const requestId = randomUUID();
    events.add({
      requestId,
      functionName: name,
      functionArn: formatFunctionArn(region, name, qualifier ?? LATEST),
      payload,
      config: options.findEventInvokeConfig?.(name, qualifier) ?? DEFAULT_EVENT_INVOKE_CONFIG,
      invoke: () => invoked.invoke({ requestId, qualifier, payload }),
    });
    return requestId;
  };

  try {
    options.functions.forEach(deploy);
  } catch (error) {
    await guard.close();
    throw error;
  }
  const { answerOther = () => Promise.resolve(undefined), port } = options;
  const handlers = { findFunction, invokeAsynchronously, answerOther };
  const endpoint = await InvokeEndpoint.listen(handlers, port).catch(async (error: unknown) => {
    await guard.close();
    throw error;
  });
  const closeAll = async (): Promise<void> => {
    events.close();
    endpoint.stop();
    await Promise.all([...functions.values(), ...removed].map((each) => each.close()));
    await endpoint.close();
    await guard.close();
  };
  let closing: Promise<void> | undefined;
  return {
    url: endpoint.url,
    invoke: async (name, qualifier, payload, onChunk) =>
      findFunction(name, qualifier).invoke({
        qualifier,
        onChunk,
        payload: payload === undefined ? "{}" : JSON.stringify(payload),
      }),
    invokeAsynchronously,
    listInstances: (name) => findFunction(name).instances,
    deploy,
    pointAlias: (name, alias, target) => {
      findFunction(name).pointAlias(alias, target);
    },
    readAlias: (name, alias) => findFunction(name).readAlias(alias),
    retire: (name, lost) => findFunction(name).retire(lost),
    remove,
    setFault: (name, alias, fault) => {
      findFunction(name).setFault(alias, fault);
    },
    close: () => (closing ??= closeAll()),
  };
}
