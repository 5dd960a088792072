import { Option } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { findEnvironment, loadEnvironments } from "../../environments/load";
import { makeInvalidInput } from "../../environments/mistakes";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
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
        "AWS roles for the runs: the output of `terraform output -json roles` of the bootstrap stack",
      )
      .option("--json", "write one line of JSON per environment"),

  help: `
Sets up the projects and workspaces that the environments' files name, and changes nothing else. Run it again whenever a
file has changed, or after an error: it continues where it stopped.
A sensitive Terraform variable gets the value of TF_VAR_<name>, if that is set.
Uses the token of terraform login, or TF_TOKEN_app_terraform_io. TF_CLOUD_HOSTNAME selects a host other than app.terraform.io.

Exit codes:
  0    the workspaces are set up, except for the variables that the output names
  1    HCP Terraform cannot be reached, or refused something
  2    wrong input: nothing was done

Examples:
  $ npm run ops -- hcp-workspaces                                     every environment whose state is in HCP Terraform
  $ TF_VAR_webhook_token=… npm run ops -- hcp-workspaces prod         with the value of a sensitive variable
  $ npm run ops -- hcp-workspaces --roles roles.json                  runs sign in to AWS with these roles, without stored keys
  $ npm run ops -- hcp-workspaces --execution-mode local              runs happen where terraform is called; HCP keeps the state`,

  run: async ({ root, print }, names, { executionMode, roles: file, json = false }) => {
    if (file !== undefined && executionMode === "local") {
      throw makeInvalidInput(
        "--roles",
        "expected only with --execution-mode remote: other runs do not see a workspace's variables",
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
