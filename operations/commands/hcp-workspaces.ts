import { Option } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { makeInvalidInput } from "../../environments/mistakes";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { findEnvironment } from "../cli/input";
import { HcpApi } from "../hcp/api";
import { readHcpHost, readHcpToken } from "../hcp/credentials";
import { listDesiredWorkspaces } from "../hcp-workspaces/desired-workspaces";
import { readRoles } from "../hcp-workspaces/roles-file";
import { setUp } from "../hcp-workspaces/set-up";
import { formatResult } from "../hcp-workspaces/text";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("[environment...]", "files in environments/, without .tfvars; all with a workspace by default")
      .addOption(
        new Option("--execution-mode <mode>", "where runs happen")
          .choices(["remote", "local"] as const)
          .default("remote" as const),
      )
      .option(
        "--roles <file>",
        "AWS roles for the runs: what `terraform output -json roles` of the bootstrap stack writes",
      )
      .option("--json", "write one line of JSON per environment"),

  help: `
Projects and workspaces are those that the environments' files name. What they have beyond that stays as it is. Run it
again whenever a file has changed, or after an error: it goes on where it stopped.
A sensitive Terraform variable gets the value of TF_VAR_<name>, where that is set.
The token is that of terraform login, or TF_TOKEN_app_terraform_io. TF_CLOUD_HOSTNAME names another host than app.terraform.io.

Exit codes:
  0    the workspaces are as asked, but for the variables that it names
  1    HCP Terraform cannot be reached, or refused something
  2    wrong input: nothing was done

Examples:
  $ npm run ops -- hcp-workspaces                                     of every environment whose state is in HCP Terraform
  $ TF_VAR_webhook_token=… npm run ops -- hcp-workspaces prod         with the value of a sensitive variable
  $ npm run ops -- hcp-workspaces --roles roles.json                  runs sign in to AWS by these roles, without stored keys
  $ npm run ops -- hcp-workspaces --execution-mode local              runs happen where terraform is called; HCP keeps the state`,

  run: async ({ root, print }, names, { executionMode, roles: file, json = false }) => {
    if (file !== undefined && executionMode === "local") {
      throw makeInvalidInput(
        "--roles",
        "expected with --execution-mode remote only: other runs do not see a workspace's variables",
      );
    }
    const environments = await loadEnvironments(root);
    const chosen =
      names.length > 0
        ? [...new Set(names)].map((name) => findEnvironment(name, environments))
        : environments.filter(({ state }) => state.backend === "cloud");
    if (chosen.length === 0)
      throw makeInvalidInput("environments", 'expected one whose state.backend is "cloud", found none');
    const roles = file === undefined ? undefined : { file, byEnvironment: await readRoles(resolve(root, file), file) };
    const wishes = listDesiredWorkspaces(chosen, executionMode, roles);

    const host = readHcpHost();
    const api = new HcpApi(host, await readHcpToken(host));
    for (const wish of wishes) {
      const result = await setUp(api, wish, (variable) => process.env[`TF_VAR_${variable}`]);
      const lines = json ? [JSON.stringify(result)] : formatResult(result);
      lines.forEach(print);
    }
    return EXIT.done;
  },
});
