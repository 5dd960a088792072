import { join } from "node:path";
import * as z from "zod";
import { formatDefaultLogGroup, isFinishedFunction, ROLLOUT_CONTROLLER, WARMER } from "../../environments/names";
import { type StartRequest } from "../../rollout/contract";
import { type MetricAlarm } from "../cloudwatch/alarm";
import { metricAlarmResource } from "../cloudwatch/alarm-resource";
import { type MetricFilter } from "../cloudwatch/metric-filter";
import { type CorsSettings } from "../endpoint/cors";
import { type EndpointKind } from "../endpoint/http-response";
import { type EndpointRoute } from "../endpoint/routes";
import { LocalEnvironmentError } from "../problem";
import { parseInvocationArn } from "./invocation-arn";
import { References } from "./references";
import { readEvents, type StackEvents, type StackSchedule } from "./stack-events";
import { readAlarmTexts, readDashboards, type StackDashboard } from "./stack-texts";
import { type StackJson, type SynthesizedStack } from "./synthesize";

/** The entry point of requests from outside. */
export interface Endpoint {
  readonly kind: EndpointKind;
  /** The alias for requests. */
  readonly qualifier: string;
  /** Whether a streamed response is sent while it is written. */
  readonly streams?: boolean;
  /** For an HTTP API: what it answers. */
  readonly routes?: readonly EndpointRoute[];
  readonly cors?: CorsSettings | undefined;
  /** For an HTTP API: requests per second on average, and in a burst. */
  readonly throttling?: { readonly rateLimit: number; readonly burstLimit: number };
}

/** A function as the stack deploys it. */
export interface StackFunction {
  /** Its name in the environment's file. */
  readonly id: string;
  /** Its name in AWS. */
  readonly name: string;
  readonly zipFile: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly logGroup: string;
  readonly reservedConcurrency?: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Names of variables with attributes of the function's own infrastructure, of which nothing exists here. */
  readonly unsetVariables: readonly string[];
  readonly aliases: readonly string[];
  readonly endpoint?: Endpoint;
}

/** One function to invoke, with its input. */
export interface StackInvocation {
  readonly functionName: string;
  readonly qualifier?: string;
  readonly input: unknown;
}

/** A function to invoke at certain times. */
export interface ScheduledInvocation extends StackInvocation {
  readonly expression: string;
  readonly timezone: string;
}

/** What moves traffic to new versions of functions, step by step. */
export interface StackRollouts {
  /** When the rollout controller continues what nobody drives. */
  readonly ticks: readonly ScheduledInvocation[];
  /** What it is asked to do with the first version of each function. */
  readonly starts: readonly (StackInvocation & { readonly input: StartRequest })[];
}

/** The parts of one environment's stack that run on this computer. */
export interface LocalStack {
  readonly region: string;
  readonly functions: readonly StackFunction[];
  /** When the warmer runs. */
  readonly schedules: readonly ScheduledInvocation[];
  /** Invocations of a deployment, besides those that begin rollouts. */
  readonly invocations: readonly StackInvocation[];
  readonly rollouts: StackRollouts;
  readonly metricFilters: readonly { readonly functionName: string; readonly filter: MetricFilter }[];
  readonly alarms: readonly { readonly name: string; readonly alarm: MetricAlarm }[];
  readonly compositeAlarms: readonly { readonly name: string; readonly rule: string }[];
  /** What alarms tell people, by their names. */
  readonly alarmTexts: ReadonlyMap<string, string>;
  readonly dashboards: readonly StackDashboard[];
  readonly events: StackEvents;
  /** What is different here, one line each. */
  readonly notes: readonly string[];
}

