import { describe, expect, test } from "@jest/globals";
import { LAYER, makeProjectWithEnvironments, SHIPPED } from "../support/environments";
import {
  listAddresses,
  type Attributes,
  makeProject,
  findResource,
  type StackUnderTest,
  synthesizeProject,
  synthesizeDev,
  makeTfvars,
} from "../support/project";

const devWith = (settings: string, more = "") =>
  synthesizeDev(makeTfvars({ functions: `api = { ${settings} }`, more }));

/** The statements of the function's policy: which actions on which resource. */
function permissionsOf(stack: StackUnderTest): [actions: string[], resource: string][] {
  const { policy } = findResource(stack, "aws_iam_role_policy");
  const { Statement } = JSON.parse(policy as string) as {
    Statement: { Effect: string; Action: string[]; Resource: string }[];
  };
  return Statement.map(({ Effect, Action, Resource }) => {
    expect(Effect).toBe("Allow");
    return [Action, Resource];
  });
}

const LOGS_PERMISSION = [["logs:CreateLogStream", "logs:PutLogEvents"], "${aws_cloudwatch_log_group.api_logs.arn}:*"];

describe("a function", () => {
  test("is what its settings say", async () => {
    const stack = await devWith(
      'memory_mb = 1024, timeout_seconds = 30, architecture = "x86_64", runtime = "nodejs24.x", reserved_concurrency = 7, environment = { MODE = "fast" }',
    );
    expect(findResource(stack, "aws_lambda_function")).toMatchObject({
      function_name: "dev-api",
      memory_size: 1024,
      timeout: 30,
      architectures: ["x86_64"],
      runtime: "nodejs24.x",
      reserved_concurrent_executions: 7,
      environment: { variables: { MODE: "fast" } },
      handler: "handler.handler",
    });
  });

  test("runs with the network, storage, layers and keys of its settings", async () => {
    const { stacks } = await synthesizeProject(makeProjectWithEnvironments());
    const stack = stacks["everything"] as StackUnderTest;
    expect(findResource(stack, "aws_lambda_function", "worker_function")).toMatchObject({
      description: "Works on orders",
      ephemeral_storage: { size: 1024 },
      kms_key_arn: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      layers: [LAYER],
      vpc_config: { subnet_ids: ["subnet-0123456789abcdef0"], security_group_ids: ["sg-0123456789abcdef0"] },
      file_system_config: { local_mount_path: "/mnt/data" },
    });
    expect(findResource(stack, "aws_cloudwatch_log_group", "worker_logs")).toHaveProperty("retention_in_days", 14);
    expect(findResource(stack, "aws_lambda_runtime_management_config")).toHaveProperty(
      "update_runtime_on",
      "FunctionUpdate",
    );
  });

  test("can be stopped: reserved concurrency 0 is not the same as none", async () => {
    expect(findResource(await devWith("reserved_concurrency = 0"), "aws_lambda_function")).toHaveProperty(
      "reserved_concurrent_executions",
      0,
    );
    expect(findResource(await devWith(""), "aws_lambda_function")).not.toHaveProperty("reserved_concurrent_executions");
  });

  test("without variables has no environment block, which would publish a version with every apply", async () => {
    expect(findResource(await devWith(""), "aws_lambda_function")).not.toHaveProperty("environment");
  });

  test("publishes versions, and both aliases point at the newest", async () => {
    const stack = await devWith("");
    expect(findResource(stack, "aws_lambda_function")).toHaveProperty("publish", true);
    for (const name of ["live", "warm"]) {
      expect(findResource(stack, "aws_lambda_alias", `api_${name}`)).toMatchObject({
        name,
        function_version: "${aws_lambda_function.api_function.version}",
      });
    }
  });

  test("logs JSON with the platform's reports, into a group of its own that forgets", async () => {
    const stack = await devWith("", "log_retention_days = 14");
    expect(findResource(stack, "aws_lambda_function")["logging_config"]).toEqual({
      log_format: "JSON",
      system_log_level: "INFO",
      application_log_level: "INFO",
      log_group: "${aws_cloudwatch_log_group.api_logs.name}",
    });
    expect(findResource(stack, "aws_cloudwatch_log_group")).toMatchObject({
      name: "/aws/lambda/dev-api",
      retention_in_days: 14,
    });
  });

  test("is traced by X-Ray, or not", async () => {
    expect(findResource(await devWith(""), "aws_lambda_function")["tracing_config"]).toEqual({ mode: "Active" });
    expect(findResource(await devWith("tracing = false"), "aws_lambda_function")["tracing_config"]).toEqual({
      mode: "PassThrough",
    });
  });

  test("has an output with its URL, names and ARNs", async () => {
    const { output } = await devWith('endpoint = "iam"');
    expect(output["api"]?.value).toEqual({
      url: "${aws_lambda_function_url.api_url.function_url}",
      function_name: "${aws_lambda_function.api_function.function_name}",
      function_arn: "${aws_lambda_function.api_function.arn}",
      live_arn: "${aws_lambda_alias.api_live.arn}",
      warm_arn: "${aws_lambda_alias.api_warm.arn}",
      gate: "${aws_lambda_invocation.api_gate.result}",
      role_arn: "${aws_iam_role.api_role.arn}",
      log_group: "${aws_cloudwatch_log_group.api_logs.name}",
    });
  });
});

