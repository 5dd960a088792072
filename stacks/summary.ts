import { DataResource, TerraformResource } from "cdktf";
import { listEvents } from "../environments/events";
import { formatInfrastructureFile } from "../environments/handler-files";
import { priceProvisionedInstances } from "../model/provisioned-cost";
import { findRuntime, isBundled } from "../environments/code";
import { findDeprecation } from "../environments/runtimes";
import { describeStateLocation } from "../environments/names";
import { type Environment, type FunctionSettings } from "../environments/schema";
import { type Bundle } from "./bundle";
import { type CostItem, priceMonitoring } from "../model/monitoring-cost";
import { DOLLARS_PER_GIGABYTE_QUERIED, formatDollars, PRICE_SOURCE } from "../model/priced-resources";
import { GRANTS } from "./bootstrap/grants";
import { type EnvironmentStack } from "./environment-stack";
import { countMostInstances } from "../environments/warming";
import { countPingable } from "../warming/demand";
import { listRolledOutFunctions, priceRollout, TICKS_DOLLARS_PER_MONTH } from "../model/rollouts";
import { describeSteps } from "../rollout/describe";
import { listUnawaitedFunctions, listWarmedFunctions } from "../model/warmed-functions";
import { priceWarming } from "../model/warming-cost";

const HEADINGS = ["Environment", "Region", "Functions", "Resources", "Monitoring", "State"];

const LONGEST_LIST = 60;
/** Maximum number of functions that are listed by name where others are only counted. */
const MAX_NAMED = 5;

/**
 * Summarizes what has been synthesized, one line per environment, with notes.
 *
 * @param bundles the functions' code
 */
export function summarizeStacks(stacks: readonly EnvironmentStack[], bundles: Iterable<Bundle>): string {
  const costs = stacks.map((stack) => ({ stack, items: priceMonitoring(stack.environment) }));
  const rows = costs.map(({ stack, items }) => {
    const { name, region, state } = stack.environment;
    const resources = stack.node.findAll().filter(isInAws);
    const cost = items.reduce((total, { count, dollarsEach }) => total + count * dollarsEach, 0);
    return [
      name,
      region,
      describe(stack.environment),
      String(resources.length),
      `${formatDollars(cost)} a month`,
      describeStateLocation(name, state),
    ];
  });
  return [
    formatSummaryTable([HEADINGS, ...rows]),
    "",
    ...formatCosts(costs),
    ...formatWarming(stacks),
    ...formatProvisioned(stacks),
    ...formatRollouts(stacks),
    ...stacks.flatMap(({ environment }) => listNotes(environment)),
    ...stacks.flatMap(({ environment: { name }, codeBucket }) => codeBucket.notes.map((note) => `${name}: ${note}`)),
    ...stacks.flatMap(listInfrastructureNotes),
    ...[...bundles].flatMap(({ notes: ofCode }) => ofCode),
  ].join("\n");
}

/** Other resources exist only in Terraform's state. */
function isInAws(node: unknown): boolean {
  return TerraformResource.isTerraformResource(node) && !(node instanceof DataResource);
}

/** The functions by name, or their number if there are many, and then the names of the first public ones. */
function describe({ functions, existingFunctions }: Environment): string {
  const names = [
    ...Object.entries(functions).map(([name, settings]) =>
      settings.endpoint === "none" ? name : `${name} (${describeEndpoint(settings)})`,
    ),
    ...Object.keys(existingFunctions).map((name) => `${name} (existing)`),
  ];
  const list = names.join(", ");
  if (list.length <= LONGEST_LIST) return list;
  const isPublic = Object.keys(functions).filter((name) => isOpenToEveryone(functions[name]));
  const shown = isPublic.slice(0, MAX_NAMED).map((name) => `${name} (public endpoint)`);
  const others = isPublic.length - shown.length;
  return [`${names.length} functions`, ...shown, ...(others > 0 ? [`${others} more with a public endpoint`] : [])].join(
    ", ",
  );
}

/** As in `iam endpoint`: who may call it. */
function describeEndpoint({ endpoint, http: { authorizer } }: FunctionSettings): string {
  if (authorizer === undefined) return `${endpoint} endpoint`;
  return authorizer === "iam" ? "HTTP API for signed requests" : "HTTP API for tokens";
}

