import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";
import { type Construct } from "constructs";
import { PLATFORM_METRICS, formatPlatformNamespace, type PlatformMetricName } from "../../performance/metrics";
import { listPlatformMetrics } from "../../model/platform-metrics";
import { type LogFormat, type WatchedFunction } from "../../model/watched-function";

interface Filter {
  readonly pattern: string;
  /** A field of what the pattern matched, or a number. */
  readonly value: string;
}

/**
 * Platform reports in the text format, separated by white space. They have no fixed length: fields that exist only for
 * a cold start are at the end. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
const TEXT_REPORT =
  'report = REPORT, a = "RequestId:", id, b = "Duration:", duration, c, d = Billed, e = "Duration:", billed, f, g = Memory, h = "Size:", size, i, j = Max, k = Memory, l = "Used:", used';

/**
 * How a function's log becomes metrics, by its format: no layer, and no cost per request. Only counts have a default
 * value: an average would treat it as a measurement.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export const FILTERS: Readonly<Record<LogFormat, Readonly<Record<PlatformMetricName, Filter>>>> = {
  json: {
    InitDuration: {
      pattern: '{ $.type = "platform.report" && $.record.metrics.initDurationMs = * }',
      value: "$.record.metrics.initDurationMs",
    },
    MaxMemoryUsed: {
      pattern: '{ $.type = "platform.report" && $.record.metrics.maxMemoryUsedMB = * }',
      value: "$.record.metrics.maxMemoryUsedMB",
    },
    MemorySize: {
      pattern: '{ $.type = "platform.report" && $.record.metrics.memorySizeMB = * }',
      value: "$.record.metrics.memorySizeMB",
    },
    Timeouts: { pattern: '{ $.type = "platform.report" && $.record.status = "timeout" }', value: "1" },
  },
  text: {
    InitDuration: { pattern: `[${TEXT_REPORT}, m, n = Init, o = "Duration:", init, ...]`, value: "$init" },
    MaxMemoryUsed: { pattern: `[${TEXT_REPORT}, ...]`, value: "$used" },
    MemorySize: { pattern: `[${TEXT_REPORT}, ...]`, value: "$size" },
    Timeouts: { pattern: '"Task timed out after"', value: "1" },
  },
};

/**
 * Turns the platform's reports in a function's log into metrics.
 *
 * @param logGroup the name of the log group, which exists when Terraform creates the filters
 */
export function addPlatformMetrics(scope: Construct, watched: WatchedFunction, logGroup: string): void {
  for (const metric of listPlatformMetrics(watched)) {
    const { pattern, value } = FILTERS[watched.logFormat][metric];
    const id = toKebabCase(metric);
    new CloudwatchLogMetricFilter(scope, id, {
      name: `platform-${id}`,
      logGroupName: logGroup,
      pattern,
      metricTransformation: {
        name: metric,
        namespace: formatPlatformNamespace(watched.name),
        value,
        unit: PLATFORM_METRICS[metric].unit,
      },
    });
  }
}

/** `InitDuration` is `init-duration`. */
function toKebabCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
