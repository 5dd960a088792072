import { hash } from "../hash";
import { ACCOUNT, formatFunctionArn } from "../lambda/function-configuration";
import { LocalEnvironmentError } from "../problem";
import { formatQueueArn } from "../queue/queue-arn";
import { type StackJson } from "./synthesize";

/** Terraform's `${...}`, its escapes `$${` and `%%{`, and the start of a directive, which is not supported here. */
const TEMPLATE = /\$\$\{|%%\{|%\{|\$\{([^{}"]*)\}|\$\{/g;

/** The one function of Terraform that is known here. */
const SHA256 = /^sha256\((.+)\)$/;

const REFERENCE = /^([\w-]+)\.([\w-]+)(?:\.([\w-]+))?$/;

/** The version of a function of which nothing was deployed before. */
const FIRST_VERSION = 1;

/**
 * Resolves references in a stack's texts: attributes of its resources, its locals, and variables. Of the attributes
 * that AWS would compute, it supports the few that functions, events and alarms need.
 */
export class References {
  /** Unresolved references, one line each. */
  private readonly problems = new Set<string>();

  /**
   * @param variables the shell's variables: `TF_VAR_<name>` has the value of a variable
   * @param versions the number of each published function's newest version, by its name in AWS
   */
  constructor(
    private readonly stack: StackJson,
    private readonly variables: Readonly<Record<string, string | undefined>>,
    private readonly versions: ReadonlyMap<string, number> = new Map(),
  ) {}

  /**
   * The value with all references resolved.
   *
   * @param the value's place, for messages
   */
  resolve(value: unknown, where: string, within: readonly string[] = []): unknown {
    if (typeof value === "string") return this.resolveText(value, where, within);
    if (Array.isArray(value))
      return value.map((item: unknown, index) => this.resolve(item, `${where}[${index}]`, within));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.resolve(item, `${where}.${key}`, within)]),
    );
  }

  /** Whether everything could be resolved so far. */
  get isComplete(): boolean {
    return this.problems.size === 0;
  }

  /** @throws LocalEnvironmentError with everything that could not be resolved so far */
  check(): void {
    if (this.problems.size > 0) throw new LocalEnvironmentError([...this.problems].join("\n"));
  }

  private resolveText(text: string, where: string, within: readonly string[]): unknown {
    const [, whole] = /^\$\{([^{}"]*)\}$/.exec(text) ?? [];
    // A reference that is the whole text keeps its type.
    if (whole !== undefined) return this.resolveValue(whole, where, within);
    return text.replaceAll(TEMPLATE, (found: string, reference?: string) => {
      if (found === "$${" || found === "%%{") return found.slice(1);
      if (reference === undefined) return this.problem(where, `${text} is not supported here`);
      return String(this.resolveValue(reference, where, within));
    });
  }

  private resolveValue(reference: string, where: string, within: readonly string[]): unknown {
    if (within.includes(reference)) return this.problem(where, `${reference} refers to itself`);
    const [, hashed] = SHA256.exec(reference.trim()) ?? [];
    if (hashed !== undefined) return hash("sha256", String(this.resolveValue(hashed, where, within)));
    const [, first = "", second = "", attribute] = REFERENCE.exec(reference.trim()) ?? [];
    const deeper = [...within, reference];
    if (first === "var" && attribute === undefined) return this.variable(second);
    if (first === "local" && attribute === undefined) {
      if (second in this.stack.locals) return this.resolve(this.stack.locals[second], `local.${second}`, deeper);
      return this.problem(where, `there is no local ${second}`);
    }
    if (attribute === undefined) {
      const known = "attributes of resources, local.<name> and var.<name>";
      return this.problem(where, `\${${reference}} is not supported here; known are ${known}`);
    }
    const resource = this.stack.resource[first]?.[second];
    if (!resource) return this.problem(where, `there is no ${first}.${second}`);
    const own = resource[attribute];
    if (own !== undefined) return this.resolve(own, `${first}.${second}.${attribute}`, deeper);
    const computed = this.computed(first, second, attribute, deeper);
    return computed ?? this.problem(where, `only AWS knows the value of ${reference}`);
  }

  private variable(name: string): unknown {
    const given = this.variables[`TF_VAR_${name}`] ?? this.stack.variable[name]?.["default"];
    if (given !== undefined) return given;
    return this.problem(undefined, `the variable ${name} has no value: set TF_VAR_${name}`);
  }

  private computed(type: string, name: string, attribute: string, within: readonly string[]): string | undefined {
    const readAttribute = (key: string) =>
      String(this.resolveValue(`${type}.${name}.${key}`, `${type}.${name}`, within));
    const { region } = this.stack.provider.aws[0];
    switch (`${type}.${attribute}`) {
      case "aws_lambda_function.arn":
        return formatFunctionArn(region, readAttribute("function_name"));
      case "aws_lambda_function.version":
        if (this.stack.resource[type]?.[name]?.["publish"] !== true) return "$LATEST";
        return String(this.versions.get(readAttribute("function_name")) ?? FIRST_VERSION);
      case "aws_lambda_alias.arn":
        return formatFunctionArn(region, readAttribute("function_name"), readAttribute("name"));
      case "aws_lambda_alias.invoke_arn":
        return `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${readAttribute("arn")}/invocations`;
      case "aws_apigatewayv2_api.id":
        return name;
      case "aws_iam_role.path":
        return "/";
      case "aws_iam_role.arn":
        return `arn:aws:iam::${ACCOUNT}:role${readAttribute("path")}${readAttribute("name")}`;
      case "aws_sqs_queue.arn":
        return formatQueueArn(region, readAttribute("name"));
      case "aws_sqs_queue.id":
      case "aws_sqs_queue.url":
        return `https://sqs.${region}.amazonaws.com/${ACCOUNT}/${readAttribute("name")}`;
      case "aws_sns_topic.arn":
        return `arn:aws:sns:${region}:${ACCOUNT}:${readAttribute("name")}`;
      default:
        return undefined;
    }
  }

  private problem(where: string | undefined, text: string): string {
    this.problems.add(where === undefined ? text : `${where}: ${text}`);
    return "";
  }
}