function isOpenToEveryone(settings: FunctionSettings | undefined): boolean {
  return settings?.endpoint === "public" && settings.http.authorizer === undefined;
}

function formatCosts(costs: readonly { stack: EnvironmentStack; items: readonly CostItem[] }[]): string[] {
  return [
    `Monitoring costs at most (${PRICE_SOURCE}; queries: $${DOLLARS_PER_GIGABYTE_QUERIED} per GB of logs that they read):`,
    ...costs.map(({ stack, items }) => {
      const counted = items.filter(({ count }) => count > 0);
      const list = counted.map(({ what, count, dollarsEach }) => `${what} ${count} x ${formatDollars(dollarsEach)}`);
      return `  ${stack.environment.name}: ${list.join(", ")}`;
    }),
  ];
}

function formatWarming(stacks: readonly EnvironmentStack[]): string[] {
  const range = ([least, most]: readonly [number, number], write: (value: number) => string) =>
    least === most ? write(most) : `${write(least)} to ${write(most)}`;
  return [
    "Keeping functions warm costs about:",
    ...stacks.map(({ environment }) => {
      const list = priceWarming(environment).map(({ what, pings, dollars: cost, eachTime }) => {
        const [, most] = pings;
        const pinged = most > 0 ? ` ${range(pings, (count) => Math.round(count).toLocaleString("en"))} pings` : "";
        return `${what}${pinged} ${range(cost, formatDollars)}${eachTime ? " each time" : ""}`;
      });
      return `  ${environment.name}: ${list.join(", ") || "nothing"}`;
    }),
  ];
}

function formatProvisioned(stacks: readonly EnvironmentStack[]): string[] {
  const lines = stacks.flatMap(({ environment: { name, functions } }) => {
    const list = Object.entries(functions).flatMap(([id, settings]) =>
      settings.provisionedConcurrency ? [`${id} ${formatDollars(priceProvisionedInstances(settings))}`] : [],
    );
    return list.length === 0 ? [] : [`  ${name}: ${list.join(", ")}`];
  });
  return lines.length === 0 ? [] : ["Provisioned concurrency costs a month, even without requests:", ...lines];
}

function formatRollouts(stacks: readonly EnvironmentStack[]): string[] {
  const lines = stacks.flatMap(({ environment }) => {
    const list = listRolledOutFunctions(environment).map(
      ({ id, plan }) => `${id} ${describeSteps(plan)}, about ${formatDollars(priceRollout(plan))} each time`,
    );
    if (list.length === 0) return [];
    const named = list.slice(0, MAX_NAMED);
    const others = list.length - named.length;
    return [`  ${environment.name}: ${[...named, ...(others > 0 ? [`${others} more`] : [])].join("; ")}`];
  });
  return lines.length === 0
    ? []
    : [
        `New versions get requests in steps (watching over that costs ${formatDollars(TICKS_DOLLARS_PER_MONTH)} a month, besides queries of the logs):`,
        ...lines,
      ];
}

/** Notes on what has no effect or is unavailable. */
function listNotes(environment: Environment): string[] {
  const { name, alarmEmails, urgentEmails, alarmWebhookVariable, notify, functions, existingFunctions } = environment;
  const existing = Object.entries(existingFunctions);
  const isHeard = alarmEmails.length + urgentEmails.length > 0 || alarmWebhookVariable !== undefined || notify;
  const hearsOfCards = alarmEmails.length > 0 || alarmWebhookVariable !== undefined;
  return [
    ...(isHeard ? [] : [`${name}: its alarms reach nobody yet: set alarm_emails in environments/${name}.tfvars`]),
    ...(notify && !hearsOfCards
      ? [`${name}: nobody is told if a card cannot be delivered: set alarm_emails in environments/${name}.tfvars`]
      : []),
    ...listWarmedFunctions(environment).flatMap(({ id, settings, reservedConcurrency = Infinity }) => {
      const [most, wanted] = [countPingable(Infinity, reservedConcurrency), countMostInstances(settings)];
      return most >= wanted
        ? []
        : [
            `${name}: for ${id}, at most ${most} of ${wanted} instances are kept warm: reserved_concurrency is ${reservedConcurrency}, and one stays free for requests`,
          ];
    }),
    ...listUnawaitedNotes(environment),
    ...Object.entries(environment.functions).flatMap(([id, settings]) => [
      ...listRuntimeNotes(name, id, settings),
      ...listPermissionNotes(environment, id, settings),
      ...listEventNotes(name, id, settings),
    ]),
    ...Object.entries(functions)
      .filter(([, settings]) => !isBundled(settings))
      .map(
        ([id, { image }]) =>
          `${name}: ${id} is ${image === undefined ? "a finished package" : "an image"}, so it has no failure categories, ` +
          `operations or answers with HTTP 5xx, and its cold starts include those of pings`,
      ),
    ...existing.map(
      ([id, { logFormat }]) =>
        `${name}: ${id} is deployed elsewhere, so it has no failure categories, operations or answers with HTTP 5xx, ` +
        `and its cold starts include those of pings${logFormat === "text" ? "; text logs have no versions or traces" : ""}`,
    ),
  ];
}

