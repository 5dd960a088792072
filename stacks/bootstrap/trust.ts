import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { type Construct } from "constructs";
import { type Environment } from "../../environments/schema";

/** The issuer of the tokens that AWS accepts instead of stored keys. */
interface Issuer {
  /** Without `https://`. */
  readonly host: string;
  readonly audience: string;
}

/** https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws */
const GITHUB: Issuer = { host: "token.actions.githubusercontent.com", audience: "sts.amazonaws.com" };

/** https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration */
const HCP: Issuer = { host: "app.terraform.io", audience: "aws.workload.identity" };

/** HCP Terraform's name for the default project of workspaces. */
const DEFAULT_PROJECT = "Default Project";

/** A role's purpose. */
export type Purpose = "plan" | "deploy" | "smoke";

/** The identity providers of an account, and who may assume which role through them. */
export class Trust {
  private readonly github: IamOpenidConnectProvider;
  private readonly hcp: IamOpenidConnectProvider | undefined;

  /** @param repository `owner/name` on GitHub */
  constructor(
    scope: Construct,
    private readonly repository: string,
    environments: readonly Environment[],
  ) {
    const add = (id: string, { host, audience }: Issuer) =>
      new IamOpenidConnectProvider(scope, id, {
        url: `https://${host}`,
        clientIdList: [audience],
        lifecycle: { preventDestroy: true },
      });
    this.github = add("github", GITHUB);
    this.hcp = environments.some(({ state }) => state.backend === "cloud") ? add("hcp", HCP) : undefined;
  }

  /** The trust policy of an environment's role. */
  policy({ name, state }: Environment, purpose: Purpose): string {
    const main = `repo:${this.repository}:ref:refs/heads/main`;
    const ofGithub = {
      plan: [`repo:${this.repository}:pull_request`, main],
      deploy: [`repo:${this.repository}:environment:${name}`],
      smoke: [main],
    }[purpose];
    const statements = [buildTrust(this.github.arn, GITHUB, ofGithub)];
    const phase = { plan: "plan", deploy: "apply", smoke: undefined }[purpose];
    if (this.hcp && state.backend === "cloud" && phase) {
      const { organization, project = DEFAULT_PROJECT, workspace } = state;
      const subject = `organization:${organization}:project:${project}:workspace:${workspace}:run_phase:${phase}`;
      statements.push(buildTrust(this.hcp.arn, HCP, [subject]));
    }
    return JSON.stringify({ Version: "2012-10-17", Statement: statements });
  }
}

function buildTrust(provider: string, { host, audience }: Issuer, subjects: readonly string[]): object {
  return {
    Effect: "Allow",
    Principal: { Federated: provider },
    Action: "sts:AssumeRoleWithWebIdentity",
    // Exact, without wildcards: no other repository, branch or workspace can match.
    Condition: { StringEquals: { [`${host}:aud`]: audience, [`${host}:sub`]: subjects } },
  };
}
