import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AlarmWatch, type OnAlarmChange } from "./cloudwatch/alarm-watch";
import { buildLambdaMetrics } from "./cloudwatch/lambda-metrics";
import { type InsightsRecord } from "./cloudwatch/insights/query";
import { LogMetrics } from "./cloudwatch/log-metrics";
import { LogStore } from "./cloudwatch/log-store";
import { type TimeWindow } from "./cloudwatch/metric-data";
import { computeLookBack, MinuteMetrics } from "./cloudwatch/minute-metrics";
import { Clock } from "./clock";
import { type EndpointHandlers, EndpointServer } from "./endpoint/endpoint-server";
import { TokenBucket } from "./endpoint/token-bucket";
import { LocalEventSources } from "./event-sources";
import { type LocalEvent } from "./events";
import { type FunctionFailure, parseFunctionFailure } from "./function-failure";
import { FunctionFigures, TRAFFIC_ALIAS } from "./figures";
import { type Fault } from "./lambda/fault";
import { type InvocationResult } from "./lambda/execution-environment";
import { checkConfiguration, type FunctionConfiguration } from "./lambda/function-configuration";
import { type InvocationReport } from "./lambda/local-function";
import { type LocalLambda, startLambda } from "./lambda/start-lambda";
import { type OnChunk } from "./lambda/runtime-api";
import { LogFiles } from "./log-files";
import { type Offer } from "./offers";
import { LocalEnvironmentError } from "./problem";
import { QUEUES_PATH } from "./queue/queue-endpoint";
import { Reloader, type ReloadTarget, type ReplacedStack } from "./reload/reloader";
import { ControllerEndpoint } from "./rollouts/controller-endpoint";
import { LocalRollouts } from "./rollouts/local-rollouts";
import { type Running, RunningItems } from "./running-items";
import { buildSampleEvent } from "./sample-events";
import { parseSchedule } from "./schedule/schedule-expression";
import { type InstanceSnapshot, type LocalSnapshot, type RecentTraffic, type RolloutSnapshot } from "./snapshot";
import {
  type LocalStack,
  readLocalStack,
  type ScheduledInvocation,
  type StackFunction,
  type StackInvocation,
} from "./stack/local-stack";
import { type StackDashboard } from "./stack/stack-texts";
import { type FunctionBundle, type SynthesizedStack } from "./stack/synthesize";
import { ZippedCode } from "./stack/zipped-code";
import { isQueuedByLambda } from "../environments/events";
import { type Mistake } from "../environments/mistakes";
import { isFinishedFunction, ROLLOUT_CONTROLLER } from "../environments/names";
import { type Bundle } from "../stacks/bundle";
import { type TemporaryFolder } from "../stacks/temporary-folder";
import { parseLoggedRound } from "./warming-rounds";

import {
  DEFAULT_IDLE_MILLISECONDS,
  type LocalAlarm,
  type LocalEnvironment,
  type LocalEnvironmentOptions,
  type LocalFunctionInfo,
  type LocalQueueInfo,
} from "./contract";

const MINUTE = 60_000;

/** Attributes of functions that change with their code. */
const CODE_KEYS: ReadonlySet<string> = new Set(["filename", "source_code_hash"]);

/** How long metrics are kept to be shown, in milliseconds on the environment's own clock. */
const LONGEST_DASHBOARD = 3 * 60 * MINUTE;

/** A running function. */
interface RunningFunction {
  readonly settings: StackFunction;
  /** Tells its code apart. */
  readonly codeHash: string;
  readonly figures: FunctionFigures;
  readonly logMetrics: LogMetrics;
}

