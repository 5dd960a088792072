import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { type LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { parseEnvironment } from "../../environments/load";
import { makeInvalidInput, show } from "../../environments/mistakes";
import { formatDefaultLogGroup, NOTIFIER, WARMER } from "../../environments/names";
import { type EnvironmentInput } from "../../environments/schema";
import { listWarmedFunctions } from "../../model/warmed-functions";
import { listWatchedFunctions } from "../../model/watched-function";
import { readPackaged } from "../bundle";
import { SensitiveVariables } from "../sensitive-variables";
import { addWarming } from "../warming/warming";
import { addMonitoring } from "./monitoring";

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const LAMBDA_DEFAULT_MEMORY_MB = 128;

/** A function that a stack makes itself. */
export interface MonitoredLambda {
  /** It needs a name of its own (`functionName`): alarms and queries are made from it. */
  readonly function: LambdaFunction;
  /** The alias that gets pings; without it, the function is not kept warm. Its handler must know pings. */
  readonly warmAlias?: LambdaAlias;
  /** Its log group; by default, one is made. */
  readonly logGroup?: CloudwatchLogGroup;
  /** As of an existing function in a tfvars file, as in `{ alarms: { errors: { threshold: 1 } } }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What is monitored, and how. */
export interface MonitoringProps {
  /** Begins the name of everything that is made: 1 to 32 characters a-z, 0-9 and -. */
  readonly name: string;
  /** The region of the stack's provider. */
  readonly region: string;
  /** The functions, by the names that dashboards and alarms give them. */
  readonly functions: Readonly<Record<string, MonitoredLambda>>;
  /** As in a tfvars file, as in `{ alarm_emails: ["team@example.com"] }`; docs/configuration.md has every key. */
  readonly settings?: Omit<EnvironmentInput, "functions" | "region" | "state">;
}

/**
 * Monitors functions of a stack of one's own, and keeps them warm: alarms with their recipients, dashboards, saved
 * queries, and the warmer.
 *
 * @throws InvalidInput for wrong settings
 */
export class Monitoring extends Construct {
  private readonly name: string;

  constructor(scope: Construct, id: string, { name, region, functions, settings = {} }: MonitoringProps) {
    super(scope, id);
    const place = this.node.path;
    this.name = name;
    this.refuseTwins(functions);
    const environment = parseEnvironment(place, name, {
      ...settings,
      region,
      // The stack itself knows where its state is.
      state: { backend: "local" },
      functions: Object.fromEntries(
        Object.entries(functions).map(([key, monitored]) => [key, describe(place, key, monitored)]),
      ),
    });
    const logs = new Construct(this, "logs");
    const logGroups = listWatchedFunctions(environment).map(({ id: key, logGroup }): [string, string] => {
      const { name: made } =
        functions[key]?.logGroup ??
        new CloudwatchLogGroup(logs, key, { name: logGroup, retentionInDays: environment.logRetentionDays });
      return [key, made];
    });
    const isWarming = listWarmedFunctions(environment).length > 0;
    addMonitoring(this, {
      environment,
      sensitiveVariables: new SensitiveVariables(this, "variables"),
      logGroups: new Map(logGroups),
      rolloutController: undefined,
      warming: isWarming ? addWarming(this, environment, readPackaged(WARMER)) : undefined,
      notifierBundle: environment.notify && readPackaged(NOTIFIER),
    });
  }

  /** AWS takes each name once, or silently replaces what has it. */
  private refuseTwins(functions: MonitoringProps["functions"]): void {
    const others = TerraformStack.of(this).node.findAll();
    if (others.some((other) => other instanceof Monitoring && other !== this && other.name === this.name)) {
      throw makeInvalidInput(this.node.path, `name: expected another one for each Monitoring, got ${show(this.name)}`);
    }
    const lambdas = Object.values(functions).map((monitored) => monitored.function);
    const twin = lambdas.find((lambda, index) => lambdas.indexOf(lambda) !== index);
    if (twin)
      throw makeInvalidInput(this.node.path, `functions: expected each function once, got ${twin.node.id} twice`);
  }
}

/** A function as a tfvars file would describe it. */
function describe(place: string, key: string, { function: lambda, logGroup, warmAlias, settings }: MonitoredLambda) {
  const { functionNameInput: name, memorySizeInput: memory, loggingConfig } = lambda;
  const refuse = (expected: string) => makeInvalidInput(place, `functions.${key}: expected ${expected}`);
  if (name === undefined || Token.isUnresolved(name)) {
    throw refuse("a LambdaFunction with a functionName that is known when it is synthesized");
  }
  const logGroupName = logGroup?.nameInput ?? loggingConfig.logGroupInput ?? formatDefaultLogGroup(name);
  if (Token.isUnresolved(logGroupName)) throw refuse("the logGroup in which it logs, made with a name");
  return {
    existing: true,
    function_name: name,
    log_group: logGroupName,
    log_format: loggingConfig.logFormatInput?.toLowerCase(),
    // Unknown only means that the cost of warming is.
    memory_mb: Token.isUnresolved(memory) ? undefined : (memory ?? LAMBDA_DEFAULT_MEMORY_MB),
    warming_qualifier: warmAlias?.nameInput,
    ...settings,
  };
}
