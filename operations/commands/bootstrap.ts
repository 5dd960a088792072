import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { formatWritten } from "../bootstrap/text";
import { writeBootstrap } from "../bootstrap/write-stacks";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<repository>", "owner/name on GitHub, whose workflows may take the roles")
      .option("--state-in-bucket", "keep this stack's own state in the bucket that it makes, once it is there")
      .option("--json", "write what there is as JSON"),

  help: `
One stack per AWS account, made from environments/*.tfvars: the buckets for states, the identity providers, and of each
environment whose state is in S3 or HCP Terraform three roles: to plan, to deploy, and to check what was deployed.
Terraform applies it, by an administrator of the account. docs/delivery.md leads through it.

Exit codes:
  0    the stacks are written
  2    wrong input: nothing was written

Examples:
  $ npm run ops -- bootstrap acme/shop                      for the repository github.com/acme/shop
  $ npm run ops -- bootstrap acme/shop --state-in-bucket    once the bucket is there`,

  run: async ({ root, print }, repository, { stateInBucket = false, json = false }) => {
    const written = await writeBootstrap(repository, stateInBucket, root);
    const lines = json ? [JSON.stringify(written)] : formatWritten(written);
    lines.forEach(print);
    return EXIT.done;
  },
});
