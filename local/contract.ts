import { type MetricAlarm } from "./cloudwatch/alarm";
import { type InsightsRecord } from "./cloudwatch/insights/query";
import { type LocalMetric, type MetricSource, type TimeWindow } from "./cloudwatch/metric-data";
import { type LocalEvent } from "./events";
import { type Fault } from "./lambda/fault";
import { type InvocationResult } from "./lambda/execution-environment";
import { type Offer } from "./offers";
import { type InstanceSnapshot, type LocalSnapshot, type RecentTraffic, type RolloutSnapshot } from "./snapshot";
import { type StackDashboard } from "./stack/stack-texts";
import { type Mistake } from "../environments/mistakes";

/** AWS does not document this; idle environments were observed to end after five to seven minutes. */
export const DEFAULT_IDLE_MILLISECONDS = 6 * 60_000;

/** The environment to run on this computer, and how. */
export interface LocalEnvironmentOptions {
  /** The name of a file in `environments/`, without `.tfvars`. */
  readonly environment: string;
  /** The project's folder; the current one by default. */
  readonly root?: string;
  /** The first function's port; the next ones follow. 0, which is the default, selects any free port. */
  readonly port?: number;
  /** How many times faster than real time schedules, idle expiry and alarms run; 1 by default. */
  readonly speed?: number;
  /** How long an unused execution environment is kept, on the environment's own clock; six minutes by default. */
  readonly idleMilliseconds?: number;
  /** Whether schedules start the warmer; they do by default. */
  readonly warming?: boolean;
  /** The folder of the queues' messages, which stay there; a temporary one by default. */
  readonly queueFolder?: string;
  /** The folder for each function's log; none by default. The folder is not removed. */
  readonly logFolder?: string;
  /** Whether what is saved while the environment runs takes over; it does not by default. */
  readonly watch?: boolean;
  /** Gets every event when it happens. */
  readonly onEvent?: (event: LocalEvent) => void;
}

/** A function of the environment. */
export interface LocalFunctionInfo {
  /** Its name in the environment's file; `warmer` for the warmer. */
  readonly id: string;
  /** Its name in AWS. */
  readonly name: string;
  /** Undefined for a function without an endpoint. */
  readonly url: string | undefined;
  /** Its address in Lambda's Invoke API, through the alias of traffic, to which events can be posted. */
  readonly invokeUrl: string;
}

/** An alarm of the environment. */
export interface LocalAlarm {
  /** Its name in AWS. */
  readonly name: string;
  /** What it tells people. */
  readonly text: string;
  /** Missing for one on other alarms. */
  readonly alarm?: MetricAlarm;
}

/** A queue that invokes a function. */
export interface LocalQueueInfo {
  /** Its name in AWS. */
  readonly name: string;
  /** The address to which messages can be posted. */
  readonly url: string;
}

/** An environment that runs on this computer. */
export interface LocalEnvironment {
  readonly name: string;
  /** Notes about the functions' code, and about what is different here, one per line. */
  readonly notes: readonly string[];
  readonly functions: readonly LocalFunctionInfo[];
  /** The queues that invoke functions. */
  readonly queues: readonly LocalQueueInfo[];
  /** What is wrong with what was saved last, while what was saved before goes on; undefined if nothing is. */
  readonly problem: readonly Mistake[] | undefined;
  /** The environment's own time, in milliseconds since 1970. */
  now(): number;
  snapshot(): LocalSnapshot;
  /** The latest requests of every function. */
  recentTraffic(): readonly RecentTraffic[];
  /** The last rollout of each function that has had one since the environment started. */
  readonly rollouts: readonly RolloutSnapshot[];
  /** The execution environments of all functions. */
  listInstances(): readonly InstanceSnapshot[];
  /** The metrics of the last three hours. */
  readonly metrics: MetricSource & { readonly list: () => readonly LocalMetric[] };
  readonly dashboards: readonly StackDashboard[];
  readonly alarms: readonly LocalAlarm[];
  /** What can be sent to functions. */
  readonly offers: readonly Offer[];
  /**
   * Sends an event or a message that is offered. Requests are sent to the function's URL instead.
   *
   * @param text the event, JSON, or the message
   * @returns when it has been handed over, or, where a caller would wait, when the function has ended, failed or not
   * @throws LocalEnvironmentError if it cannot be sent
   */
  send(offer: Offer, text: string): Promise<void>;
  /**
   * Lets a function's requests and events fail on purpose, until it is called without a fault. Pings are answered.
   *
   * @param functionId its name in the environment's file
   */
  setFault(functionId: string, fault: Fault | undefined): void;
  /** How functions fail on purpose, by their names in the environment's file. */
  readonly faults: ReadonlyMap<string, Fault>;
  /**
   * What CloudWatch Logs Insights would answer about the functions' logs: of each one, the last lines, up to about 20
   * million characters and a day of real time. Logs that are not here have no lines.
   *
   * @param logGroups their names in AWS
   * @param window on the environment's own clock, as are the answer's times
   * @throws InsightsQueryError for a query that is not valid, or not supported here
   */
  queryLogs(logGroups: readonly string[], query: string, window: TimeWindow): InsightsRecord[];
  /**
   * Invokes a function and waits for its answer.
   *
   * @param functionName the function's name in AWS
   * @param qualifier an alias or a version
   * @throws LambdaServiceError if the function was not run: unknown, throttled, closed
   */
  invoke(functionName: string, qualifier: string, payload: unknown): Promise<InvocationResult>;
  /**
   * Starts the warmer as its schedules would, now, and waits until it has finished.
   *
   * @param strategy a schedule's strategy, or `gate` for a deployment's gate; `scheduled` by default
   * @throws LocalEnvironmentError if the stack has nothing for that strategy, or the warmer failed
   */
  runWarmer(strategy?: string): Promise<void>;
  /** Ends everything that was started, and removes everything that was written, except logs. */
  close(): Promise<void>;
}