describe("a function's role", () => {
  test("is assumed by Lambda alone", async () => {
    const { assume_role_policy: trust } = findResource(await devWith(""), "aws_iam_role");
    expect(JSON.parse(trust as string)).toMatchObject({
      Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: ["sts:AssumeRole"] }],
    });
  });

  test("may write its logs, and nothing else when not traced", async () => {
    expect(permissionsOf(await devWith("tracing = false"))).toEqual([LOGS_PERMISSION]);
  });

  test("may send traces when traced", async () => {
    expect(permissionsOf(await devWith(""))).toEqual([
      LOGS_PERMISSION,
      [["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"],
    ]);
  });

  test("may read exactly the secrets it refers to, and finds their names, never their values", async () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf";
    const stack = await devWith(
      `tracing = false, secrets = { DB = { secret_arn = "${arn}" }, KEY = { ssm_parameter = "/shop/key" } }`,
    );
    expect(permissionsOf(stack)).toEqual([
      LOGS_PERMISSION,
      [["secretsmanager:GetSecretValue"], arn],
      [["ssm:GetParameter"], "${local.api_parameter-prefix}shop/key"],
    ]);
    expect(findResource(stack, "aws_lambda_function")["environment"]).toEqual({
      variables: { DB: arn, KEY: "/shop/key" },
    });
  });

  test("may do exactly what its statements say, in a network too, where its own code may not use the network's rights", async () => {
    const { stacks } = await synthesizeProject(makeProjectWithEnvironments());
    const stack = stacks["everything"] as StackUnderTest;
    const { policy } = findResource(stack, "aws_iam_role_policy", "worker_policy");
    const { Statement } = JSON.parse(policy as string) as { Statement: readonly Record<string, unknown>[] };
    expect(Statement).toEqual(
      expect.arrayContaining([
        {
          Sid: "orders",
          Effect: "Allow",
          Action: ["dynamodb:GetItem"],
          Resource: ["arn:aws:dynamodb:eu-west-1:123456789012:table/orders"],
        },
        { Sid: "mail", Effect: "Allow", Action: ["ses:SendEmail"], Resource: ["*"] },
        expect.objectContaining({ Effect: "Allow", Action: ["kms:Decrypt"] }),
        expect.objectContaining({
          Effect: "Allow",
          Resource: "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/*",
        }),
      ]),
    );
    const [allowed, denied] = ["Allow", "Deny"].map((effect) =>
      Statement.find(({ Effect, Action }) => Effect === effect && String(Action).startsWith("ec2:")),
    );
    expect(allowed?.["Action"]).toEqual(denied?.["Action"]);
    expect(denied).toHaveProperty("Condition.ArnEquals");
    expect(findResource(stack, "aws_iam_role_policy_attachment")).toMatchObject({
      role: "${aws_iam_role.worker_role.name}",
      policy_arn: "arn:aws:iam::123456789012:policy/shared",
    });
  });

  test("is attached before the function exists, so that its first start can be logged", async () => {
    expect(findResource(await devWith(""), "aws_lambda_function")["depends_on"]).toEqual([
      "aws_iam_role_policy.api_policy",
    ]);
  });
});

