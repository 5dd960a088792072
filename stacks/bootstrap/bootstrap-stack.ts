import { OWN_TAGS } from "../../environments/tags";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { DataResource, Fn, TerraformOutput, TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { type Environment } from "../../environments/schema";
import { addBackend } from "../backend";
import { divideStatements } from "../policy-packing";
import { type Account } from "./accounts";
import { formatBoundaryName } from "./grants";
import {
  buildBoundaryPolicy,
  buildDeployPolicy,
  buildPlanPolicy,
  buildSmokePolicy,
  type PolicyStatement,
} from "./policies";
import { addStateBucket } from "./state-bucket";
import { type Purpose, Trust } from "./trust";
import { AWS_PROVIDER_VERSION } from "../provider-version";

/** Input of a bootstrap stack, besides the account. */
export interface BootstrapStackProps {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** Whether its own state is in the account's bucket; otherwise it is in a file on this computer. */
  readonly stateInBucket: boolean;
  /** Where Terraform will run, relative to the project's root. */
  readonly stackFolder: string;
}

/**
 * What an account needs before its environments can be delivered: a place for states, and roles that plan and deploy.
 */
export class BootstrapStack extends TerraformStack {
  private readonly providers = new Map<string, AwsProvider>();

  constructor(
    scope: Construct,
    readonly account: Account,
    { repository, stateInBucket, stackFolder }: BootstrapStackProps,
  ) {
    super(scope, account.stackName);
    const { environments, buckets } = account;
    const [home] = environments;
    const [bucket] = buckets;
    this.findProvider(bucket?.region ?? home.region);
    this.addOverride("terraform.required_providers.aws.version", AWS_PROVIDER_VERSION);
    const state: Environment["state"] =
      stateInBucket && bucket
        ? { backend: "s3", bucket: bucket.name, key: account.stateKey, region: bucket.region }
        : { backend: "local" };
    addBackend(this, { ...home, name: account.stackName, state }, stackFolder);

    for (const { name, region } of buckets) {
      addStateBucket(this, `bucket_${name}`, { name, provider: this.findProvider(region) });
    }

    // `prevent_destroy` disappears with a bucket that no file names anymore, but its states may still be needed.
    new DataResource(this, "protected", { lifecycle: { preventDestroy: true } }).addOverride(
      "for_each",
      Fn.toset(buckets.map(({ name }) => `bucket ${name}`)),
    );

    const identity = new DataAwsCallerIdentity(this, "identity").accountId;
    const partition = new DataAwsPartition(this, "partition").partition;
    const trust = new Trust(this, repository, environments);
    const roles = environments.map((environment) => {
      const { name, region } = environment;
      const place = { partition, account: identity, region, name };
      const role = (purpose: Purpose, statements: readonly PolicyStatement[]) =>
        this.addRole(environment, purpose, trust.policy(environment, purpose), statements);
      const plan = role("plan", buildPlanPolicy(environment, place));
      const deploy = role("deploy", buildDeployPolicy(environment, place));
      const smoke = role("smoke", buildSmokePolicy(place));
      const boundary = new IamPolicy(this, `${name}_boundary`, {
        name: formatBoundaryName(place),
        description: `The most that functions of ${name} may do`,
        policy: JSON.stringify({ Version: "2012-10-17", Statement: buildBoundaryPolicy(environment, place) }),
      }).arn;
      return [name, { plan, deploy, smoke, boundary }] as const;
    });
    new TerraformOutput(this, "roles", {
      description:
        "Of each environment, the ARNs of the roles that may plan, deploy, and do the smoke check, and of its permissions_boundary",
      value: Object.fromEntries(roles),
    });
  }

  private addRole(
    { name }: Environment,
    purpose: Purpose,
    assumeRolePolicy: string,
    statements: readonly PolicyStatement[],
  ): string {
    const role = new IamRole(this, `${name}_${purpose}`, {
      // Not under the path of functions' roles, which the deploy roles may change.
      name: `warmwatch_${name}_${purpose}`,
      description: {
        plan: `Plans ${name}: reads only`,
        deploy: `Deploys ${name}`,
        smoke: `Checks ${name} after a deployment: calls and reads only`,
      }[purpose],
      assumeRolePolicy,
      tags: { Environment: name },
    });
    const { inline, managed } = divideStatements(statements);
    const formatPolicy = (Statement: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    new IamRolePolicy(this, `${name}_${purpose}_policy`, {
      name: purpose,
      role: role.name,
      policy: formatPolicy(inline),
    });
    for (const [index, more] of managed.entries()) {
      const id = `${name}_${purpose}_${index + 2}`;
      const { arn } = new IamPolicy(this, id, { name: `warmwatch_${id}`, policy: formatPolicy(more) });
      new IamRolePolicyAttachment(this, `${id}_attached`, { role: role.name, policyArn: arn });
    }
    return role.arn;
  }

  /** The provider of a region; the first one is the stack's default. */
  private findProvider(region: string): AwsProvider {
    const known = this.providers.get(region);
    if (known) return known;
    const isDefault = this.providers.size === 0;
    const { id } = this.account;
    const provider = new AwsProvider(this, isDefault ? "aws" : `aws_${region}`, {
      ...(isDefault ? {} : { alias: region }),
      region,
      allowedAccountIds: id === undefined ? undefined : [id],
      defaultTags: [{ tags: OWN_TAGS }],
    });
    this.providers.set(region, provider);
    return provider;
  }
}
