import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { LambdaFunction, type LambdaFunctionConfig } from "@cdktf/provider-aws/lib/lambda-function";
import { describe, expect, test } from "@jest/globals";
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { Monitoring, type MonitoringProps } from "../../../stacks/monitoring/monitored-lambdas";

function makeStack() {
  const stack = new TerraformStack(Testing.app(), "shop");
  const addLambda = (id: string, config: Partial<LambdaFunctionConfig> = {}) =>
    new LambdaFunction(stack, id, {
      functionName: `shop-${id}`,
      role: "arn:aws:iam::123456789012:role/shop",
      ...config,
    });
  const monitor = (functions: MonitoringProps["functions"], more: Partial<MonitoringProps> = {}, id = "monitoring") =>
    new Monitoring(stack, id, { name: "shop", region: "eu-west-1", functions, ...more });
  const list = (type: string) => {
    const { resource } = JSON.parse(Testing.synth(stack)) as { resource: Record<string, Record<string, object>> };
    return Object.values(resource[type] ?? {});
  };
  return { stack, addLambda, monitor, list };
}

describe("a function that a stack makes itself", () => {
  test("gets alarms for its name and a log group, by its own settings", () => {
    const { addLambda, monitor, list } = makeStack();

    monitor(
      { orders: { function: addLambda("orders"), settings: { alarms: { errors: { threshold: 1 } } } } },
      { settings: { log_retention_days: 7, alarms: { memory: { enabled: false } } } },
    );

    const alarms = list("aws_cloudwatch_metric_alarm") as { alarm_name: string; threshold: number }[];
    expect(alarms.map(({ alarm_name: name }) => name)).toContain("shop-shop-orders-errors");
    expect(alarms.map(({ alarm_name: name }) => name)).not.toContain("shop-shop-orders-memory");
    expect(alarms.find(({ alarm_name: name }) => name === "shop-shop-orders-errors")?.threshold).toBe(1);
    expect(list("aws_cloudwatch_log_group")).toEqual([
      expect.objectContaining({ name: "/aws/lambda/shop-orders", retention_in_days: 7 }),
    ]);
  });

  test("keeps a log group of its own, and may have any memory", () => {
    const { stack, addLambda, monitor, list } = makeStack();
    const logGroup = new CloudwatchLogGroup(stack, "logs", { name: "orders" });
    const memorySize = new TerraformVariable(stack, "memory", { type: "number" }).numberValue;

    monitor({
      orders: {
        function: addLambda("orders", { memorySize, loggingConfig: { logFormat: "JSON", logGroup: logGroup.name } }),
        logGroup,
      },
    });

    expect(list("aws_cloudwatch_log_group")).toHaveLength(1);
    expect(list("aws_cloudwatch_log_metric_filter")[0]).toMatchObject({
      log_group_name: "${aws_cloudwatch_log_group.logs.name}",
    });
  });

  test.each<[string, (parts: ReturnType<typeof makeStack>) => void, RegExp]>([
    [
      "without a name",
      ({ addLambda, monitor }) => monitor({ orders: { function: addLambda("orders", { functionName: undefined }) } }),
      /^shop\/monitoring: functions\.orders: expected a LambdaFunction with a functionName that is known/,
    ],
    [
      "with a log group that is not known",
      ({ stack, addLambda, monitor }) => {
        const logGroup = new TerraformVariable(stack, "group", { type: "string" }).stringValue;
        monitor({ orders: { function: addLambda("orders", { loggingConfig: { logFormat: "JSON", logGroup } }) } });
      },
      /functions\.orders: expected the logGroup in which it logs/,
    ],
    [
      "twice",
      ({ addLambda, monitor }) => {
        const orders = addLambda("orders");
        monitor({ orders: { function: orders }, other: { function: orders } });
      },
      /functions: expected each function once, got orders twice/,
    ],
    [
      "with wrong settings",
      ({ addLambda, monitor }) =>
        monitor({ orders: { function: addLambda("orders"), settings: { alarm: {} } } }, { name: "Shop" }),
      /functions\.orders\.alarm: unknown key, did you mean alarms\?/,
    ],
    [
      "of a second Monitoring with the same name",
      ({ addLambda, monitor }) => {
        monitor({ orders: { function: addLambda("orders") } });
        monitor({ bills: { function: addLambda("bills") } }, {}, "again");
      },
      /^shop\/again: name: expected another one for each Monitoring, got "shop"$/,
    ],
  ])("is refused %s", (_, make, message) => {
    expect(() => {
      make(makeStack());
    }).toThrow(message);
  });
});
