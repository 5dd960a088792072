import { type Environment } from "../../environments/schema";
import { listWatchedFunctions } from "../../model/watched-function";
import { type CommandContext } from "../cli/command-context";
import { buildAlarmChecks } from "./alarms";
import { AwsAccess } from "../aws/access";
import { readIdentity } from "../aws/identity";
import { type Check, pass, memoize } from "./check";
import { buildNodeCheck, buildTerraformChecks } from "./computer";
import { buildDeployedChecks, buildExistingChecks } from "./functions";
import { buildIdentityChecks } from "./identity";
import { buildMissingCheck } from "./imports/missing-in-state";
import { buildLogChecks } from "./logs";
import { buildMetricChecks, createFigureReader } from "./metrics";
import { synthesizeExpected, buildSynthesisChecks } from "./stack";
import { buildStateChecks } from "./state";
import { buildSubscriptionChecks } from "./subscriptions";
import { buildWarmerChecks } from "./warmer";

/** All checks of an environment, in display order. */
export function listChecks(
  environment: Environment,
  { root, now }: Pick<CommandContext, "root" | "now">,
  signal: AbortSignal,
): readonly Check[] {
  const expected = memoize(() => synthesizeExpected(root, environment));
  const aws = new AwsAccess(environment.region, signal);
  const identity = memoize(() => readIdentity(aws, now));
  const file: Check = { name: "environment's file", look: () => pass(`environments/${environment.name}.tfvars`) };
  const [synthesis, written] = buildSynthesisChecks(root, environment, expected);
  const { checks: identified, credentials, region } = buildIdentityChecks(environment, identity);

  const functions = listWatchedFunctions(environment);
  const figures = createFigureReader(aws, functions, now);
  const ofFunctions = functions.flatMap((watched) => {
    const subject = { aws, environment, watched, region };
    const { [watched.id]: settings } = environment.functions;
    const { [watched.id]: existing } = environment.existingFunctions;
    const own = settings ? buildDeployedChecks(subject, settings) : existing && buildExistingChecks(subject, existing);
    if (!own) return [];
    return [
      ...own.checks,
      ...buildLogChecks(subject, synthesis, expected),
      ...buildMetricChecks(environment, watched, own.deployed, () => figures(watched)),
    ];
  });
  const [terraform, provider] = buildTerraformChecks(root, environment, synthesis, expected);
  return [
    buildNodeCheck(),
    file,
    synthesis,
    written,
    terraform,
    provider,
    ...identified,
    ...buildStateChecks(root, environment, credentials, signal),
    buildMissingCheck({ root, environment, aws, needs: [terraform, written, region], expected, identity }),
    ...ofFunctions,
    ...buildWarmerChecks({ aws, environment, region, synthesis, expected, now }),
    ...buildAlarmChecks(aws, environment.name, { region, synthesis }, expected),
    ...buildSubscriptionChecks(aws, environment, region, identity),
  ];
}