const lambdaFunction = z.object({
  function_name: z.string(),
  filename: z.string().optional(),
  s3_key: z.string().optional(),
  handler: z.string(),
  memory_size: z.number(),
  timeout: z.number(),
  reserved_concurrent_executions: z.number().optional(),
  durable_config: z.unknown().optional(),
  environment: z.object({ variables: z.record(z.string(), z.coerce.string()) }).optional(),
  logging_config: z.object({ log_group: z.string().optional() }).optional(),
});
const storedZip = z.object({ key: z.string(), source: z.string().optional() });
const alias = z.object({ function_name: z.string(), name: z.string() });
const cors = z
  .object({
    allow_origins: z.array(z.string()),
    allow_methods: z.array(z.string()).optional(),
    allow_headers: z.array(z.string()).optional(),
    expose_headers: z.array(z.string()).optional(),
    allow_credentials: z.boolean().optional(),
    max_age: z.number().optional(),
  })
  .transform((settings): CorsSettings => ({
    allowOrigins: settings.allow_origins,
    allowMethods: settings.allow_methods,
    allowHeaders: settings.allow_headers,
    exposeHeaders: settings.expose_headers,
    allowCredentials: settings.allow_credentials,
    maxAgeSeconds: settings.max_age,
  }))
  .optional();
const functionUrl = z.object({
  function_name: z.string(),
  qualifier: z.string(),
  invoke_mode: z.string().optional(),
  cors,
});
const api = z.object({ cors_configuration: cors });
const route = z.object({
  api_id: z.string(),
  route_key: z.string(),
  authorization_type: z.enum(["NONE", "JWT", "AWS_IAM"]).default("NONE"),
  authorization_scopes: z.array(z.string()).optional(),
});

const integration = z.object({ api_id: z.string(), integration_uri: z.string() });
const stage = z.object({
  api_id: z.string(),
  default_route_settings: z
    .object({ throttling_rate_limit: z.number(), throttling_burst_limit: z.number() })
    .optional(),
});
const lambdaInvocation = z.object({ function_name: z.string(), qualifier: z.string().optional(), input: z.string() });
const metricFilter = z.object({
  log_group_name: z.string(),
  pattern: z.string(),
  metric_transformation: z.object({
    name: z.string(),
    namespace: z.string(),
    value: z.string(),
    default_value: z.union([z.string(), z.number()]).optional(),
  }),
});
const compositeAlarm = z.object({ alarm_name: z.string(), alarm_rule: z.string() });

