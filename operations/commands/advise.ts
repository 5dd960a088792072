import { makeEmpirical } from "../../advisor/distribution";
import { makeInvalidInput } from "../../environments/mistakes";
import { MEMORY_MB } from "../../environments/platform";
import { advise } from "../advise/advise";
import { defineCommand } from "../cli/define-command";
import { reportUnread } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, makeChoiceParser, makeIntegerParser, makeListParser, readEnvironment } from "../cli/input";

const parseDurations = makeListParser(900_000);

export default defineCommand({
  parameters: (command) =>
    command
      .argument("[environment]", `${ENVIRONMENT_HELP}; not needed with --trace`)
      .argument("[function]", "its name in the environment's file; all by default")
      .option("--trace <file>", "traffic from a file instead of CloudWatch: CSV, or what AWS exports")
      .option(
        "--memory-mb <megabytes>",
        "memory of a trace's function, from 128 to 10240; by default from its file, or 512",
        makeIntegerParser(MEMORY_MB.least, MEMORY_MB.most),
      )
      .option(
        "--architecture <name>",
        "architecture of a trace's function: arm64 or x86_64",
        makeChoiceParser(["arm64", "x86_64"]),
      )
      .option(
        "--duration-ms <list>",
        "durations of a trace that has none: ascending, equally likely values from 0 to 900000",
        parseDurations,
      )
      .option(
        "--init-ms <list>",
        "durations of starts of a trace's function: ascending, equally likely values from 0 to 900000",
        parseDurations,
      )
      .option(
        "--fit",
        "learn from each function's log how AWS treats it, instead of using assumptions; reading costs money",
      )
      .option("--write", "write the recommended settings into the environment's file")
      .option("--json", "write one JSON document")
      .option("--out <folder>", "folder for pages", "advice"),

  help: `
Simulates each way of warming on the function's own traffic: the last 15 days from CloudWatch, or a trace. Recommends the best
value among those that keep cold starts below the target, and writes a page per function. See docs/advising.md for details.

A trace is one of these files, recognized by its contents:
  - CSV with the header timestamp,duration_ms for requests, or timestamp,count or minute,count for minutes, optionally with
    peak_concurrency. Times have the form 2026-01-31T09:00:00Z, or are seconds or milliseconds since 1970.
  - The results of a query of CloudWatch Logs Insights in the function's log group: the console's CSV or JSON, or the output of
    aws logs get-query-results. At most 10,000 requests, from a log in JSON or in text:
      filter type = "platform.report" | fields @timestamp, record.metrics.durationMs, record.metrics.initDurationMs | limit 10000
      filter @type = "REPORT" | fields @timestamp, @duration, @initDuration, @memorySize | limit 10000
    Or counts of at most 10,000 minutes:
      filter type = "platform.report" | stats count(*) as count by bin(1m) as timestamp | sort timestamp asc | limit 10000
  - Metrics of CloudWatch by the minute: a graph of the console, downloaded as CSV (Invocations as Sum, ConcurrentExecutions as
    Maximum, Duration as Average, each with a period of 1 minute, times in UTC), or the output of
      aws cloudwatch get-metric-data --output json --start-time 2026-01-16T00:00:00Z --end-time 2026-01-31T00:00:00Z --metric-data-queries \\
        'Id=invocations,MetricStat={Metric={Namespace=AWS/Lambda,MetricName=Invocations,Dimensions=[{Name=FunctionName,Value=api}]},Period=60,Stat=Sum}' \\
        'Id=concurrency,MetricStat={Metric={Namespace=AWS/Lambda,MetricName=ConcurrentExecutions,Dimensions=[{Name=FunctionName,Value=api}]},Period=60,Stat=Maximum}' \\
        'Id=duration,MetricStat={Metric={Namespace=AWS/Lambda,MetricName=Duration,Dimensions=[{Name=FunctionName,Value=api}]},Period=60,Stat=Average}'

Exit codes:
  0    done; with --write, the settings were written
  1    some data could not be read from AWS (the output names it), or a file could not be written
  2    wrong input, or a tfvars file that --write cannot change safely
  130  Ctrl-C: nothing was written

Examples:
  $ npm run ops -- advise prod                          every function of prod
  $ npm run ops -- advise prod api --write              also write the recommended settings for api into environments/prod.tfvars
  $ npm run ops -- advise prod api --fit                learn from its log how long AWS keeps its instances
  $ npm run ops -- advise prod api --trace week.csv     use a trace instead of CloudWatch
  $ npm run ops -- advise --trace week.csv --memory-mb 1024 --architecture x86_64
  $ npm run ops -- advise --trace counts.csv --duration-ms 20,35,40,120
  $ npm run ops --silent -- advise prod --json          for a script`,

  run: async (context, name, functionId, options) => {
    const { trace: file, memoryMb, architecture, durationMs, initMs } = options;
    const { fit = false, write = false, json = false, out } = options;
    const described = {
      ...(memoryMb !== undefined && { memoryMb }),
      ...(architecture !== undefined && { architecture }),
      ...(durationMs && { workSeconds: makeDistribution(durationMs) }),
      ...(initMs && { initSeconds: makeDistribution(initMs) }),
    };
    if (name === undefined && file === undefined)
      throw makeInvalidInput("advise", "name an environment, or a trace with --trace");
    if (name === undefined && write) throw makeInvalidInput("--write", "name the environment whose file to change");
    if (file !== undefined && fit)
      throw makeInvalidInput("--fit", "it reads the log of a deployed function: leave out --trace");
    if (file === undefined && Object.keys(described).length > 0) {
      throw makeInvalidInput(
        "advise",
        "--memory-mb, --architecture, --duration-ms and --init-ms describe a trace's function: name the trace with --trace",
      );
    }
    const environment = name === undefined ? undefined : await readEnvironment(context.root, name);
    const trace = file === undefined ? undefined : { file, ...described };
    const { unread } = await advise({ environment, functionId, fit, trace, write, json, out }, context);
    return reportUnread(context, unread);
  },
});

function makeDistribution(milliseconds: readonly number[]) {
  return makeEmpirical(milliseconds.map((value) => value / 1000));
}
