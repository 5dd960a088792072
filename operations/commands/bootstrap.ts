import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { formatWritten } from "../bootstrap/text";
import { writeBootstrap } from "../bootstrap/write-stacks";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<repository>", "owner/name on GitHub, whose workflows may assume the roles")
      .option("--state-in-bucket", "keep this stack's own state in the bucket that it makes, once the bucket exists")
      .option("--json", "write the result as JSON"),

  help: `
Writes one stack per AWS account from environments/*.tfvars: the buckets for states, the identity providers, and three roles for
each environment whose state is in S3 or HCP Terraform: to plan, to deploy, and to check a deployment.
An administrator of the account applies it with Terraform. See docs/delivery.md for the steps.

Exit codes:
  0    the stacks are written
  2    wrong input: nothing was written

Examples:
  $ npm run ops -- bootstrap acme/shop                      for the repository github.com/acme/shop
  $ npm run ops -- bootstrap acme/shop --state-in-bucket    once the bucket exists`,

  run: async ({ root, print }, repository, { stateInBucket = false, json = false }) => {
    const written = await writeBootstrap(repository, stateInBucket, root);
    const lines = json ? [JSON.stringify(written)] : formatWritten(written);
    lines.forEach(print);
    return EXIT.done;
  },
});