/** Functions that are not kept warm although nothing in the file says so. */
function listUnawaitedNotes(environment: Environment): string[] {
  const ids = listUnawaitedFunctions(environment);
  const [first] = ids;
  if (first === undefined) return [];
  const others = ids.length - MAX_NAMED;
  const list = [...ids.slice(0, MAX_NAMED), ...(others > 0 ? [`${others} more`] : [])].join(", ");
  return [
    `${environment.name}: not kept warm, because nobody waits for their answers: ${list}; to warm one: functions.${first}.warming = true`,
  ];
}

/** A runtime that Lambda no longer supports, or only for some months. */
function listRuntimeNotes(environment: string, id: string, settings: FunctionSettings): string[] {
  const runtime = findRuntime(settings);
  const deprecation = runtime && findDeprecation(runtime, Date.now());
  return deprecation ? [`${environment}: for ${id}, ${deprecation.sentence}`] : [];
}

/** Permissions that a reviewer should see, and those that the project cannot give. */
function listPermissionNotes(
  { name, permissionsBoundary }: Environment,
  id: string,
  { policyStatements, managedPolicies }: FunctionSettings,
): string[] {
  return [
    ...Object.values(policyStatements).flatMap(({ actions, resources, reason }) =>
      reason === undefined ? [] : [`${name}: ${id} may ${actions.join(", ")} on ${resources.join(", ")}: ${reason}`],
    ),
    ...(permissionsBoundary === undefined
      ? []
      : managedPolicies.map(
          (arn) => `${name}: ${id} gets of ${arn} only what permissions_boundary allows, too: an administrator decides`,
        )),
  ];
}

/** What Terraform takes over, and what only the owner of a queue can set. */
function listEventNotes(environment: string, id: string, { events }: FunctionSettings): string[] {
  const buckets = [...new Set(listEvents(events, "s3").map(([, { bucket }]) => bucket))];
  return [
    ...buckets.map(
      (bucket) => `${environment}: for ${id}, Terraform takes over all notifications of ${bucket} and removes others`,
    ),
    ...listEvents(events, "sqs").flatMap(([, { queueArn }]) =>
      queueArn === undefined
        ? []
        : [`${environment}: ${id} keeps no messages that fail for good: ${queueArn} should have a dead-letter queue`],
    ),
  ];
}

/** What functions' own infrastructure makes, which is not priced, and what the deploy role may not make. */
function listInfrastructureNotes({ node, environment: { name, state } }: EnvironmentStack): string[] {
  const functions = node.tryFindChild("functions")?.node.children ?? [];
  return functions.flatMap((one) => {
    const made = one.node.tryFindChild("infrastructure")?.node.findAll().filter(isResource) ?? [];
    const types = [...new Set(made.map(({ terraformResourceType }) => terraformResourceType))].sort();
    if (types.length === 0) return [];
    const file = formatInfrastructureFile(one.node.id);
    // Of S3, the deploy role may only manage the bucket for code.
    const unknown = types.filter((type) => !(type in GRANTS) || type.startsWith("aws_s3_"));
    return [
      `${name}: ${file} makes ${types.join(", ")}; what that costs is not in the figures above`,
      ...(unknown.length === 0 || state.backend === "local"
        ? []
        : [`${name}: an administrator must let the deploy role manage ${unknown.join(", ")}`]),
    ];
  });
}

function isResource(node: unknown): node is TerraformResource {
  return TerraformResource.isTerraformResource(node);
}

function formatSummaryTable(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
