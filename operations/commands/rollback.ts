import { InvalidArgumentError } from "@commander-js/extra-typings";
import { AwsAccess } from "../aws/access";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, readEnvironment } from "../cli/input";
import { planRollback } from "../rollback/plan";
import { rollBack } from "../rollback/roll-back";
import { selectSubject } from "../rollback/subject";
import { describeCheck, describeMove, describeResult, formatRollbackJson } from "../rollback/text";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("<function>", "its name in the environment's file")
      .option(
        "--to <version>",
        "a published version; by default, the newest one that is older than the one that serves",
        parseVersion,
      )
      .option("--json", "write one line of JSON"),

  help: `
Points a function's aliases live (traffic) and warm (pings) back to an earlier version. First, the version must answer pings, on as many
instances as a deployment's gate asks for, which are then warm. A function without a gate gets one ping. It asks nothing.
The next deployment moves both aliases forward again: revert or fix the code before anybody deploys. A function whose versions are
rolled out step by step (key rollout) stays where it is until there is a new version.

While a rollout is running, use rollout abort. --to ends it, too: the version gets all requests.

If somebody else moves an alias meanwhile, as a deployment does, it is left where it is. Ctrl-C during the check moves nothing; once live
moves, warm follows. --to with the version that already serves only moves warm there, if it is elsewhere.

Exit codes:
  0    live and warm are on the version
  1    the version did not answer, an alias was changed meanwhile, or AWS refused: the output says what was moved
  2    wrong input, or there is no such version: nothing was moved
  130  Ctrl-C: nothing was moved

Examples:
  $ npm run ops -- rollback prod api             to the version before the one that serves
  $ npm run ops -- rollback prod api --to 41
  $ npm run ops --silent -- rollback prod api --json    for a script`,

  interrupted: "nothing was moved",

  run: async (context, name, id, { to, json = false }) => {
    const { root, print, printAside, now, signal } = context;
    const subject = selectSubject(await readEnvironment(root, name), id);
    const plan = await planRollback(new AwsAccess(subject.region, signal), subject, to);
    const say = json ? printAside : print;
    say(describeMove(subject, plan, now()));
    const result = await rollBack(
      subject,
      plan,
      (check) => {
        say(describeCheck(check, plan));
      },
      context,
    );
    describeResult(subject, plan, result).forEach(say);
    if (json) print(formatRollbackJson(subject, plan, result));
    if (result.failure === undefined) return EXIT.done;
    printAside(result.failure);
    return EXIT.failed;
  },
});

function parseVersion(text: string): string {
  if (/^[1-9]\d{0,15}$/.test(text)) return text;
  throw new InvalidArgumentError("It is not the number of a published version, such as 41.");
}
