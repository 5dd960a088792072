import { dirname } from "node:path";
import { type FunctionConfiguration } from "./function-configuration";

/** The input for the variables of one runtime process. */
export interface RuntimeSettings {
  readonly configuration: FunctionConfiguration;
  /** The version that the function sees: a number, or `$LATEST`. */
  readonly version: string;
  readonly region: string;
  readonly logStreamName: string;
  /** The file that runs in the process. */
  readonly bootstrapFile: string;
}

/** Where the runtime client writes console output; a separate channel, as in AWS. */
const LOG_FILE_DESCRIPTOR = 3;

/**
 * The variables that Lambda sets, and the function's own. Of this process's variables, only the search path for
 * programs is passed on.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 *
 * @param runtimeApi the Runtime API's `host:port`
 */
export function buildRuntimeVariables(settings: RuntimeSettings, runtimeApi: string): Record<string, string> {
  const { configuration, version, region, logStreamName, bootstrapFile } = settings;
  const [nodeMajor = ""] = process.versions.node.split(".");
  return {
    PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    ...configuration.environment,
    _LAMBDA_TELEMETRY_LOG_FD: String(LOG_FILE_DESCRIPTOR),
    _HANDLER: configuration.handler ?? "handler.handler",
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${nodeMajor}.x`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: configuration.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: "JSON",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${configuration.name}`,
    AWS_LAMBDA_LOG_LEVEL: "INFO",
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_REGION: region,
    LAMBDA_RUNTIME_DIR: dirname(bootstrapFile),
    LAMBDA_TASK_ROOT: configuration.codeFolder,
  };
}
