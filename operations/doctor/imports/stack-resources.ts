import * as z from "zod";

/** A reference that is a whole value, as in `${aws_sns_topic.urgent.arn}`. */
const REFERENCE = /^\$\{(\w+)\.([\w-]+)\.(\w+)\}$/;

const STACK = z.object({ resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))) });

/** A resource of a synthesized stack. */
export interface StackResource {
  /** As in `aws_lambda_alias.api_live`. */
  readonly address: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The resources of a synthesized stack, with resolved attributes. */
export class StackResources {
  readonly all: readonly StackResource[];

  /** @param json the stack as written */
  constructor(json: string) {
    const { resource } = STACK.parse(JSON.parse(json));
    this.all = Object.entries(resource).flatMap(([type, byName]) =>
      Object.entries(byName).map(([name, attributes]) => ({ address: `${type}.${name}`, type, attributes })),
    );
  }

  /**
   * The value of an attribute; a reference is followed as long as the referenced resource sets the attribute itself.
   */
  text({ attributes }: StackResource, attribute: string): string | undefined {
    const value = attributes[attribute];
    if (typeof value !== "string") return undefined;
    const [, type, name, further] = REFERENCE.exec(value) ?? [];
    if (further === undefined) return value;
    const next = this.all.find(({ address }) => address === `${type ?? ""}.${name ?? ""}`);
    return next && this.text(next, further);
  }

  /** The resource that an attribute refers to. */
  target({ attributes }: StackResource, attribute: string): StackResource | undefined {
    const [, type, name] = REFERENCE.exec(String(attributes[attribute])) ?? [];
    return this.all.find(({ address }) => address === `${type ?? ""}.${name ?? ""}`);
  }
}
