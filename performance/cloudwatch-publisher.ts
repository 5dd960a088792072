import type * as sdk from "@aws-sdk/client-cloudwatch";
import {
  type CloudWatchClient,
  type CloudWatchServiceException,
  type Dimension,
  type MetricDatum,
} from "@aws-sdk/client-cloudwatch";
import { toOneLine } from "./foreign-text";
import { functionName } from "./instance";
import {
  type Datum,
  FUNCTION_NAME,
  type MetricDefinition,
  type MetricName,
  METRICS,
  NAMESPACE,
  type Publisher,
} from "./metrics";
import { OTHER } from "./names";
import { writeLines } from "./stdout";

/**
 * Publishes metrics by calling PutMetricData, for log classes from which CloudWatch makes no metrics. Limits are those
 * of that call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 *
 * Not in index.ts: esbuild would put the SDK into the package of every function, including those that never call this.
 */

/** How metrics are sent to CloudWatch. Everything has a default. */
export interface CloudWatchOptions {
  /**
   * Maximum number of data in one call, from 3 to CloudWatch's limit of 1,000; when this many have collected, a call
   * starts. A datum holds up to 150 different values of one metric with one set of dimensions; a function has about
   * five, and one more per operation. 20 by default: at most about 50 KB, of the 1 MB that a call may have.
   */
  readonly maxDataPerRequest?: number;
  /**
   * Seconds after which a request starts a call with what has collected. Values share the time of the first of them, so
   * a value may seem older by up to this time. 60 by default, because CloudWatch keeps these metrics by the minute:
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
   */
  readonly maxAgeSeconds?: number;
  /**
   * Maximum number of different values kept while CloudWatch cannot be reached; further values are dropped, unless
   * equal to one that is kept. 10,000 by default: less than 1 MB of memory, for thousands of requests.
   */
  readonly maxBufferedValues?: number;
  /**
   * Number of tries per call, 1 or more, with pauses that the SDK chooses; after that, data is retried with the next
   * call. 3 by default, as in the SDK: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
   */
  readonly maxAttempts?: number;
  /**
   * Timeout in milliseconds for connecting, and for waiting for an answer: a connection that was frozen with the
   * instance may never give one. 2,000 by default, many times what a call takes; the SDK's default is to wait forever.
   */
  readonly timeoutMilliseconds?: number;
  /** URL of another endpoint, such as a VPC's; by default `AWS_ENDPOINT_URL`, or the region's endpoint. */
  readonly endpoint?: string;
}

/** A publisher that can send what has collected on request. */
export interface CloudWatchPublisher extends Publisher {
  /** Sends everything now. Resolves when CloudWatch has it or cannot be reached; never rejects. */
  flush(): Promise<void>;
}

/** Values of one metric that are sent together, each with the number of times it occurred. */
interface Gathered {
  readonly name: MetricName;
  readonly dimension: string;
  readonly timestamp: number;
  readonly counts: Map<number, number>;
}

const MIN_DATA = 3; // A value with its total, and the count of dropped values.
const MAX_DATA = 1000;
const MAX_VALUES = 150;
const MAX_MAGNITUDE = 2 ** 360;

