import { makeInvalidInput } from "../../environments/mistakes";
import { listRolledOutFunctions } from "../../model/rollouts";
import { type OperatorRequest } from "../../rollout/contract";
import { AwsAccess } from "../aws/access";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, makeChoiceParser, readEnvironment } from "../cli/input";
import { showProgress } from "../cli/progress";
import { formatDocument } from "../document/text";
import { askController } from "../rollout/ask-controller";
import { buildRolloutsDocument, describeAnswer, formatRolloutsJson } from "../rollout/document";
import { chooseRollouts } from "../rollout/subject";

const ACTIONS: readonly OperatorRequest["action"][] = ["status", "pause", "resume", "abort"];

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<action>", ACTIONS.join(", "), makeChoiceParser(ACTIONS))
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("[function]", "its name in the environment's file; all by default, for status only")
      .option("--json", "write one line of JSON"),

  help: `
A rollout moves traffic to a new version step by step, judges it against the old one, and goes back by itself (docs/rollouts.md).
  status  shows each function's rollout, or how the last one ended: versions, shares, both versions' figures, and why
  pause   keeps the shares as they are. The version is still judged, can still go back, and the time limit goes on counting
  resume  goes on after a pause
  abort   moves all traffic back to the old version at once

After abort, the next deployment tries the same version again: fix or revert the code before anybody deploys.

Exit codes:
  0    done
  1    there was nothing to pause, to resume or to abort, rollouts are not deployed yet, or AWS refused
  2    wrong input: nothing was done
  130  Ctrl-C: see status for what was done

Examples:
  $ npm run ops -- rollout status prod             every function of prod
  $ npm run ops -- rollout status prod api
  $ npm run ops -- rollout pause prod api          keep 10 % for now
  $ npm run ops -- rollout abort prod api          back to the old version, now
  $ npm run ops --silent -- rollout status prod --json    for a script`,

  run: async (context, action, name, id, { json = false }) => {
    const { root, print, printAside, now, signal, wait } = context;
    const environment = await readEnvironment(root, name);
    const rolledOut = listRolledOutFunctions(environment).map((one) => one.id);
    const chosen = chooseRollouts(environment, rolledOut, id);
    if (action !== "status" && id === undefined) {
      const known = rolledOut.length > 0 ? `: ${rolledOut.join(", ")}` : "";
      throw makeInvalidInput("rollout", `name the function to ${action}${known}`);
    }
    const aws = new AwsAccess(environment.region, signal);
    const answer = await showProgress(
      context,
      () => `Asking ${chosen.controller} …`,
      () => askController(aws, chosen, action, wait),
    );
    if (json) print(formatRolloutsJson(answer, action, chosen));
    else if (action === "status") formatDocument(buildRolloutsDocument(answer, chosen, now())).forEach(print);
    else describeAnswer(answer, chosen).forEach(answer.isDone ? print : printAside);
    return answer.isDone ? EXIT.done : EXIT.failed;
  },
});
