/** A resource's entry in a plan's JSON, as Terraform 1.11 writes it. */
export interface ResourceJson {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly change: Readonly<Record<string, unknown>>;
}

type Attributes = Readonly<Record<string, unknown>>;

/** What makes an entry unusual. */
export interface Extra {
  readonly actions?: readonly string[];
  readonly after_unknown?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
  readonly replace_paths?: unknown;
  readonly previous_address?: string;
}

/** An entry; its actions follow from what there is before and after, unless they are given. */
export function makeResource(
  address: string,
  before: Attributes | null,
  after: Attributes | null,
  { previous_address: previous, ...extra }: Extra = {},
): ResourceJson {
  const [type = "", name = ""] = address.split(".");
  const same = JSON.stringify(before) === JSON.stringify(after);
  const actions = same ? ["no-op"] : before === null ? ["create"] : after === null ? ["delete"] : ["update"];
  return {
    address,
    ...(previous !== undefined && { previous_address: previous }),
    mode: "managed",
    type,
    name,
    change: {
      actions,
      before,
      after,
      after_unknown: {},
      before_sensitive: before === null ? false : {},
      after_sensitive: after === null ? false : {},
      ...extra,
    },
  };
}

/** A whole plan's JSON. */
export function makePlanJson(...resources: readonly ResourceJson[]): string {
  return JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.11.4",
    planned_values: { root_module: {} },
    resource_changes: resources,
    timestamp: "2026-11-01T00:00:00Z",
    errored: false,
  });
}

/** A target of a rule, as the stacks made it before they had schedules. */
export function makeRuleTarget(strategy: string, concurrency: number): Attributes {
  return {
    rule: "r",
    input: JSON.stringify({ strategy, targets: [{ functionName: "prod-api", qualifier: "warm", concurrency }] }),
  };
}

/** A schedule of the peak as the stacks make it. */
export function makeSchedule(expression: string, concurrency: number): Attributes {
  const { input } = makeRuleTarget("peak", concurrency);
  return {
    schedule_expression: expression,
    schedule_expression_timezone: "Europe/Berlin",
    target: [{ arn: "a", input }],
  };
}

/** A metric alarm that computes its figure from as many metrics. */
export function makeAlarm(threshold: number, metrics = 1): Attributes {
  const query = (id: number) => ({ id: `m${id}`, expression: "", metric: [{ metric_name: "Errors", period: 300 }] });
  return {
    alarm_name: "prod-api-errors",
    threshold,
    metric_query: [
      ...Array.from({ length: metrics }, (_, id) => query(id)),
      { id: "result", expression: "m0", metric: [] },
    ],
  };
}

/** A dashboard's entry; a text is its body as it is written. */
export function makeDashboard(
  before: object | string | null,
  after: object | string | null,
  extra: Extra & { readonly address?: string; readonly name?: string } = {},
): ResourceJson {
  const { address = "aws_cloudwatch_dashboard.dashboard", name = "prod", ...more } = extra;
  const toAttributes = (body: object | string | null) =>
    body === null
      ? null
      : { dashboard_name: name, dashboard_body: typeof body === "string" ? body : JSON.stringify(body) };
  return makeResource(address, toAttributes(before), toAttributes(after), more);
}