test("a sensitive Terraform variable is declared once, without a default, and handed to each function that names it", async () => {
  const secrets = 'secrets = { TOKEN = { terraform_variable = "token" } }';
  const { stacks } = await synthesizeProject(
    makeProject({
      "environments/dev.tfvars": makeTfvars({ functions: `api = { ${secrets} }\nweb = { ${secrets} }` }),
      "functions/web/handler.ts": "export const handler = () => {}",
    }),
  );
  const dev = stacks["dev"] as StackUnderTest;
  expect(dev.variable?.["token"]).toEqual({ type: "string", sensitive: true, nullable: false });
  for (const name of ["api_function", "web_function"]) {
    expect(findResource(dev, "aws_lambda_function", name)["environment"]).toEqual({
      variables: { TOKEN: "${var.token}" },
    });
  }
});

describe("an endpoint", () => {
  test("none: nothing is reachable", async () => {
    const stack = await devWith("");
    expect(listAddresses(stack)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/url|apigateway|permission.api/)]),
    );
    expect(stack.output["api"]?.value).not.toHaveProperty("url", expect.anything());
  });

  test("iam: a URL of alias live for signed requests, open to nobody by itself", async () => {
    const stack = await devWith('endpoint = "iam"');
    expect(findResource(stack, "aws_lambda_function_url")).toMatchObject({
      authorization_type: "AWS_IAM",
      function_name: "${aws_lambda_alias.api_live.function_name}",
      qualifier: "${aws_lambda_alias.api_live.name}",
    });
    expect(listAddresses(stack)).not.toContainEqual(expect.stringMatching(/^aws_lambda_permission\.api/));
  });

  test("iam: a URL that streams, where its file says so", async () => {
    const modeOf = async (http: string) =>
      findResource(await devWith(`endpoint = "iam", http = { ${http} }`), "aws_lambda_function_url")["invoke_mode"];
    expect(await modeOf('invoke_mode = "response_stream"')).toBe("RESPONSE_STREAM");
    expect(await modeOf("")).toBeUndefined();
  });

  test("public: an HTTP API that is throttled, logged, and the only one who may invoke", async () => {
    const stack = await devWith('endpoint = "public"', "log_retention_days = 3");
    expect(stack.resource).not.toHaveProperty("aws_lambda_function_url");
    expect(findResource(stack, "aws_apigatewayv2_integration")).toMatchObject({
      integration_uri: "${aws_lambda_alias.api_live.invoke_arn}",
      payload_format_version: "2.0",
    });
    const stage = findResource(stack, "aws_apigatewayv2_stage");
    expect(stage["default_route_settings"]).toEqual({ throttling_rate_limit: 100, throttling_burst_limit: 200 });
    expect((stage["access_log_settings"] as Attributes)["destination_arn"]).toBe(
      "${aws_cloudwatch_log_group.api_access-logs.arn}",
    );
    expect(findResource(stack, "aws_cloudwatch_log_group", "api_access-logs")["retention_in_days"]).toBe(3);
    expect(findResource(stack, "aws_lambda_permission")).toMatchObject({
      principal: "apigateway.amazonaws.com",
      qualifier: "${aws_lambda_alias.api_live.name}",
      source_arn: "${aws_apigatewayv2_api.api_http-api.execution_arn}/*/$default",
    });
  });

  /** By the routes' keys: the name of each, who may call it, and with what scopes. */
  const routesOf = (stack: StackUnderTest): Record<string, [name: string, type: unknown, scopes: unknown]> =>
    Object.fromEntries(
      Object.entries(stack.resource["aws_apigatewayv2_route"] ?? {}).map(([name, route]) => [
        String(route["route_key"]),
        [name, route["authorization_type"], route["authorization_scopes"]],
      ]),
    );

  test("public: answers its routes alone, each with a name that says which", async () => {
    const stack = await devWith(
      'endpoint = "public", http = { routes = ["GET /orders/{id}", "GET /a-b", "GET /a/b"] }',
    );
    expect(routesOf(stack)).toEqual({
      "GET /orders/{id}": [expect.stringMatching(/^api_route-get-orders-id-[0-9a-f]{6}$/), undefined, undefined],
      "GET /a-b": [expect.stringMatching(/^api_route-get-a-b-[0-9a-f]{6}$/), undefined, undefined],
      "GET /a/b": [expect.stringMatching(/^api_route-get-a-b-[0-9a-f]{6}$/), undefined, undefined],
    });
    expect(findResource(stack, "aws_lambda_permission")["source_arn"]).toBe(
      "${aws_apigatewayv2_api.api_http-api.execution_arn}/*/*",
    );
    const explicit = await devWith('endpoint = "public", http = { routes = ["$default"] }');
    expect(routesOf(explicit)).toEqual({ $default: ["api_route", undefined, undefined] });
  });

  test("public: is throttled as its file says", async () => {
    const stack = await devWith('endpoint = "public", http = { throttling = { rate = 5 } }');
    expect(findResource(stack, "aws_apigatewayv2_stage")["default_route_settings"]).toEqual({
      throttling_rate_limit: 5,
      throttling_burst_limit: 200,
    });
  });

  const jwt = 'authorizer = { jwt = { issuer = "https://login.example.com", audience = ["shop"], scopes = ["read"] } }';

  test("public: asks for tokens, on every route", async () => {
    const stack = await devWith(`endpoint = "public", http = { routes = ["GET /a", "ANY /b"], ${jwt} }`);
    expect(Object.values(routesOf(stack)).map(([, type, scopes]) => [type, scopes])).toEqual([
      ["JWT", ["read"]],
      ["JWT", ["read"]],
    ]);
    expect(findResource(stack, "aws_apigatewayv2_authorizer")).toMatchObject({
      authorizer_type: "JWT",
      identity_sources: ["$request.header.Authorization"],
      jwt_configuration: { issuer: "https://login.example.com", audience: ["shop"] },
      // Without tokens later, the routes are changed first: AWS deletes no authorizer that a route names.
      lifecycle: { create_before_destroy: true },
    });
  });

  test("public: asks for signed requests", async () => {
    const stack = await devWith('endpoint = "public", http = { authorizer = "iam" }');
    expect(routesOf(stack)).toEqual({ $default: ["api_route", "AWS_IAM", undefined] });
    expect(stack.resource).not.toHaveProperty("aws_apigatewayv2_authorizer");
  });

  test("public: lets browsers ask without a token whether they may send one", async () => {
    const cors = 'cors = { allow_origins = ["https://a.example"], allow_headers = ["authorization"] }';
    const openIn = async (http: string) =>
      Object.entries(routesOf(await devWith(`endpoint = "public", http = { ${http} }`)))
        .filter(([, [, type]]) => type === undefined)
        .map(([key]) => key);
    expect(await openIn(`${cors}, ${jwt}`)).toEqual(["OPTIONS /", "OPTIONS /{proxy+}"]);
    expect(await openIn(`${cors}, ${jwt}, routes = ["GET /a", "ANY /b/{id}"]`)).toEqual(["OPTIONS /b/{id}"]);
    expect(await openIn(jwt)).toEqual([]);
    expect(await openIn(cors)).toEqual(["$default"]);
  });

  test.each([
    ["public", "aws_apigatewayv2_api", "cors_configuration"],
    ["iam", "aws_lambda_function_url", "cors"],
  ])("%s: answers pages of other origins as its file says", async (endpoint, type, attribute) => {
    const stack = await devWith(
      `endpoint = "${endpoint}", http = { cors = { allow_origins = ["https://a.example"], allow_methods = ["PUT"], allow_credentials = true, max_age_seconds = 60 } }`,
    );
    expect(findResource(stack, type)[attribute]).toEqual({
      allow_origins: ["https://a.example"],
      allow_methods: ["PUT"],
      allow_credentials: true,
      max_age: 60,
    });
  });

  const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab";

  test("public: has a domain of its own, with TLS 1.2, and no other address", async () => {
    const domain = `name = "api.example.com", certificate_arn = "${certificate}"`;
    const stack = await devWith(`endpoint = "public", http = { domain = { ${domain} } }`, "protected = true");
    expect(findResource(stack, "aws_apigatewayv2_domain_name")).toMatchObject({
      domain_name: "api.example.com",
      domain_name_configuration: {
        certificate_arn: certificate,
        endpoint_type: "REGIONAL",
        security_policy: "TLS_1_2",
      },
      lifecycle: { prevent_destroy: true },
    });
    expect(findResource(stack, "aws_apigatewayv2_api_mapping")).toMatchObject({
      api_id: "${aws_apigatewayv2_api.api_http-api.id}",
      domain_name: "${aws_apigatewayv2_domain_name.api_domain.id}",
      stage: "${aws_apigatewayv2_stage.api_stage.id}",
    });
    expect(findResource(stack, "aws_apigatewayv2_api")["disable_execute_api_endpoint"]).toBe(true);
    expect(stack.resource).not.toHaveProperty("aws_route53_record");
    expect(stack.output["api"]?.value).toMatchObject({
      url: "https://api.example.com",
      domain_target: "${aws_apigatewayv2_domain_name.api_domain.domain_name_configuration[0].target_domain_name}",
    });
  });

  test("public: makes the record of its domain, where its zone is known", async () => {
    const domain = `name = "api.example.com", certificate_arn = "${certificate}", hosted_zone_id = "Z1"`;
    const stack = await devWith(`endpoint = "public", http = { domain = { ${domain} } }`);
    expect(findResource(stack, "aws_route53_record")).toMatchObject({
      zone_id: "Z1",
      name: "api.example.com",
      type: "A",
      alias: {
        name: "${aws_apigatewayv2_domain_name.api_domain.domain_name_configuration[0].target_domain_name}",
        zone_id: "${aws_apigatewayv2_domain_name.api_domain.domain_name_configuration[0].hosted_zone_id}",
        evaluate_target_health: false,
      },
    });
    expect(stack.output["api"]?.value).not.toHaveProperty("domain_target");
  });

  test.each([
    ['endpoint = "public"', "api (public endpoint)"],
    ['endpoint = "public", http = { authorizer = "iam" }', "api (HTTP API for signed requests)"],
    [`endpoint = "public", http = { ${jwt} }`, "api (HTTP API for tokens)"],
    ['endpoint = "iam"', "api (iam endpoint)"],
  ])("is said in the summary with who may call it: %s", async (settings, expected) => {
    const { summary } = await synthesizeProject(
      makeProject({ "environments/dev.tfvars": makeTfvars({ functions: `api = { ${settings} }` }) }),
    );
    expect(summary).toContain(`eu-west-1  ${expected}  `);
  });

  test("is said in the summary", async () => {
    const functions = 'api = { endpoint = "public" }\nweb = {}';
    const files = {
      "environments/dev.tfvars": makeTfvars({ functions }),
      "functions/web/handler.ts": "export const handler = 1",
    };
    const { summary } = await synthesizeProject(makeProject(files));
    expect(summary.split("\n")).toContain(
      "dev          eu-west-1  api (public endpoint), web  81         $18.20 a month  terraform.dev.tfstate",
    );
  });
});

