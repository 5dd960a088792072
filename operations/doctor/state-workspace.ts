import * as z from "zod";
import { type StateSettings } from "../../environments/schema";
import { HcpApi } from "../hcp/api";
import { readHcpHost, readHcpToken } from "../hcp/credentials";
import { toOneLine } from "../../performance/foreign-text";
import { OperationFailure } from "../cli/operation-failure";
import { type Check, fail, pass, makeCheck } from "./check";

type Workspace = Extract<StateSettings, { backend: "cloud" }>;

/** https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces#show-workspace */
const WORKSPACE = z.object({ attributes: z.object({ "execution-mode": z.string() }) });

/** Checks that HCP Terraform accepts this computer's token, and has the workspace. */
export function buildWorkspaceChecks({ organization, workspace }: Workspace): Check[] {
  const host = readHcpHost();
  const signedIn = makeCheck("HCP Terraform", [], async () => {
    try {
      await readHcpToken(host);
      return pass(`there is a token for ${host}`);
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      return fail(error.message, `terraform login ${host}`);
    }
  });
  const reachable = makeCheck("state", [signedIn], async () => {
    const about = `workspace ${organization}/${workspace}`;
    const path = `/organizations/${organization}/workspaces/${workspace}`;
    const found = await new HcpApi(host, await readHcpToken(host)).send({ method: "GET", path, about }, WORKSPACE);
    return found
      ? pass(`${organization}/${workspace}, execution mode ${toOneLine(found.attributes["execution-mode"])}`)
      : fail(
          `${about} does not exist, or the token cannot read it`,
          "make it as described in docs/delivery.md, or correct state.organization and state.workspace",
        );
  });
  return [signedIn, reachable];
}