/** An environment that runs on this computer. */
export class RunningEnvironment implements LocalEnvironment, ReloadTarget {
  readonly name: string;
  code: ReadonlyMap<string, FunctionBundle> = new Map();
  private stack: LocalStack;
  private readonly clock: Clock;
  private running: ReadonlyMap<string, RunningFunction> = new Map();
  /** The number of each function's newest version. As in AWS, no number is used again. */
  private readonly versions = new Map<string, number>();
  readonly metrics = new MinuteMetrics();
  readonly faults = new Map<string, Fault>();
  private keptMilliseconds = LONGEST_DASHBOARD;
  private alarmWatch: AlarmWatch;
  private readonly warmings = new RunningItems((scheduled: ScheduledInvocation) => this.prepareWarming(scheduled));
  private readonly sources: LocalEventSources;
  private readonly localRollouts: LocalRollouts;
  private readonly controllerEndpoint: ControllerEndpoint;
  /** Lines have real times: those that functions see and write into them. */
  private readonly logStore = new LogStore();
  private readonly logs: LogFiles | undefined;
  private servers: ReadonlyMap<string, EndpointServer> = new Map();
  /** Of endpoints that were removed: requests may still be answered. */
  private readonly stoppedServers = new Set<EndpointServer>();
  private lambda: LocalLambda | undefined;
  private offered: readonly Offer[] | undefined;
  private reloader: Reloader | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly options: LocalEnvironmentOptions,
    private synthesized: SynthesizedStack,
    private readonly folder: TemporaryFolder,
  ) {
    const { environment, speed = 1, queueFolder = join(folder.path, "queues"), logFolder } = options;
    this.name = environment;
    this.stack = readLocalStack(synthesized, process.env);
    this.clock = new Clock(speed);
    this.alarmWatch = new AlarmWatch([], [], this.metrics, () => undefined);
    this.sources = new LocalEventSources(queueFolder, this.clock, {
      invoke: (functionName, qualifier, event) => this.invoke(functionName, qualifier, event),
      invokeAsynchronously: (...event) => this.lambda?.invokeAsynchronously(...event),
      findId: (functionName) => this.findId(functionName),
      tell: (event) => {
        this.tell(event);
      },
    });
    this.localRollouts = new LocalRollouts(this.clock, {
      invoke: (functionName, input) => this.invoke(functionName, undefined, input),
      describeLive: (functionName) => this.startedLambda.readAlias(functionName, TRAFFIC_ALIAS).description,
      findId: (functionName) => this.findId(functionName),
      queryLogs: (...question) => this.queryLogs(...question),
      tell: (event) => {
        this.tell(event);
      },
      onEnd: (functionName, version) => {
        this.retire(functionName, version).catch(() => undefined);
      },
    });
    this.controllerEndpoint = new ControllerEndpoint({
      queryLogs: (...question) => this.logStore.query(...question, Date.now()),
      metrics: {
        readStatistic: (metric, name, window) => this.metrics.readStatistic(metric, name, this.toOwnMinutes(window)),
      },
      readAlarms: () => this.alarmWatch.states,
    });
    this.logs =
      logFolder === undefined
        ? undefined
        : new LogFiles(logFolder, (message) => {
            this.tell({ kind: "logs-lost", at: this.now(), message });
          });
  }

  /** @throws LocalEnvironmentError if a part of it cannot run here; nothing is left running then */
  static async start(
    options: LocalEnvironmentOptions,
    synthesized: SynthesizedStack,
    folder: TemporaryFolder,
  ): Promise<RunningEnvironment> {
    const environment = new RunningEnvironment(options, synthesized, folder);
    try {
      await environment.begin();
      return environment;
    } catch (error) {
      await environment.close();
      throw error;
    }
  }

  get functions(): readonly LocalFunctionInfo[] {
    const api = `${this.lambda?.url ?? ""}/2015-03-31/functions`;
    return this.stack.functions.map(({ id, name }) => ({
      ...{ id, name, url: this.servers.get(name)?.url },
      invokeUrl: `${api}/${name}:${TRAFFIC_ALIAS}/invocations`,
    }));
  }

  get queues(): readonly LocalQueueInfo[] {
    return this.sources.polledQueues.map((name) => ({ name, url: `${this.lambda?.url ?? ""}${QUEUES_PATH}${name}` }));
  }

  get notes(): readonly string[] {
    return [
      ...this.synthesized.notes,
      ...[...this.code.values()].flatMap(({ bundle }) => bundle.notes),
      ...this.stack.notes,
      ...this.localRollouts.notes,
      ...this.synthesized.foreignEvents.map(({ functionId, event, kind }) => {
        const { invokeUrl = "" } = this.functions.find(({ id }) => id === functionId) ?? {};
        return `events.${event} of ${functionId}: ${kind} does not run on this computer; try one with curl -d @event.json ${invokeUrl}`;
      }),
    ];
  }

  get problem(): readonly Mistake[] | undefined {
    return this.reloader?.problem;
  }

  now(): number {
    return this.clock.now();
  }

  snapshot(): LocalSnapshot {
    return {
      functions: [...this.running.values()].map(({ settings: { id, name }, figures }) => {
        const environments = this.lambda?.listInstances(name) ?? [];
        const busy = environments.filter(({ isBusy }) => isBusy).length;
        return { id, instances: environments.length, busy, ...figures.totals };
      }),
      alarms: Object.entries(this.alarmWatch.states).map(([name, state]) => ({ name, state })),
    };
  }

  recentTraffic(): readonly RecentTraffic[] {
    return [...this.running.values()].map(({ settings: { id }, figures }) => ({ id, ...figures.recent }));
  }

  queryLogs(logGroups: readonly string[], query: string, { from, to }: TimeWindow): InsightsRecord[] {
    const window = { from: this.clock.toRealTime(from), to: this.clock.toRealTime(to) };
    return this.logStore.query(logGroups, query, window, Date.now(), (at) => this.clock.fromRealTime(at));
  }

  get rollouts(): readonly RolloutSnapshot[] {
    return this.localRollouts.snapshots;
  }

  listInstances(): readonly InstanceSnapshot[] {
    return [...this.running.values()].flatMap(({ settings: { id, name } }) =>
      (this.lambda?.listInstances(name) ?? []).map((instance) => ({ ...instance, functionId: id })),
    );
  }

  get dashboards(): readonly StackDashboard[] {
    return this.stack.dashboards;
  }

  get alarms(): readonly LocalAlarm[] {
    const { alarms, compositeAlarms, alarmTexts } = this.stack;
    return [...alarms, ...compositeAlarms].map((one) => ({
      name: one.name,
      text: alarmTexts.get(one.name) ?? "",
      ...("alarm" in one && { alarm: one.alarm }),
    }));
  }

  get offers(): readonly Offer[] {
    return (this.offered ??= this.listOffers());
  }

  private listOffers(): readonly Offer[] {
    const { region, functions } = this.stack;
    const time = new Date(this.now());
    return [
      ...functions
        .filter(({ id }) => !isFinishedFunction(id))
        .map(({ id, endpoint }): Offer => {
          const kind = endpoint ? "request" : "event";
          return { id: `${kind} ${id}`, functionId: id, kind, name: "", sample: endpoint ? "" : "{}" };
        }),
      ...this.sources.listOffers(),
      ...this.synthesized.foreignEvents.map((foreign) => ({
        id: `${foreign.kind} ${foreign.functionId} ${foreign.event}`,
        functionId: foreign.functionId,
        kind: foreign.kind,
        name: foreign.event,
        sample: JSON.stringify(buildSampleEvent(foreign, region, time), undefined, 2),
      })),
    ];
  }

  async send({ functionId, kind, name }: Offer, text: string): Promise<void> {
    try {
      const functionName = this.findName(functionId);
      if (kind === "sqs") this.sources.sendMessage(name, text);
      else if (isQueuedByLambda(kind)) {
        JSON.parse(text);
        this.lambda?.invokeAsynchronously(functionName, TRAFFIC_ALIAS, text);
      } else await this.invoke(functionName, TRAFFIC_ALIAS, JSON.parse(text));
    } catch (error) {
      const { message } = error as Error;
      throw new LocalEnvironmentError(error instanceof SyntaxError ? `it is not JSON: ${message}` : message);
    }
  }

  setFault(functionId: string, fault: Fault | undefined): void {
    this.lambda?.setFault(this.findName(functionId), TRAFFIC_ALIAS, fault);
    if (fault) this.faults.set(functionId, fault);
    else this.faults.delete(functionId);
  }

  invoke(
    functionName: string,
    qualifier: string | undefined,
    payload: unknown,
    onChunk?: OnChunk,
  ): Promise<InvocationResult> {
    return this.startedLambda.invoke(functionName, qualifier, payload, onChunk);
  }

  async runWarmer(strategy = "scheduled"): Promise<void> {
    const { schedules, invocations } = readLocalStack(this.synthesized, process.env, this.versions);
    const wanted = [...schedules, ...invocations].filter(
      ({ input }) => (input as { readonly strategy?: unknown } | null)?.strategy === strategy,
    );
    if (wanted.length === 0)
      throw new LocalEnvironmentError(`${this.name} has nothing to warm by strategy ${strategy}`);
    for (const invocation of wanted) await this.run(invocation);
  }

  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  /**
   * Lets it go on with what is saved.
   *
   * @param root the project's folder, absolute and without symbolic links
   * @param since milliseconds since 1970: what was saved later may not run yet
   */
  watch(root: string, since: number): void {
    const place = { root, environment: this.name, folder: join(this.folder.path, "bundles") };
    this.reloader = new Reloader(this, place, since);
  }

  replaceCode(id: string, bundle: Omit<Bundle, "notes">): boolean {
    const running = this.running.get(this.findName(id));
    if (!running) return false;
    const code = ZippedCode.read(bundle.zipFile);
    const { hash: codeHash } = code;
    const isOther = codeHash !== running.codeHash;
    if (isOther) {
      const settings = { ...running.settings, handler: bundle.handler };
      const configuration = this.prepareVersion(settings, code);
      this.publish(configuration);
      this.running = new Map([...this.running, [settings.name, { ...running, settings, codeHash }]]);
      this.takeOver(settings, configuration.version);
    }
    this.changeBundle(id, bundle);
    return isOther;
  }

  replaceNotes(id: string, notes: readonly string[]): void {
    this.changeBundle(id, { notes });
  }

  async replaceStack(synthesized: SynthesizedStack): Promise<ReplacedStack> {
    const stack = readLocalStack(synthesized, process.env);
    const { region } = this.stack;
    if (stack.region !== region) {
      throw new LocalEnvironmentError(`region: a restart is needed to change it from ${region} to ${stack.region}`);
    }
    const isSame = identifyStack(synthesized) === identifyStack(this.synthesized);
    return { ids: await this.runStack(synthesized, stack), isSame };
  }

  /** Reports nothing while an environment is ending: failures are then a consequence of that. */
  tell(event: LocalEvent): void {
    if (this.closing === undefined) this.options.onEvent?.(event);
  }

  private get startedLambda(): LocalLambda {
    if (!this.lambda) throw new LocalEnvironmentError(`${this.name} does not run yet`);
    return this.lambda;
  }

  private async begin(): Promise<void> {
    const { idleMilliseconds = DEFAULT_IDLE_MILLISECONDS, port = 0 } = this.options;
    const endpoints = this.stack.functions.filter(({ endpoint }) => endpoint).length;
    this.lambda = await startLambda({
      functions: [],
      port: port === 0 ? 0 : port + endpoints,
      region: this.stack.region,
      idleMilliseconds: idleMilliseconds / this.clock.speed,
      clock: this.clock,
      findEventInvokeConfig: (...invoked) => this.sources.findEventInvokeConfig(...invoked),
      onEventEnd: (end) => {
        this.sources.deliver(end);
      },
      onEventLost: (functionName, { message }) => {
        this.tell({ kind: "event-lost", at: this.now(), id: this.findId(functionName), message });
      },
      answerOther: async (...request) =>
        (await this.controllerEndpoint.answer(...request)) ?? (await this.sources.answer(...request)),
      onLog: (line, functionName, logStreamName) => {
        this.takeLine(line, functionName, logStreamName);
      },
      onInvocation: (invocation) => {
        this.takeInvocation(invocation);
      },
    });
    await this.runStack(this.synthesized, this.stack);
    this.clock.repeat(findNextMinute, (due) => {
      // They belong to the minute that ends.
      this.metrics.add(this.sources.measureQueues(due - 1));
      this.alarmWatch.evaluate(due);
      this.metrics.forget(due - this.keptMilliseconds);
    });
  }

  /**
   * Runs a stack. What is the same as before goes on: instances, ports, figures, queues, schedules, states of alarms.
   *
   * @returns the functions with new code or settings, and new ones
   * @throws LocalEnvironmentError if a part of it cannot run here; then, nothing has changed
   */
  private async runStack(synthesized: SynthesizedStack, stack: LocalStack): Promise<readonly string[]> {
    const added = await this.listenForNew(stack.functions);
    try {
      return this.takeStack(synthesized, stack, new Map([...this.servers, ...added]));
    } catch (error) {
      for (const server of added.values()) server.close();
      throw error;
    }
  }

  /**
   * @param listening servers for endpoints
   * @throws LocalEnvironmentError if a part of it cannot run here; then, nothing has changed
   */
  private takeStack(
    synthesized: SynthesizedStack,
    stack: LocalStack,
    listening: ReadonlyMap<string, EndpointServer>,
  ): readonly string[] {
    const { warming = true } = this.options;
    const { running: before } = this;
    const functions = stack.functions.map((settings) => this.prepareFunction(settings, stack));
    const running = new Map(functions.map(({ next }) => [next.settings.name, next]));
    const alarmWatch = this.watchAlarms(stack);
    const takeOthers = [
      this.sources.prepare(stack.events, new Set(running.keys())),
      this.warmings.prepareAll(warming ? stack.schedules : []),
    ];
    const takeRollouts = this.localRollouts.prepare(stack.rollouts);

    // From here on, nothing fails.
    this.synthesized = synthesized;
    this.stack = stack;
    this.code = synthesized.code;
    this.running = running;
    this.servers = new Map([...listening].filter(([name]) => running.get(name)?.settings.endpoint));
    this.alarmWatch = alarmWatch;
    this.keptMilliseconds = Math.max(LONGEST_DASHBOARD, ...stack.alarms.map(({ alarm }) => computeLookBack(alarm)));
    this.offered = undefined;
    const changed = functions.flatMap(({ next: { settings }, configuration }) =>
      configuration ? [{ settings, configuration }] : [],
    );
    for (const { configuration } of changed) this.publish(configuration);
    takeRollouts();
    for (const { settings, configuration } of changed) {
      this.takeOver(settings, configuration.version, !before.has(settings.name));
    }
    for (const [name, { settings }] of before) if (!running.has(name)) this.remove(settings).catch(() => undefined);
    for (const [name, server] of listening) this.changeServer(server, before.get(name), running.get(name));
    for (const takeOver of takeOthers) takeOver();
    for (const { id, name, url } of this.functions) {
      if (!before.has(name)) this.tell({ kind: "function", at: this.now(), id, url });
    }
    return changed.map(({ settings }) => settings.id);
  }

  /** Does what may fail. There is a version to publish if the function is new, or has other code or settings. */
  private prepareFunction(
    settings: StackFunction,
    { metricFilters }: LocalStack,
  ): { readonly next: RunningFunction; readonly configuration?: FunctionConfiguration } {
    const before = this.running.get(settings.name);
    const code = ZippedCode.read(settings.zipFile);
    const filters = metricFilters.filter(({ functionName }) => functionName === settings.name);
    const next = {
      settings,
      codeHash: code.hash,
      figures: before?.figures ?? new FunctionFigures(),
      logMetrics: new LogMetrics(filters.map(({ filter }) => filter)),
    };
    if (before && identifyVersion(before) === identifyVersion(next)) return { next };
    return { next, configuration: this.prepareVersion(settings, code) };
  }

  /** Unpacks a function's next version. */
  private prepareVersion(settings: StackFunction, code: ZippedCode): FunctionConfiguration {
    const { name, variables } = settings;
    const number = (this.versions.get(name) ?? 0) + 1;
    this.versions.set(name, number);
    const version = String(number);
    const codeFolder = join(this.folder.path, "code", name, version);
    const environment = { ...this.buildVariables(settings), ...variables };
    const configuration = { ...settings, version, codeFolder, environment, aliases: [] };
    checkConfiguration(configuration);
    code.unpack(codeFolder);
    return configuration;
  }

  /** Publishes a function's version, to which no alias points yet. */
  private publish(configuration: FunctionConfiguration): void {
    this.startedLambda.deploy(configuration);
  }

  /** Lets a version have a function's requests: at once or, except for the first one, as its rollout says. */
  private takeOver({ name, aliases }: StackFunction, version: string, isFirst = false): void {
    if (!isFirst && this.localRollouts.begin(name, version)) return;
    for (const alias of aliases) this.startedLambda.pointAlias(name, alias, { version });
    // What cannot be removed now goes with the environment's folder.
    this.retire(name).catch(() => undefined);
  }

  /** Ends what no alias points to anymore. */
  private async retire(functionName: string, lost?: string): Promise<void> {
    await removeFolders(await this.startedLambda.retire(functionName, lost));
  }

  /** What a function always has in AWS: credentials, which are made up here, and services, which are local. */
  private buildVariables({ id }: StackFunction): Record<string, string> {
    const { url } = this.startedLambda;
    return {
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL_LAMBDA: url,
      // Calls get an error instead of reaching AWS.
      AWS_ENDPOINT_URL_CLOUDWATCH: url,
      ...(id === ROLLOUT_CONTROLLER && this.controllerEndpoint.buildVariables(url)),
    };
  }

  /** A window of real time on the environment's own clock, in whole minutes. */
  private toOwnMinutes({ from, to }: TimeWindow): TimeWindow {
    const [begin = 0, end = 0] = [from, to].map((at) => Math.floor(this.clock.fromRealTime(at) / MINUTE) * MINUTE);
    return { from: begin, to: end };
  }

  private findId(functionName: string): string {
    return this.running.get(functionName)?.settings.id ?? functionName;
  }

  private async remove({ id, name }: StackFunction): Promise<void> {
    this.faults.delete(id);
    await removeFolders(await this.startedLambda.remove(name));
  }

  private changeBundle(id: string, change: Partial<Bundle>): void {
    const known = this.code.get(id);
    if (known) this.code = new Map([...this.code, [id, { ...known, bundle: { ...known.bundle, ...change } }]]);
  }

  private watchAlarms({ alarms, compositeAlarms }: Pick<LocalStack, "alarms" | "compositeAlarms">): AlarmWatch {
    const onChange: OnAlarmChange = (change) => {
      this.tell({ kind: "alarm", ...change });
    };
    return new AlarmWatch(alarms, compositeAlarms, this.metrics, onChange, this.alarmWatch.states);
  }

  private prepareWarming(scheduled: ScheduledInvocation): () => Running {
    const next = parseSchedule(scheduled.expression, scheduled.timezone, this.now());
    const warm = () => {
      this.run(scheduled).catch((error: unknown) => {
        this.tell({ kind: "warmer-failed", at: this.now(), message: (error as Error).message });
      });
    };
    return () => ({ stop: this.clock.repeat(next, warm) });
  }

  /** Servers for endpoints that have none yet: they get the first free ports. */
  private async listenForNew(functions: readonly StackFunction[]): Promise<ReadonlyMap<string, EndpointServer>> {
    const { port = 0 } = this.options;
    const used = new Set([this.startedLambda, ...this.servers.values()].map(({ url }) => Number(new URL(url).port)));
    const added = new Map<string, EndpointServer>();
    try {
      for (const settings of functions) {
        if (!settings.endpoint || this.servers.has(settings.name)) continue;
        let free = port;
        while (used.has(free)) free++;
        if (port !== 0) used.add(free);
        added.set(settings.name, await EndpointServer.listen(free, this.buildHandlers(settings)));
      }
    } catch (error) {
      for (const server of added.values()) server.close();
      throw error;
    }
    return added;
  }

  private changeServer(server: EndpointServer, before?: RunningFunction, next?: RunningFunction): void {
    if (!next?.settings.endpoint) {
      server.stop();
      this.stoppedServers.add(server);
    } else if (before && JSON.stringify(next.settings.endpoint) !== JSON.stringify(before.settings.endpoint)) {
      server.replace(this.buildHandlers(next.settings));
    }
  }

  private buildHandlers({ id, name, endpoint }: StackFunction): EndpointHandlers {
    const { kind = "function-url", qualifier, throttling, streams = false, routes, cors } = endpoint ?? {};
    const bucket = throttling && new TokenBucket(throttling.rateLimit, throttling.burstLimit);
    return {
      kind,
      routes,
      cors,
      onMalformed: (reason) => {
        this.takeFailure(name, { errorType: "malformed response", errorMessage: reason });
      },
      invoke: (event, onChunk) => this.invoke(name, qualifier, event, streams ? onChunk : undefined),
      mayPass: () => bucket?.take() ?? true,
      now: () => Date.now(),
      onAnswer: ({ ran, ...answer }) => {
        if (ran && answer.status >= 500) this.running.get(name)?.figures.countServerError();
        this.tell({ kind: "request", at: this.now(), id, ...answer });
      },
    };
  }

  /** @throws LocalEnvironmentError if the function failed */
  private async run({ functionName, qualifier, input }: StackInvocation): Promise<void> {
    const { functionError, payload } = await this.invoke(functionName, qualifier, input);
    if (functionError === undefined) return;
    const { errorMessage } = JSON.parse(payload) as { readonly errorMessage?: unknown };
    throw new LocalEnvironmentError(`${functionName}: ${String(errorMessage)}`);
  }

  private takeLine(line: string, functionName: string, logStreamName: string): void {
    this.logs?.add(functionName, line);
    const now = this.now();
    const known = this.running.get(functionName);
    if (known) this.logStore.add(known.settings.logGroup, { at: Date.now(), logStreamName, line });
    this.metrics.add(known?.logMetrics.in(line, now) ?? []);
    if (known?.settings.id === ROLLOUT_CONTROLLER) this.localRollouts.takeLine(line);
    const { strategy = "", targets = [] } = parseLoggedRound(line) ?? {};
    for (const { functionName: warmed, ...result } of targets) {
      this.tell({ kind: "warming-round", at: now, id: this.findId(warmed), strategy, ...result });
    }
  }

  private takeInvocation(invocation: InvocationReport): void {
    const { functionName, codeFolder, ...report } = invocation;
    const { requestId, qualifier, initMilliseconds, errorPayload } = report;
    const known = this.running.get(functionName);
    if (!known) return;
    known.figures.count(invocation);
    this.metrics.add(buildLambdaMetrics(invocation, this.now()));
    this.tell({ kind: "invocation", at: this.now(), id: known.settings.id, ...report });
    if (errorPayload !== undefined) {
      const failure = parseFunctionFailure(errorPayload, codeFolder);
      const isKnown = known.settings.id === ROLLOUT_CONTROLLER && this.localRollouts.tellsKnown(failure.errorMessage);
      if (!isKnown) this.takeFailure(functionName, { ...failure, requestId });
    }
    if (initMilliseconds === undefined) return;
    const forRequest = qualifier === TRAFFIC_ALIAS;
    this.tell({ kind: "cold-start", at: this.now(), id: known.settings.id, initMilliseconds, forRequest });
  }

  private takeFailure(functionName: string, failure: FunctionFailure & { readonly requestId?: string }): void {
    const { id = functionName } = this.running.get(functionName)?.settings ?? {};
    const logFile = this.logs?.openLogFile(functionName);
    this.tell({ kind: "function-failed", at: this.now(), id, ...failure, ...(logFile !== undefined && { logFile }) });
  }

  /** A function's name in AWS. */
  private findName(functionId: string): string {
    const found = this.stack.functions.find(({ id }) => id === functionId);
    if (!found) throw new LocalEnvironmentError(`${this.name} has no function ${functionId}`);
    return found.name;
  }

  private async end(): Promise<void> {
    await this.reloader?.close();
    this.clock.close();
    this.sources.close();
    for (const server of this.servers.values()) server.stop();
    await this.lambda?.close();
    for (const server of [...this.servers.values(), ...this.stoppedServers]) server.close();
    this.logs?.flush();
    this.folder.remove();
  }
}

async function removeFolders(folders: readonly string[]): Promise<void> {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}

/** What a version of a function consists of. */
function identifyVersion({ settings, codeHash }: Pick<RunningFunction, "settings" | "codeHash">): string {
  return JSON.stringify({ ...settings, zipFile: undefined, endpoint: undefined, codeHash });
}

/** What a stack is besides the functions' code. */
function identifyStack({ json }: SynthesizedStack): string {
  return JSON.stringify(json, (key, value: unknown) => (CODE_KEYS.has(key) ? undefined : value));
}

function findNextMinute(after: number): number {
  return (Math.floor(after / MINUTE) + 1) * MINUTE;
}