test("who else may invoke a function may invoke alias live, and nothing but what its file says", async () => {
  const stack = await devWith(`allowed_triggers = {
    uploads = { principal = "s3.amazonaws.com", source_arn = "arn:aws:s3:::uploads", source_account = "123456789012" }
    skill   = { principal = "alexa-appkit.amazon.com", event_source_token = "amzn1.ask.skill.1" }
  }`);
  expect(findResource(stack, "aws_lambda_permission", "api_trigger-uploads")).toEqual({
    "//": expect.anything(),
    statement_id: "uploads",
    function_name: "${aws_lambda_alias.api_live.function_name}",
    qualifier: "${aws_lambda_alias.api_live.name}",
    action: "lambda:InvokeFunction",
    principal: "s3.amazonaws.com",
    source_arn: "arn:aws:s3:::uploads",
    source_account: "123456789012",
    lifecycle: { replace_triggered_by: ["aws_lambda_alias.api_live.arn"] },
  });
  expect(findResource(stack, "aws_lambda_permission", "api_trigger-skill")).toMatchObject({
    principal: "alexa-appkit.amazon.com",
    event_source_token: "amzn1.ask.skill.1",
  });
});

test("many functions are counted in the summary, and the public ones still named", async () => {
  const names = Array.from({ length: 30 }, (_, index) => `job-${index}`);
  const files = Object.fromEntries(names.map((name) => [`functions/${name}/handler.ts`, "export const handler = 1"]));
  const functions = names
    .map((name, index) => `${name} = { endpoint = "${index === 7 ? "public" : "iam"}" }`)
    .join("\n");
  const { summary } = await synthesizeProject(
    makeProject({ ...files, "environments/dev.tfvars": makeTfvars({ functions }) }),
  );
  expect(summary).toMatch(/^dev +eu-west-1 +30 functions, job-7 \(public endpoint\) +\d+ /m);
});