/** A reference to what a function's infrastructure.ts makes, by its address. */
const INFRASTRUCTURE_REFERENCE = /\$\{[\w-]+\.[a-z0-9-]+_infrastructure_/;
const INFRASTRUCTURE_KEY = /^[a-z0-9-]+_infrastructure_/;

/**
 * Reads the parts of a stack that run on this computer.
 *
 * @param variables the shell's, with `TF_VAR_<name>` for each variable
 * @param versions the number of each function's newest version, by its name in AWS; 1 by default
 * @throws LocalEnvironmentError with everything that is missing or not supported
 */
export function readLocalStack(
  { json: whole, folder }: Pick<SynthesizedStack, "json" | "folder">,
  variables: Readonly<Record<string, string | undefined>>,
  versions: ReadonlyMap<string, number> = new Map(),
): LocalStack {
  const { json, unset } = leaveOutInfrastructure(whole);
  const references = new References(json, variables, versions);

  /** The resources of one type, by their names in the stack. Only requested resources are resolved. */
  function read<Shape extends z.ZodObject>(type: string, shape: Shape): [string, z.output<Shape>][] {
    const blocks = Object.entries(json.resource[type] ?? {}).flatMap(([key, block]) => {
      const wanted = Object.keys(shape.shape).filter((attribute) => attribute in block);
      const isInfrastructure = INFRASTRUCTURE_KEY.test(key);
      const resolver = isInfrastructure ? new References(json, variables, versions) : references;
      const resolve = (name: string) => [name, resolver.resolve(block[name], `${type}.${key}.${name}`)] as const;
      const resolved = Object.fromEntries(wanted.map(resolve));
      // What needs a value that only AWS knows, as a table's stream, does not run here.
      return isInfrastructure && !resolver.isComplete ? [] : [[key, resolved] as const];
    });
    // An unresolved reference is a better explanation than its consequences.
    references.check();
    return blocks.map(([key, block]) => {
      const parsed = shape.safeParse(block);
      if (parsed.success) return [key, parsed.data];
      const lines = parsed.error.issues.map(({ path, message }) => `${type}.${key}.${path.join(".")}: ${message}`);
      throw new LocalEnvironmentError(lines.join("\n"));
    });
  }
  const all = <Shape extends z.ZodObject>(type: string, shape: Shape) => read(type, shape).map(([, each]) => each);

  const lambdas = read("aws_lambda_function", lambdaFunction);
  const aliases = all("aws_lambda_alias", alias);
  const storedZips = new Map(all("aws_s3_object", storedZip).map(({ key, source }) => [key, source]));
  const findZip = (key: string, { filename, s3_key: s3Key = "" }: z.output<typeof lambdaFunction>): string => {
    const zip = filename ?? storedZips.get(s3Key);
    if (zip === undefined) throw new LocalEnvironmentError(`aws_lambda_function.${key}: its code is not in the stack`);
    return join(folder, zip);
  };
  const endpoints = listEndpoints({
    urls: all("aws_lambda_function_url", functionUrl),
    // Here, an API's id is its name in the stack.
    apis: new Map(read("aws_apigatewayv2_api", api)),
    integrations: all("aws_apigatewayv2_integration", integration),
    routes: all("aws_apigatewayv2_route", route),
    stages: all("aws_apigatewayv2_stage", stage),
  });
  const { region } = json.provider.aws[0];
  const events = readEvents(all, region);

  const functions = lambdas.map(([key, lambda]) => ({
    id: formatId(key),
    name: lambda.function_name,
    zipFile: findZip(key, lambda),
    handler: lambda.handler,
    memoryMb: lambda.memory_size,
    timeoutSeconds: lambda.timeout,
    logGroup: lambda.logging_config?.log_group ?? formatDefaultLogGroup(lambda.function_name),
    reservedConcurrency: lambda.reserved_concurrent_executions,
    variables: lambda.environment?.variables ?? {},
    unsetVariables: unset.get(key) ?? [],
    aliases: aliases.filter((each) => each.function_name === lambda.function_name).map(({ name }) => name),
    endpoint: endpoints.get(lambda.function_name),
  }));

  const functionOfLogGroup = new Map(functions.map(({ logGroup, name }) => [logGroup, name]));
  const findOwner = ({ functionName }: StackSchedule) => functions.find(({ name }) => name === functionName)?.id;
  const listSchedules = (owner: string) =>
    events.schedules
      .filter((schedule) => findOwner(schedule) === owner)
      .map(({ input = "{}", ...schedule }) => ({ ...schedule, input: JSON.parse(input) as unknown }));
  const invocations = all("aws_lambda_invocation", lambdaInvocation).map(({ function_name, qualifier, input }) => ({
    functionName: function_name,
    qualifier,
    input: JSON.parse(input) as unknown,
  }));

  return {
    region,
    functions,
    notes: [
      ...functions.flatMap(listNotes),
      ...lambdas
        .filter(([, { durable_config: durable }]) => durable !== undefined)
        .map(([key]) => `${formatId(key)}: has no durable executions here: its handler gets each event as it is`),
    ],
    schedules: listSchedules(WARMER),
    invocations: invocations.filter(({ input }) => !isStartRequest(input)),
    rollouts: {
      ticks: listSchedules(ROLLOUT_CONTROLLER),
      starts: invocations.flatMap(({ input, ...invoked }) => (isStartRequest(input) ? [{ ...invoked, input }] : [])),
    },
    metricFilters: all("aws_cloudwatch_log_metric_filter", metricFilter).flatMap(({ log_group_name, ...filter }) => {
      const functionName = functionOfLogGroup.get(log_group_name);
      // Logs of functions that are only monitored are elsewhere.
      return functionName === undefined ? [] : [{ functionName, filter }];
    }),
    alarms: all("aws_cloudwatch_metric_alarm", metricAlarmResource).map(({ alarm_name: name, ...alarm }) => ({
      name,
      alarm,
    })),
    compositeAlarms: all("aws_cloudwatch_composite_alarm", compositeAlarm).map(({ alarm_name, alarm_rule }) => ({
      name: alarm_name,
      rule: alarm_rule,
    })),
    alarmTexts: readAlarmTexts(json),
    dashboards: readDashboards(json),
    events: {
      ...events,
      schedules: events.schedules.filter((schedule) => !isFinishedFunction(findOwner(schedule) ?? "")),
    },
  };
}

/** Of the invocations of a deployment, only a rollout's start has an action. */
function isStartRequest(input: unknown): input is StartRequest {
  return (input as { readonly action?: unknown } | null)?.action === "start";
}

/** Leaves out functions' variables with attributes of their own infrastructure. */
function leaveOutInfrastructure(json: StackJson): {
  readonly json: StackJson;
  readonly unset: ReadonlyMap<string, readonly string[]>;
} {
  const unset = new Map<string, readonly string[]>();
  const functions = Object.entries(json.resource["aws_lambda_function"] ?? {}).map(([key, block]) => {
    const { variables = {} } = (block["environment"] ?? {}) as { variables?: Readonly<Record<string, unknown>> };
    const [made, others] = [true, false].map((is) =>
      Object.entries(variables).filter(([, value]) => INFRASTRUCTURE_REFERENCE.test(String(value)) === is),
    );
    if (!made || made.length === 0) return [key, block] as const;
    unset.set(
      key,
      made.map(([name]) => name),
    );
    return [key, { ...block, environment: { variables: Object.fromEntries(others ?? []) } }] as const;
  });
  const resource = { ...json.resource, aws_lambda_function: Object.fromEntries(functions) };
  return { json: { ...json, resource }, unset };
}

/** What endpoints consist of. */
interface EndpointParts {
  readonly urls: readonly z.output<typeof functionUrl>[];
  readonly apis: ReadonlyMap<string, z.output<typeof api>>;
  readonly integrations: readonly z.output<typeof integration>[];
  readonly routes: readonly z.output<typeof route>[];
  readonly stages: readonly z.output<typeof stage>[];
}

function listEndpoints({ urls, apis, integrations, routes, stages }: EndpointParts): Map<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  for (const { function_name, qualifier, invoke_mode: mode, cors: ofUrl } of urls) {
    endpoints.set(function_name, { kind: "function-url", qualifier, streams: mode === "RESPONSE_STREAM", cors: ofUrl });
  }
  for (const { api_id: id, integration_uri: uri } of integrations) {
    const { functionName, qualifier = "$LATEST" } = parseInvocationArn(uri);
    const settings = stages.find((each) => each.api_id === id)?.default_route_settings;
    endpoints.set(functionName, {
      kind: "http-api",
      qualifier,
      cors: apis.get(id)?.cors_configuration,
      routes: routes
        .filter((each) => each.api_id === id)
        .map(({ route_key: key, authorization_type: authorization, authorization_scopes: scopes }) => ({
          ...{ key, authorization },
          ...(scopes && { scopes }),
        })),
      throttling: settings && {
        rateLimit: settings.throttling_rate_limit,
        burstLimit: settings.throttling_burst_limit,
      },
    });
  }
  return endpoints;
}

/** A function's name in the environment's file, from its name in the stack. */
function formatId(key: string): string {
  return key.replace(/_function$/, "");
}

/** What an endpoint does in AWS and not here, one line each. */
function listNotes({ id, endpoint }: StackFunction): string[] {
  const has = (authorization: EndpointRoute["authorization"]) =>
    endpoint?.routes?.some((each) => each.authorization === authorization);
  return [
    ...(has("JWT")
      ? [`${id}: tokens are read here but not verified: neither signature, issuer, audience, scopes nor age`]
      : []),
    ...(has("AWS_IAM") ? [`${id}: signatures of requests are not checked here`] : []),
  ];
}
