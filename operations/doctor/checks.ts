import { type Environment } from "../../environments/schema";
import { watchedFunctions } from "../../model/watched-function";
import { type Surroundings } from "../surroundings";
import { alarmChecks } from "./alarms";
import { Aws } from "./aws";
import { type Check, ok, once } from "./check";
import { nodeCheck, terraformChecks } from "./computer";
import { deployedFunctionChecks, existingFunctionChecks } from "./functions";
import { identityChecks, whoAsks } from "./identity";
import { missingInStateCheck } from "./imports/missing-in-state";
import { logChecks } from "./logs";
import { metricChecks, readFigures } from "./metrics";
import { synthesized, synthesizedChecks } from "./stack";
import { stateChecks } from "./state";
import { subscriptionChecks } from "./subscriptions";
import { warmerChecks } from "./warmer";

/** Everything that has to be right for an environment, in the order in which it is told. */
export function checksOf(
  environment: Environment,
  { root, now }: Pick<Surroundings, "root" | "now">,
  signal: AbortSignal,
): readonly Check[] {
  const expected = once(() => synthesized(root, environment));
  const identity = whoAsks(environment.region, now, signal);
  const file: Check = { name: "environment's file", look: () => ok(`environments/${environment.name}.tfvars`) };
  const [synthesis, written] = synthesizedChecks(root, environment, expected);
  const { checks: identified, credentials, region } = identityChecks(environment, identity);
  const aws = new Aws(environment.region, signal);

  const functions = watchedFunctions(environment);
  const figures = readFigures(aws, functions, now);
  const ofFunctions = functions.flatMap((watched) => {
    const subject = { aws, environment, watched, region };
    const { [watched.id]: settings } = environment.functions;
    const { [watched.id]: existing } = environment.existingFunctions;
    const own = settings
      ? deployedFunctionChecks(subject, settings)
      : existing && existingFunctionChecks(subject, existing);
    if (!own) return [];
    return [
      ...own.checks,
      ...logChecks(subject, synthesis, expected),
      ...metricChecks(environment, watched, own.deployed, () => figures(watched)),
    ];
  });
  const [terraform, provider] = terraformChecks(root, environment, synthesis, expected);
  return [
    nodeCheck(),
    file,
    synthesis,
    written,
    terraform,
    provider,
    ...identified,
    ...stateChecks(root, environment, credentials, signal),
    missingInStateCheck({ root, environment, aws, needs: [terraform, written, region], expected, identity }),
    ...ofFunctions,
    ...warmerChecks({ aws, environment, region, synthesis, expected, now }),
    ...alarmChecks(aws, environment.name, { region, synthesis }, expected),
    ...subscriptionChecks(aws, environment, region, identity),
  ];
}
