/** A reference that is a whole value, as in `${aws_sns_topic.urgent.arn}`. */
const REFERENCE = /^\$\{(\w+)\.([\w-]+)\.(\w+)\}$/;

/** The part of a stack's JSON that is read. */
interface StackJson {
  readonly terraform: { readonly required_providers: { readonly aws: { readonly version: string } } };
  readonly resource: Readonly<Record<string, Readonly<Record<string, StackResource["attributes"]>>>>;
}

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
  /** As in `>= 5.100.0, < 7.0.0`. */
  readonly providerVersions: string;

  /** @param json the stack as written */
  constructor(readonly json: string) {
    const { resource, terraform } = JSON.parse(json) as StackJson;
    this.providerVersions = terraform.required_providers.aws.version;
    this.all = Object.entries(resource).flatMap(([type, byName]) =>
      Object.entries(byName).map(([name, attributes]) => ({ address: `${type}.${name}`, type, attributes })),
    );
  }

  /** The values of an attribute of all resources of some types, type by type. */
  texts(attribute: string, ...types: readonly string[]): string[] {
    const resources = types.flatMap((type) => this.all.filter((one) => one.type === type));
    return resources.flatMap((one) => this.text(one, attribute) ?? []);
  }

  /**
   * The value of an attribute; a reference is followed as long as the referenced resource sets the attribute itself.
   */
  text(resource: StackResource, attribute: string): string | undefined {
    const value = resource.attributes[attribute];
    if (typeof value !== "string") return undefined;
    const further = REFERENCE.exec(value)?.[3];
    if (further === undefined) return value;
    const next = this.target(resource, attribute);
    return next && this.text(next, further);
  }

  /** The resource that an attribute refers to. */
  target({ attributes }: StackResource, attribute: string): StackResource | undefined {
    const [, type, name] = REFERENCE.exec(String(attributes[attribute])) ?? [];
    return this.all.find(({ address }) => address === `${type ?? ""}.${name ?? ""}`);
  }
}
