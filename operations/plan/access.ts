import { formatCode } from "./markdown";
import { type Plan, type ResourceChange } from "./plan";
import { readChild, parseEmbeddedJson, isTree } from "./sensitivity";

/** What a reviewer should see for one kind of resource if it grants more access than before. */
type Reading = (change: ResourceChange) => readonly string[];

const READINGS: Readonly<Record<string, Reading>> = {
  aws_lambda_function_url: (change) => findOpened(change, "authorization_type", "function URL"),
  aws_apigatewayv2_route: (change) => findOpened(change, "authorization_type", "HTTP API"),
  aws_lambda_permission: (change) => {
    const principal = String(readChild(change.after, "principal"));
    const isNew = readChild(change.before, "principal") !== principal || change.kind === "replace";
    // AWS's own services appear here for each schedule and endpoint, which have separate lines. Only triggers set ids.
    const isTrigger = typeof readChild(change.after, "statement_id") === "string";
    return isNew && (isTrigger || !principal.endsWith(".amazonaws.com"))
      ? [formatPermission(change, `${formatCode(principal)} may call it${formatSource(change)}`)]
      : [];
  },
  aws_iam_role: (change) => [...findTrusts(change), ...findBoundaryChange(change)],
  aws_iam_role_policy: (change) => findGrants(change, "policy"),
  aws_iam_policy: (change) => findGrants(change, "policy"),
  aws_iam_role_policy_attachment: (change) => {
    const policy = readChild(change.after, "policy_arn");
    const isNew = typeof policy === "string" && readChild(change.before, "policy_arn") !== policy;
    return isNew ? [formatPermission(change, `gets the policy ${formatCode(policy)}`)] : [];
  },
  aws_kms_key_policy: (change) => findGrants(change, "policy"),
  aws_s3_bucket_policy: (change) => findGrants(change, "policy"),
  aws_sns_topic_policy: (change) => findGrants(change, "policy"),
  aws_sqs_queue_policy: (change) => findGrants(change, "policy"),
};

/** New access in a plan, one line each: endpoints first, then permissions. */
export function formatAccess({ changes }: Pick<Plan, "changes">): string[] {
  const created = changes.filter(({ kind }) => kind === "add" || kind === "change" || kind === "replace");
  const unknown = created.filter(
    (change) => READINGS[change.type] === READINGS["aws_iam_role_policy"] && isUnknown(change),
  );
  const roles = unknown.length === 1 ? "1 policy" : `${unknown.length} policies`;
  return [
    ...Object.entries(READINGS).flatMap(([type, read]) => created.filter((one) => one.type === type).flatMap(read)),
    ...(unknown.length > 0 ? [`- ⚠️ **permissions** of ${roles} are known after apply: see the code's diff`] : []),
  ];
}

function formatPermission({ label }: Pick<ResourceChange, "label">, what: string): string {
  return `- ⚠️ **permission**: ${formatCode(label)}: ${what}`;
}

/** What a service may call a function for. */
function formatSource({ after }: ResourceChange): string {
  const sources = ["source_arn", "source_account"]
    .map((key) => readChild(after, key))
    .filter((one) => typeof one === "string");
  return sources.length === 0 ? "" : ` for ${sources.map((source) => formatCode(source)).join(" of ")}`;
}

function findOpened({ label, before, after }: ResourceChange, key: string, noun: string): string[] {
  const isOpen = (side: unknown) => side !== undefined && (readChild(side, key) ?? "NONE") === "NONE";
  return isOpen(after) && !isOpen(before)
    ? [`- ⚠️ **public**: ${noun} ${formatCode(label)}: everyone can call it`]
    : [];
}

function isUnknown({ unknown }: ResourceChange): boolean {
  return readChild(unknown, "policy") === true;
}

function isHidden({ sensitiveBefore, sensitiveAfter }: ResourceChange, key: string): boolean {
  return [sensitiveBefore, sensitiveAfter].some((side) => side === true || readChild(side, key) === true);
}