describe("an environment", () => {
  test("tags everything with what cost reports ask for, and with its own tags", async () => {
    const { provider } = await devWith("", 'tags = { Team = "shop" }');
    expect(provider.aws).toEqual([
      {
        region: "eu-west-1",
        default_tags: [
          { tags: { Team: "shop", Service: "LambdaMonitoring", CostCenter: "Performance", Environment: "dev" } },
        ],
      },
    ]);
  });

  test("with an account refuses every other", async () => {
    const { provider } = await devWith("", 'account_id = "123456789012"');
    expect(provider.aws[0]).toHaveProperty("allowed_account_ids", ["123456789012"]);
  });

  test("that is protected keeps its logs and its addresses; one that is not, can be destroyed", async () => {
    for (const [endpoint, kept] of [
      [
        "iam",
        [
          "aws_cloudwatch_log_group.api_logs",
          "aws_cloudwatch_log_group.warmer_logs",
          "aws_lambda_function_url.api_url",
        ],
      ],
      [
        "public",
        [
          "aws_apigatewayv2_api.api_http-api",
          "aws_cloudwatch_log_group.api_access-logs",
          "aws_cloudwatch_log_group.api_logs",
          "aws_cloudwatch_log_group.warmer_logs",
        ],
      ],
    ] as const) {
      const stack = await devWith(`endpoint = "${endpoint}"`, "protected = true");
      expect(protectedIn(stack)).toEqual([...kept, "terraform_data.protected"]);
      // What has left the configuration is protected by the guard's instance for it alone.
      for (const address of kept) {
        const [, id = "", what = ""] = /\.(\w+?)_(.+)/.exec(address) ?? [];
        expect(guarded(stack)).toContain(`${what} of ${id}`);
      }
      expect(protectedIn(await devWith(`endpoint = "${endpoint}"`))).toEqual([]);
    }
  });

  test("that is protected has a guard for each step of retention up to its own", async () => {
    const steps = async (days: number) => {
      const stack = await devWith("", `protected = true\nlog_retention_days = ${days}`);
      return guarded(stack).filter((key) => key.startsWith("log_retention_days"));
    };
    expect(await steps(5)).toEqual([1, 3, 5].map((days) => `log_retention_days >= ${days}`));
    expect(await steps(3653)).toEqual(expect.arrayContaining(await steps(3288)));
  });

  test("remembers its region and its account, whatever its file says later, and compares them with the file", async () => {
    const { resource, variable } = await devWith("", 'account_id = "123456789012"');
    for (const [id, value] of [
      ["region", "eu-west-1"],
      ["account", "123456789012"],
    ] as const) {
      expect(resource["terraform_data"]?.[id]).toMatchObject({
        input: value,
        lifecycle: { ignore_changes: ["input"] },
      });
      expect(variable?.[`same-${id}`]).toMatchObject({
        default: value,
        validation: [{ condition: `\${terraform_data.${id}.output == var.same-${id}}` }],
      });
    }
  });

  test("works with both major versions of the AWS provider", async () => {
    expect((await devWith("")).terraform["required_providers"]).toEqual({
      aws: { source: "aws", version: ">= 5.100.0, < 7.0.0" },
    });
  });

  test.each([
    [
      'backend = "cloud", organization = "acme", workspace = "shop", project = "web shop"',
      { cloud: { organization: "acme", workspaces: { name: "shop", project: "web shop" } } },
    ],
    [
      'backend = "cloud", organization = "acme", workspace = "shop"',
      { cloud: { organization: "acme", workspaces: { name: "shop" } } },
    ],
    [
      'backend = "s3", bucket = "states", key = "shop/dev.tfstate", region = "us-east-1"',
      {
        backend: {
          s3: { bucket: "states", key: "shop/dev.tfstate", region: "us-east-1", encrypt: true, use_lockfile: true },
        },
      },
    ],
    ['backend = "local"', { backend: { local: { path: "../../../terraform.dev.tfstate" } } }],
  ])("keeps its state where its file says: %s", async (state, expected) => {
    const { terraform } = await synthesizeDev(`region = "eu-west-1"\nfunctions = { api = {} }\nstate = { ${state} }`);
    expect(terraform).toEqual({ ...expected, required_providers: expect.anything() });
  });
});

