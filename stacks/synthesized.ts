import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatKeyPath } from "../environments/mistakes";
import { type Environment } from "../environments/schema";
import { findPartition } from "../environments/regions";

/**
 * Number of digits of an account's number:
 * https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html
 */
const ACCOUNT = "1".repeat(12);

/** Ids that AWS generates are at most as long as a UUID. */
const LONGEST_ID = "x".repeat(36);

/** The name with which a resource's ARN ends, by attribute. */
const NAMES_IN_ARNS = ["name", "function_name", "alarm_name", "dashboard_name"] as const;

type Attributes = Readonly<Record<string, unknown>>;

interface StackJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly locals?: Attributes;
}

/** A synthesized resource. */
export interface SynthesizedResource {
  /** Terraform's resource type, as in `aws_sqs_queue`. */
  readonly type: string;
  /** The second part of its address. */
  readonly name: string;
  readonly attributes: Attributes;
  /** The key of the environment's file to which it belongs, as in `functions.api`; empty for the environment itself. */
  readonly key: string;
}

/** What Terraform will read for an environment. */
export class SynthesizedEnvironment {
  private readonly byType = new Map<string, readonly SynthesizedResource[]>();

  constructor(
    readonly environment: Environment,
    private readonly json: StackJson,
  ) {
    for (const [type, byName] of Object.entries(json.resource)) {
      const resources = Object.entries(byName).map(([name, attributes]) => ({
        type,
        name,
        attributes,
        key: this.formatKey(attributes),
      }));
      this.byType.set(type, resources);
    }
  }

  /** @param folder the output folder, as cdktf has written it */
  static read(environment: Environment, folder: string): SynthesizedEnvironment {
    const text = readFileSync(join(folder, "stacks", environment.name, "cdk.tf.json"), "utf8");
    return new SynthesizedEnvironment(environment, JSON.parse(text) as StackJson);
  }

  /** The environment's resources of a type. */
  resources(type: string): readonly SynthesizedResource[] {
    return this.byType.get(type) ?? [];
  }

  /**
   * Resolves the references in a text. A value that only AWS knows is replaced by a placeholder of at least the same
   * length.
   */
  expand(text: unknown): string {
    return String(text).replaceAll(/\$\{([^{}]*)\}/g, (_, expression: string) => this.readValue(expression));
  }

  private readValue(expression: string): string {
    const [, list] = /^join\(":", \[(.*)\]\)$/.exec(expression) ?? [];
    if (list !== undefined) {
      const parts = list.match(/"[^"]*"(?=,|$)|element\(split\(":", [^)]*\), \d+\)/g) ?? [];
      return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1) : this.readValue(part))).join(":");
    }
    const [, index] = /^element\(split\(":", [^)]*\), (\d+)\)$/.exec(expression) ?? [];
    if (index !== undefined) return index === "1" ? findPartition(this.environment.region) : ACCOUNT;
    if (/^data\.\w+\.\w+\.account_id$/.test(expression)) return ACCOUNT;
    if (/^data\.\w+\.\w+\.partition$/.test(expression)) return findPartition(this.environment.region);
    const [type = "", name = "", attribute = ""] = expression.split(".");
    if (type === "local") return this.expand(this.json.locals?.[name] ?? LONGEST_ID);
    const resource = this.json.resource[type]?.[name];
    const literal = resource?.[attribute];
    if (typeof literal === "string") return this.expand(literal);
    if (attribute !== "arn") return LONGEST_ID;
    const own = NAMES_IN_ARNS.flatMap((key) => resource?.[key] ?? []);
    const service = type === "aws_cloudwatch_log_group" ? "logs" : "longest-service";
    const { region } = this.environment;
    return `arn:${findPartition(region)}:${service}:${region}:${ACCOUNT}:log-group:${this.expand(own[0] ?? LONGEST_ID)}`;
  }

  private formatKey(attributes: Attributes): string {
    const { metadata } = (attributes["//"] ?? {}) as { metadata?: { path?: string } };
    const [, , id = ""] = metadata?.path?.split("/") ?? [];
    const { functions, existingFunctions } = this.environment;
    return id in functions || id in existingFunctions ? formatKeyPath(["functions", id]) : "";
  }
}
