import { distance } from "fastest-levenshtein";

/**
 * Keys that people know from AWS, Terraform and other tools, and their names here. If there are several names, the
 * first one that is known at the key's place counts.
 */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  // An environment's.
  account: ["account_id"],
  allowed_account_ids: ["account_id"],
  aws_account: ["account_id"],
  aws_account_id: ["account_id"],
  aws_region: ["region"],
  backend: ["state"],
  location: ["region"],
  remote_state: ["state"],
  terraform: ["state"],
  deletion_protection: ["protected"],
  prevent_destroy: ["protected"],
  protect: ["protected"],
  log_retention: ["log_retention_days"],
  log_retention_in_days: ["log_retention_days"],
  retention: ["log_retention_days"],
  retention_days: ["log_retention_days"],
  retention_in_days: ["log_retention_days"],
  boundary: ["permissions_boundary"],
  default_tags: ["tags"],
  labels: ["tags"],
  lambda: ["functions"],
  lambdas: ["functions"],
  email: ["alarm_emails"],
  emails: ["alarm_emails"],
  notification_emails: ["alarm_emails"],
  notifications: ["alarm_emails"],
  slack: ["notify"],
  slack_webhook: ["notify"],
  teams: ["notify"],
  pagerduty: ["notify"],
  webhook: ["alarm_webhook_variable"],
  webhook_url: ["alarm_webhook_variable"],
  runbooks: ["runbooks_url"],
  runbook_url: ["runbooks_url"],
  alerts: ["alarms"],
  warmer: ["warming"],
  warmup: ["warming"],
  // A state's.
  org: ["organization"],
  path: ["key"],
  type: ["backend"],
  // A function's.
  arch: ["architecture"],
  architectures: ["architecture"],
  cpu: ["architecture"],
  async: ["asynchronous"],
  concurrency: ["reserved_concurrency"],
  max_concurrency: ["reserved_concurrency"],
  reserved_concurrent_executions: ["reserved_concurrency"],
  assets: ["files"],
  bundling: ["bundle"],
  code_uri: ["entry"],
  filename: ["package"],
  image_uri: ["image"],
  local_existing_package: ["package"],
  source_dir: ["entry"],
  esbuild: ["bundle"],
  include: ["files"],
  patterns: ["files"],
  env: ["environment"],
  env_vars: ["environment"],
  environment_variables: ["environment"],
  variables: ["environment"],
  function_url: ["endpoint"],
  http_api: ["endpoint"],
  public: ["endpoint"],
  url: ["endpoint"],
  memory: ["memory_mb"],
  memory_limit: ["memory_mb"],
  memory_size: ["memory_mb"],
  node_version: ["runtime"],
  timeout: ["timeout_seconds"],
  active_tracing: ["tracing"],
  tracing_config: ["tracing"],
  tracing_mode: ["tracing"],
  xray: ["tracing"],
  alias: ["warming_qualifier"],
  qualifier: ["warming_qualifier"],
  name: ["function_name"],
  external: ["existing"],
  durable_config: ["durable"],
  execution_timeout: ["execution_timeout_seconds"],
  retention_period: ["retention_days"],
  triggers: ["allowed_triggers"],
  service: ["principal"],
  skill_id: ["event_source_token"],
  provisioned_concurrent_executions: ["provisioned_concurrency"],
  policies: ["managed_policies", "policy_statements"],
  policy: ["policy_statements"],
  policy_arns: ["managed_policies"],
  managed_policy_arns: ["managed_policies"],
  permissions: ["policy_statements"],
  iam_role_statements: ["policy_statements"],
  statements: ["policy_statements"],
  vpc_config: ["vpc"],
  vpc_subnet_ids: ["vpc"],
  vpc_security_group_ids: ["vpc"],
  subnets: ["subnet_ids"],
  security_groups: ["security_group_ids"],
  layer: ["layers"],
  ephemeral_storage: ["ephemeral_storage_mb"],
  ephemeral_storage_size: ["ephemeral_storage_mb"],
  tmp: ["ephemeral_storage_mb"],
  efs: ["file_system"],
  file_system_config: ["file_system"],
  file_system_arn: ["file_system"],
  local_mount_path: ["mount_path"],
  kms_key_arn: ["kms_key"],
  cloudwatch_logs_retention_in_days: ["log_retention_days"],
  runtime_management: ["runtime_settings"],
  runtime_management_config: ["runtime_settings"],
  update_runtime_on: ["update_on"],
  // A policy statement's.
  action: ["actions"],
  resource: ["resources"],
  condition: ["conditions"],
  // Of HTTP.
  cors_configuration: ["cors"],
  custom_domain: ["domain"],
  domain_name: ["name", "domain"],
  zone_id: ["hosted_zone_id"],
  auth: ["authorizer"],
  authorizers: ["authorizer"],
  burst_limit: ["burst"],
  rate_limit: ["rate"],
  throttle: ["throttling"],
  throttling_burst_limit: ["burst"],
  throttling_rate_limit: ["rate"],
  origins: ["allow_origins"],
  methods: ["allow_methods"],
  max_age: ["max_age_seconds"],
  // A secret's.
  arn: ["secret_arn"],
  parameter: ["ssm_parameter"],
  parameter_name: ["ssm_parameter"],
  secret: ["secret_arn"],
  secretsmanager: ["secret_arn"],
  secrets_manager: ["secret_arn"],
  ssm: ["ssm_parameter"],
  variable: ["terraform_variable"],
  // An alarm's.
  cold_start: ["cold_starts"],
  duration: ["response_time"],
  error_rate: ["errors"],
  latency: ["response_time"],
  datapoints: ["datapoints_to_alarm"],
  evaluations: ["evaluation_periods"],
  period: ["period_seconds"],
  periods: ["evaluation_periods"],
  limit: ["threshold", "threshold_percent", "threshold_milliseconds"],
  threshold: ["threshold_percent", "threshold_milliseconds"],
  threshold_milliseconds: ["threshold", "threshold_percent"],
  threshold_ms: ["threshold_milliseconds"],
  threshold_percent: ["threshold", "threshold_milliseconds"],
  // Of warming.
  schedule: ["scheduled"],
  schedules: ["scheduled"],
  count: ["concurrency"],
  instances: ["concurrency"],
  number: ["concurrency"],
  every: ["every_minutes", "every_seconds"],
  interval: ["every_minutes", "every_seconds"],
  minutes: ["every_minutes", "for_minutes"],
  rate: ["every_minutes", "every_seconds"],
  end: ["to_hour"],
  end_hour: ["to_hour"],
  from: ["from_hour"],
  hours: ["from_hour and to_hour"],
  start: ["from_hour"],
  start_hour: ["from_hour"],
  to: ["to_hour"],
  weekdays: ["days"],
  max: ["maximum"],
  max_instances: ["maximum"],
  min: ["minimum"],
  min_instances: ["minimum"],
};