function guarded(stack: StackUnderTest): string[] {
  const { for_each: keys } = findResource(stack, "terraform_data", "protected");
  return JSON.parse(/^\$\{toset\((.*)\)\}$/.exec(keys as string)?.[1] ?? "") as string[];
}

function protectedIn(stack: StackUnderTest): string[] {
  return listAddresses(stack).filter((address) => {
    const [type = "", name = ""] = address.split(".");
    return (findResource(stack, type, name)["lifecycle"] as Attributes | undefined)?.["prevent_destroy"] === true;
  });
}

/**
 * Renaming a construct destroys its resource and makes another. A change of this list needs a reason, and a `moved`
 * block or a line in the changelog.
 */
describe("resource addresses", () => {
  const alarms = [
    "cold-starts",
    "errors",
    "init-duration",
    "memory",
    "response-time",
    "throttles",
    "timeouts",
    "warming",
  ];
  const objectives = [
    "availability-fast-burn",
    "availability-slow-burn",
    "cold-starts-slow-burn",
    "latency-fast-burn",
    "latency-slow-burn",
  ].map((alarm) => `aws_cloudwatch_metric_alarm.api_${alarm}`);
  const perFunction = [
    "aws_cloudwatch_composite_alarm.api_degraded",
    "aws_cloudwatch_log_group.api_logs",
    "aws_cloudwatch_log_metric_filter.api_init-duration",
    "aws_cloudwatch_log_metric_filter.api_max-memory-used",
    "aws_cloudwatch_log_metric_filter.api_timeouts",
    ...alarms.map((alarm) => `aws_cloudwatch_metric_alarm.api_${alarm}`),
    "aws_iam_role.api_role",
    "aws_iam_role_policy.api_policy",
    "aws_lambda_alias.api_live",
    "aws_lambda_alias.api_warm",
    "aws_lambda_function.api_function",
    "aws_lambda_invocation.api_gate",
  ];
  const queries = [
    "cold-starts",
    "cold-starts-by-version",
    "failures",
    "memory-headroom",
    "slow-requests",
    "warming",
    "warming-runs",
  ];
  const perEnvironment = [
    "aws_cloudwatch_dashboard.dashboard",
    ...queries.map((query) => `aws_cloudwatch_query_definition.${query}`),
    "aws_kms_key.topics",
    "aws_kms_key_policy.topics-policy",
    "aws_sns_topic.notice",
    "aws_sns_topic.urgent",
    "aws_sns_topic_policy.notice-policy",
    "aws_sns_topic_policy.urgent-policy",
    ...["errors", "missed"].map((alarm) => `aws_cloudwatch_metric_alarm.warmer-${alarm}`),
    "aws_cloudwatch_log_group.warmer_logs",
    "aws_iam_role.warmer_role",
    "aws_iam_role_policy.warmer_policy",
    "aws_lambda_function.warmer_function",
    "aws_lambda_function_event_invoke_config.warmer_asynchronous",
    "aws_iam_role.warmer_schedules-role",
    "aws_iam_role_policy.warmer_schedules-policy",
    "aws_scheduler_schedule_group.warmer_schedules",
    "aws_sqs_queue.schedule_missed",
    "terraform_data.region",
  ];
  const always = [...perEnvironment, ...perFunction];
  const byUse = ["aws_scheduler_schedule.schedule_scheduled-7be244"];
  const fixed = ["peak-816ea4", "scheduled-e10c4c"].map((schedule) => `aws_scheduler_schedule.schedule_${schedule}`);
  const ofRollouts = [
    "aws_cloudwatch_log_group.rollout-controller_logs",
    ...["errors", "missed", "rolled-back"].map((key) => `aws_cloudwatch_metric_alarm.rollout-controller-${key}`),
    "aws_cloudwatch_query_definition.rollouts",
    "aws_dynamodb_table.rollout-controller_rollouts",
    "aws_iam_role.rollout-controller_role",
    "aws_iam_role.rollout-controller_schedules-role",
    "aws_iam_role_policy.rollout-controller_policy",
    "aws_iam_role_policy.rollout-controller_schedules-policy",
    "aws_lambda_function.rollout-controller_function",
    "aws_lambda_function_event_invoke_config.rollout-controller_asynchronous",
    "aws_lambda_invocation.api_rollout",
    "aws_scheduler_schedule.rollout-controller_tick",
    "aws_scheduler_schedule_group.rollout-controller_schedules",
    "aws_sqs_queue.rollout-controller_missed",
  ];
  const base = [...always, ...objectives, ...fixed].sort();

  test.each(Object.entries(SHIPPED))("of %s as shipped", async (name, text) => {
    const root = makeProject({ [`environments/${name}.tfvars`]: text });
    const own = [
      ...(name === "dev" ? fixed : [...byUse, ...objectives, ...ofRollouts]),
      ...(name === "prod" ? ["terraform_data.protected"] : []),
    ];
    const stack = (await synthesizeProject(root)).stacks[name] as StackUnderTest;
    expect(listAddresses(stack)).toEqual([...always, ...own, "aws_lambda_function_url.api_url"].sort());
  });

  test("of a public endpoint", async () => {
    expect(listAddresses(await devWith('endpoint = "public"'))).toEqual(
      [
        ...base,
        "aws_apigatewayv2_api.api_http-api",
        "aws_apigatewayv2_integration.api_integration",
        "aws_apigatewayv2_route.api_route",
        "aws_apigatewayv2_stage.api_stage",
        "aws_cloudwatch_log_group.api_access-logs",
        "aws_lambda_permission.api_http-api-permission",
      ].sort(),
    );
  });

  test("do not collide for functions named like parts of the stack", async () => {
    const names = ["aws", "backend", "functions", "variables", "live", "api-logs"];
    const files = Object.fromEntries(names.map((name) => [`functions/${name}/handler.ts`, "export const handler = 1"]));
    const functions = names.map((name) => `${name} = {}`).join("\n");
    const { stacks } = await synthesizeProject(
      makeProject({ ...files, "environments/dev.tfvars": makeTfvars({ functions }) }),
    );
    expect(listAddresses(stacks["dev"] as StackUnderTest)).toHaveLength(
      names.length * (perFunction.length + objectives.length) + perEnvironment.length + fixed.length,
    );
  });
});
