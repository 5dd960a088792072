import { code } from "./markdown";
import { type Plan, type ResourceChange } from "./plan";
import { child, embeddedJson, isTree } from "./sensitivity";

/** What a reviewer is to see of one kind of resource, where it gives somebody more than before. */
type Reading = (change: ResourceChange) => readonly string[];

const READINGS: Readonly<Record<string, Reading>> = {
  aws_lambda_function_url: (change) => openedBy(change, "authorization_type", "function URL"),
  aws_apigatewayv2_route: (change) => openedBy(change, "authorization_type", "HTTP API"),
  aws_lambda_permission: (change) => {
    const principal = String(child(change.after, "principal"));
    const isNew = child(change.before, "principal") !== principal || change.kind === "replace";
    // AWS's own services stand here for each schedule and endpoint, which have lines of their own.
    return isNew && !principal.endsWith(".amazonaws.com") ? [given(change, `${code(principal)} may call it`)] : [];
  },
  aws_iam_role: (change) => [...trusts(change), ...boundary(change)],
  aws_iam_role_policy: (change) => grants(change, "policy"),
  aws_iam_policy: (change) => grants(change, "policy"),
  aws_iam_role_policy_attachment: (change) => {
    const policy = child(change.after, "policy_arn");
    const isNew = typeof policy === "string" && child(change.before, "policy_arn") !== policy;
    return isNew ? [given(change, `gets the policy ${code(policy)}`)] : [];
  },
  aws_kms_key_policy: (change) => grants(change, "policy"),
  aws_s3_bucket_policy: (change) => grants(change, "policy"),
  aws_sns_topic_policy: (change) => grants(change, "policy"),
  aws_sqs_queue_policy: (change) => grants(change, "policy"),
};

/**
 * What a plan opens or allows that was not open or allowed before, one line each: endpoints first, then permissions.
 */
export function accessLines({ changes }: Pick<Plan, "changes">): string[] {
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

function given({ label }: Pick<ResourceChange, "label">, what: string): string {
  return `- ⚠️ **permission**: ${code(label)}: ${what}`;
}

function openedBy({ label, before, after }: ResourceChange, key: string, noun: string): string[] {
  const isOpen = (side: unknown) => side !== undefined && (child(side, key) ?? "NONE") === "NONE";
  return isOpen(after) && !isOpen(before) ? [`- ⚠️ **public**: ${noun} ${code(label)}: everyone can call it`] : [];
}

function isUnknown({ unknown }: ResourceChange): boolean {
  return child(unknown, "policy") === true;
}

function isHidden({ sensitiveBefore, sensitiveAfter }: ResourceChange, key: string): boolean {
  return [sensitiveBefore, sensitiveAfter].some((side) => side === true || child(side, key) === true);
}

/** Who may take a role that could not before. */
function trusts(change: ResourceChange): string[] {
  return grants(change, "assume_role_policy");
}

function boundary({ before, after, unknown, ...change }: ResourceChange): string[] {
  const [old, next] = [before, after].map((side) => child(side, "permissions_boundary") ?? "");
  if (typeof old !== "string" || typeof next !== "string" || old === "" || old === next) return [];
  if (child(unknown, "permissions_boundary") === true) return [];
  return [given(change, next === "" ? "loses its permissions boundary" : `gets the boundary ${code(next)}`)];
}

/** What a policy allows that it did not, and what it forbids no longer: all actions on the same resources together. */
function grants(change: ResourceChange, key: string): string[] {
  if (isHidden(change, key)) return [given(change, "changes (sensitive)")];
  const [before, after] = [change.before, change.after].map((side) => permissionsIn(child(side, key)));
  if (before === undefined || after === undefined) return [];
  const allowed = [...after].filter(([id, { effect }]) => effect === "Allow" && !before.has(id)).map(([, one]) => one);
  const released = [...before].filter(([id, { effect }]) => effect === "Deny" && !after.has(id)).map(([, one]) => one);
  // What comes with a new role's trust in Lambda is what makes it a function's role.
  const told = change.before === undefined && key === "assume_role_policy" ? allowed.filter(isForeign) : allowed;
  return [
    ...merged(told).map((text) => given(change, text)),
    ...merged(released).map((text) => given(change, `is no longer denied: ${text}`)),
  ];
}

interface Permission {
  readonly effect: string;
  readonly action: string;
  /** On what, by whom and on which condition. */
  readonly scope: string;
}

function isForeign({ scope }: Permission): boolean {
  return !/"Service":"[a-z]+\.amazonaws\.com"/.test(scope);
}

function merged(permissions: readonly Permission[]): string[] {
  const byScope = new Map<string, string[]>();
  for (const { action, scope } of permissions) byScope.set(scope, [...(byScope.get(scope) ?? []), action]);
  return [...byScope].map(([scope, actions]) => `${code(actions.join(", "))} ${scope}`);
}

/** Each action of each statement, by a text that tells it from all others; none where it is no policy, or not known. */
function permissionsIn(policy: unknown): ReadonlyMap<string, Permission> | undefined {
  if (policy === undefined || policy === null) return new Map();
  const statements = child(embeddedJson(policy), "Statement");
  if (!isTree(statements)) return undefined;
  const permissions = list(statements).flatMap((statement) => {
    const effect = String(child(statement, "Effect"));
    const actions = [
      ...texts(child(statement, "Action")),
      ...texts(child(statement, "NotAction")).map((one) => `all but ${one}`),
    ];
    const scopes = [
      ...texts(child(statement, "Resource")).map((one) => `on ${code(one)}`),
      ...texts(child(statement, "NotResource")).map((one) => `on all but ${code(one)}`),
    ];
    const [who, condition] = ["Principal", "Condition"].map((key) => child(statement, key));
    const rest = [
      ...(who === undefined ? [] : [`for ${code(JSON.stringify(who))}`]),
      ...(condition === undefined ? [] : [`if ${code(JSON.stringify(condition))}`]),
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

function texts(value: unknown): string[] {
  return value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);
}