/** Who can newly assume a role. */
function findTrusts(change: ResourceChange): string[] {
  return findGrants(change, "assume_role_policy");
}

function findBoundaryChange({ before, after, unknown, ...change }: ResourceChange): string[] {
  const [old, next] = [before, after].map((side) => readChild(side, "permissions_boundary") ?? "");
  if (typeof old !== "string" || typeof next !== "string" || old === "" || old === next) return [];
  if (readChild(unknown, "permissions_boundary") === true) return [];
  return [
    formatPermission(change, next === "" ? "loses its permissions boundary" : `gets the boundary ${formatCode(next)}`),
  ];
}

/** What a policy newly allows or no longer denies, with all actions on the same resources together. */
function findGrants(change: ResourceChange, key: string): string[] {
  if (isHidden(change, key)) return [formatPermission(change, "changes (sensitive)")];
  const [before, after] = [change.before, change.after].map((side) => parsePermissions(readChild(side, key)));
  if (before === undefined || after === undefined) return [];
  const allowed = [...after].filter(([id, { effect }]) => effect === "Allow" && !before.has(id)).map(([, one]) => one);
  const released = [...before].filter(([id, { effect }]) => effect === "Deny" && !after.has(id)).map(([, one]) => one);
  // A new role's trust in Lambda is what makes it a function's role.
  const told = change.before === undefined && key === "assume_role_policy" ? allowed.filter(isForeign) : allowed;
  return [
    ...mergePermissions(told).map((text) => formatPermission(change, text)),
    ...mergePermissions(released).map((text) => formatPermission(change, `is no longer denied: ${text}`)),
  ];
}

interface Permission {
  readonly effect: string;
  readonly action: string;
  /** Resources, principals and conditions. */
  readonly scope: string;
}

function isForeign({ scope }: Permission): boolean {
  return !/"Service":"[a-z]+\.amazonaws\.com"/.test(scope);
}

function mergePermissions(permissions: readonly Permission[]): string[] {
  const byScope = new Map<string, string[]>();
  for (const { action, scope } of permissions) byScope.set(scope, [...(byScope.get(scope) ?? []), action]);
  return [...byScope].map(([scope, actions]) => `${formatCode(actions.join(", "))} ${scope}`);
}

/** Each action of each statement, by a unique text; none if it is not a policy, or unknown. */
function parsePermissions(policy: unknown): ReadonlyMap<string, Permission> | undefined {
  if (policy === undefined || policy === null) return new Map();
  const statements = readChild(parseEmbeddedJson(policy), "Statement");
  if (!isTree(statements)) return undefined;
  const permissions = list(statements).flatMap((statement) => {
    const effect = String(readChild(statement, "Effect"));
    const actions = [
      ...toTexts(readChild(statement, "Action")),
      ...toTexts(readChild(statement, "NotAction")).map((one) => `all but ${one}`),
    ];
    const scopes = [
      ...toTexts(readChild(statement, "Resource")).map((one) => `on ${formatCode(one)}`),
      ...toTexts(readChild(statement, "NotResource")).map((one) => `on all but ${formatCode(one)}`),
    ];
    const [who, condition] = ["Principal", "Condition"].map((key) => readChild(statement, key));
    const rest = [
      ...(who === undefined ? [] : [`for ${formatCode(JSON.stringify(who))}`]),
      ...(condition === undefined ? [] : [`if ${formatCode(JSON.stringify(condition))}`]),
    ];
    return (scopes.length > 0 ? scopes : [""]).flatMap((on) =>
      actions.map((action) => ({ effect, action, scope: [on, ...rest].filter((part) => part !== "").join(" ") })),
    );
  });
  return new Map(permissions.map((one) => [`${one.effect} ${one.action} ${one.scope}`, one]));
}

function list(value: object): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function toTexts(value: unknown): string[] {
  return value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);
}