/**
 * A publisher that sends metrics to CloudWatch's API: `monitor(handler, { publisher: cloudWatch() })`. The function
 * needs the permission `cloudwatch:PutMetricData`.
 *
 * No request waits for it: a call runs while the handler runs, and continues with the next request if Lambda freezes
 * the instance in between. Unsent values are retried, so a value whose answer got lost may count twice. Lost values are
 * counted as `DroppedMetrics`, and logged.
 *
 * The first call loads the AWS SDK: tens of milliseconds of computing, which a warm-up can do beforehand: `preload: {
 * cloudWatch: () => import("@aws-sdk/client-cloudwatch") }`. A handler with a callback should set
 * `context.callbackWaitsForEmptyEventLoop` to false, or Lambda waits for a running call before it answers.
 *
 * When Lambda ends the instance, everything is sent if Lambda announces this with SIGTERM. It does so only for a
 * function with an extension, half a second before the end. Without one, what has collected since the last call is
 * lost. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export function cloudWatch(options: CloudWatchOptions = {}): CloudWatchPublisher {
  const { maxBufferedValues = 10_000, maxAttempts = 3, timeoutMilliseconds = 2000, endpoint } = options;
  const maxData = Math.min(Math.max(options.maxDataPerRequest ?? 20, MIN_DATA), MAX_DATA);
  const maxAge = (options.maxAgeSeconds ?? 60) * 1000;

  let waiting: Gathered[] = [];
  /** Waiting data that still accept values. */
  const open = new Map<string, Gathered>();
  /** Number of different values in memory, including those being sent. */
  let buffered = 0;
  /** What has collected since the last flush began: the number of data, and the time of the first. */
  let size = 0;
  let since: number | undefined;

  let dropped = 0;
  let unlogged = 0;
  let reason: string | undefined;
  let failure: string | undefined;

  let running: Promise<void> | undefined;
  let client: CloudWatchClient | undefined;

  function drop(values: number, why: string): void {
    dropped += values;
    unlogged += values;
    reason = why;
  }

  function gather({ name, values, dimension = OTHER }: Datum, now: number): void {
    for (const exact of values) {
      const value = Math.round(exact * 1000) / 1000;
      if (!(Math.abs(value) <= MAX_MAGNITUDE)) {
        drop(1, "not a finite number");
        continue;
      }
      const datum = findDatum(value, name, dimension, now);
      if (datum) datum.counts.set(value, (datum.counts.get(value) ?? 0) + 1);
      else drop(1, failure ?? "more than maxBufferedValues");
    }
  }

  /** The datum for a value; undefined if there is no room for another one. */
  function findDatum(value: number, name: MetricName, dimension: string, now: number): Gathered | undefined {
    const key = `${name} ${dimension}`;
    let datum = open.get(key);
    if (datum && now - datum.timestamp > maxAge) datum = undefined;
    if (datum?.counts.has(value)) return datum;
    if (buffered >= maxBufferedValues) return undefined;
    if (!datum || datum.counts.size >= MAX_VALUES) {
      datum = { name, dimension, timestamp: now, counts: new Map() };
      size += listDimensionSets(datum).length;
      open.set(key, datum);
      waiting.push(datum);
    }
    buffered++;
    return datum;
  }

  function takeWaiting(): Gathered[] {
    const taken = waiting;
    waiting = [];
    open.clear();
    size = 0;
    since = undefined;
    return taken;
  }

  function release(data: readonly Gathered[]): void {
    buffered -= sum(data.map(({ counts }) => counts.size));
  }

  function log(): void {
    const line = { level: "WARN", message: "metrics dropped", values: unlogged, reason };
    if (unlogged > 0 && writeLines(`${JSON.stringify(line)}\n`)) unlogged = 0;
  }

  async function send(data: MetricDatum[]): Promise<void> {
    const loaded: typeof sdk & { readonly default?: typeof sdk } = await import("@aws-sdk/client-cloudwatch");
    // For a CommonJS package in a separate file, esbuild exports only the default.
    const { CloudWatchClient, PutMetricDataCommand } = loaded.default ?? loaded;
    client ??= new CloudWatchClient({
      endpoint,
      maxAttempts,
      retryMode: "standard",
      requestHandler: { connectionTimeout: timeoutMilliseconds, socketTimeout: timeoutMilliseconds },
    });
    await client.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData: data }));
  }

  async function sendAll(): Promise<void> {
    const due = takeWaiting();
    while (due.length > 0) {
      const told = dropped;
      const data = told > 0 ? buildMetricData(makeDroppedMetrics(told)) : [];
      const batch: Gathered[] = [];
      for (const datum of due) {
        const more = buildMetricData(datum);
        if (data.length + more.length > maxData) break;
        data.push(...more);
        batch.push(datum);
      }
      due.splice(0, batch.length);
      try {
        await send(data);
        dropped -= told;
        failure = undefined;
      } catch (error) {
        failure = describe(error);
        if (!isRefusal(error)) {
          // The ones behind it get their turn before it is retried.
          waiting = [...due, ...batch, ...waiting];
          break;
        }
        drop(sum(batch.map(countValues)), failure);
      }
      release(batch);
    }
    log();
  }

  function start(): Promise<void> {
    return (running ??= sendAll().finally(() => {
      running = undefined;
    }));
  }

  async function flush(): Promise<void> {
    if (running) await running;
    await start();
  }

  async function end(): Promise<void> {
    await flush();
    const lost = takeWaiting();
    drop(sum(lost.map(countValues)), failure ?? "shut down");
    release(lost);
    log();
  }

  registerShutdown(end);
  return {
    begin() {
      if (size >= maxData || (since !== undefined && Date.now() - since >= maxAge)) void start();
    },
    publish(data) {
      const now = Date.now();
      since ??= now;
      try {
        for (const datum of data) gather(datum, now);
      } catch (error) {
        drop(1, describe(error));
      }
      if (size >= maxData) void start();
    },
    flush,
  };
}

function buildMetricData(datum: Gathered): MetricDatum[] {
  const { name, timestamp, counts } = datum;
  return listDimensionSets(datum).map((Dimensions) => ({
    MetricName: name,
    Dimensions,
    Unit: METRICS[name].unit,
    Timestamp: new Date(timestamp),
    Values: [...counts.keys()],
    Counts: [...counts.values()],
  }));
}

function listDimensionSets({ name, dimension }: Gathered): Dimension[][] {
  const { dimension: second, total }: MetricDefinition = METRICS[name];
  const own = [{ Name: FUNCTION_NAME, Value: functionName }];
  if (!second) return [own];
  const both = [...own, { Name: second, Value: dimension }];
  return total ? [own, both] : [both];
}

function makeDroppedMetrics(values: number): Gathered {
  return { name: "DroppedMetrics", dimension: OTHER, timestamp: Date.now(), counts: new Map([[values, 1]]) };
}

/** How many values are lost with a datum; for a datum that counts losses, those that it would have reported. */
function countValues({ name, counts }: Gathered): number {
  return sum([...counts].map(([value, count]) => (name === "DroppedMetrics" ? value * count : count)));
}

/** Whether a retry is useless: CloudWatch answered that the call is wrong, not that CloudWatch is too busy. */
function isRefusal(error: unknown): boolean {
  try {
    const { name = "", $metadata } = error as Partial<CloudWatchServiceException>;
    const status = $metadata?.httpStatusCode ?? 0;
    return status >= 400 && status < 500 && status !== 429 && !/throttl|limit|timeout/i.test(name);
  } catch {
    return false;
  }
}

function describe(error: unknown): string {
  try {
    return toOneLine(`${(error as Error).name}: ${(error as Error).message}`);
  } catch {
    return "unknown";
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const ends: (() => Promise<void>)[] = [];

function registerShutdown(end: () => Promise<void>): void {
  // Comes before all others, so that a listener that runs only once can still be counted.
  if (ends.push(end) === 1) process.prependListener("SIGTERM", shutDown);
}

function shutDown(): void {
  const alone = process.listenerCount("SIGTERM") === 1;
  void Promise.all(ends.map((end) => end())).then(() => {
    if (!alone) return;
    // A listener suspends the signal's default action. If there is no other listener, trigger it now.
    process.off("SIGTERM", shutDown);
    process.kill(process.pid, "SIGTERM");
  });
}
