/** A deployed function: https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html */

/** One published version of a function, and the aliases that point to it. */
export interface FunctionConfiguration {
  readonly name: string;
  /** The folder with the unpacked bundle, which contains the handler's file. */
  readonly codeFolder: string;
  /** `<file>.<export>`; `handler.handler` by default. */
  readonly handler?: string;
  /** A published version's number. */
  readonly version: string;
  /** Aliases that point to this version from now on. */
  readonly aliases?: readonly string[];
  /** 128 to 10 240 megabytes. */
  readonly memoryMb: number;
  /** 1 to 900 seconds, whole. */
  readonly timeoutSeconds: number;
  /** The function's own environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Maximum number of concurrent invocations of all versions; no limit by default. */
  readonly reservedConcurrency?: number;
}

/** The version for an invocation without a qualifier: here, the code that was deployed last. */
export const LATEST = "$LATEST";

/** The account of local functions. */
export const ACCOUNT = "000000000000";

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime, except for
 * variables that a function may set.
 */
const RESERVED_VARIABLES = new Set([
  "_HANDLER",
  "_LAMBDA_TELEMETRY_LOG_FD",
  "_X_AMZN_TRACE_ID",
  "AWS_ACCESS_KEY",
  "AWS_DEFAULT_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_FORMAT",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_LEVEL",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_LAMBDA_RUNTIME_API",
  "AWS_REGION",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
]);

/**
 * Checks a configuration against Lambda's limits.
 *
 * @throws Error that lists everything that is wrong
 */
export function checkConfiguration(configuration: FunctionConfiguration): void {
  const {
    name,
    version,
    aliases = [],
    memoryMb,
    timeoutSeconds,
    environment = {},
    reservedConcurrency,
  } = configuration;
  const mistakes: string[] = [];
  const expect = (right: boolean, message: string) => {
    if (!right) mistakes.push(message);
  };
  expect(/^[\w-]{1,64}$/.test(name), `name: expected 1 to 64 letters, digits, - or _, got ${JSON.stringify(name)}`);
  expect(/^\d+$/.test(version), `version: expected a number, got ${JSON.stringify(version)}`);
  for (const alias of aliases) {
    expect(/^(?!\d+$)[\w-]{1,128}$/.test(alias), `aliases: not an alias: ${JSON.stringify(alias)}`);
  }
  expect(isWithin(memoryMb, 128, 10_240), `memoryMb: expected 128 to 10240, got ${memoryMb}`);
  expect(isWithin(timeoutSeconds, 1, 900), `timeoutSeconds: expected 1 to 900, got ${timeoutSeconds}`);
  for (const variable of Object.keys(environment)) {
    expect(!RESERVED_VARIABLES.has(variable), `environment: ${variable} is reserved by Lambda`);
  }
  if (reservedConcurrency !== undefined) {
    expect(
      isWithin(reservedConcurrency, 0, 1000),
      `reservedConcurrency: expected 0 to 1000, got ${reservedConcurrency}`,
    );
  }
  if (mistakes.length > 0) throw new Error(`function ${name}: ${mistakes.join("; ")}`);
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** A function's ARN, with a version or an alias if there is one. */
export function formatFunctionArn(region: string, name: string, qualifier?: string): string {
  return `arn:aws:lambda:${region}:${ACCOUNT}:function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`;
}