/** Keys of other tools that are unnecessary or unavailable here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  code: "the code is functions/<name>/handler.ts; `entry` names another file, `package` a finished zip",
  source: "the code is functions/<name>/handler.ts; `entry` names another file, `package` a finished zip",
  role: "each function gets its own role",
  role_arn: "each function gets its own role",
  ...Object.fromEntries(
    ["invoke_mode", "routes", "cors", "throttling", "authorizer", "domain"].map((key) => [
      key,
      `it belongs to http, as in http = { ${key} = … }`,
    ]),
  ),
  profile: "credentials come from AWS's environment variables or configuration files",
};

/**
 * How a message about an unknown key continues: with the key that was probably meant, with the place where it belongs,
 * or with the known keys.
 *
 * @param placeOf returns where a key belongs that is known elsewhere
 */
export function suggestKey(
  key: string,
  known: readonly string[],
  placeOf: (key: string) => string | undefined,
): string {
  const plain = toSnakeCase(key);
  const names = [plain, ...(Object.hasOwn(ALIASES, plain) ? (ALIASES[plain] ?? []) : [])];
  const meant = names.find((name) => known.includes(name.split(" ")[0] ?? ""));
  if (meant !== undefined) return `, did you mean ${meant}?`;
  const why = Object.hasOwn(ELSEWHERE, plain) ? ELSEWHERE[plain] : undefined;
  if (why !== undefined) return `; ${why}`;
  for (const name of names) {
    const place = placeOf(name);
    if (place !== undefined) return `; ${name} belongs ${place}`;
  }
  const nearest = findNearest(plain, known);
  return nearest === undefined ? `; known here: ${known.join(", ")}` : `, did you mean ${nearest}?`;
}

function findNearest(key: string, known: readonly string[]): string | undefined {
  const [nearest] = known.map((name) => ({ name, edits: distance(key, name) })).sort((a, b) => a.edits - b.edits);
  return nearest && nearest.edits <= Math.max(2, nearest.name.length / 3) ? nearest.name : undefined;
}

/** `memoryMb`, `MemoryMB` and `memory-mb` are `memory_mb`. */
function toSnakeCase(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[\s-]+/g, "_")
    .toLowerCase();
}
