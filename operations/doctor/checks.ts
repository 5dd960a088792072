import { type Environment } from "../../environments/schema";
import { listWatchedFunctions } from "../../model/watched-function";
import { type CommandContext } from "../cli/command-context";
import { buildAlarmChecks } from "./alarms";
import { AwsAccess } from "../aws/access";
import { readIdentity } from "../aws/identity";
import { type Check, pass, memoize, makeCheck } from "./check";
import { buildNodeCheck, buildTerraformChecks } from "./computer";
import { type Examination } from "./examination";
import { buildDeployedChecks, buildExistingChecks } from "./functions";
import { buildIdentityChecks } from "./identity";
import { buildMissingCheck } from "./imports/missing-in-state";
import { buildLogChecks } from "./logs";
import { buildMetricChecks, createFigureReader } from "./metrics";
import { buildNotifierChecks } from "./notifier";
import { buildRolloutChecks } from "./rollouts";
import { synthesizeExpected } from "../synthesis/synthesize-expected";
import { buildSynthesisChecks } from "./stack";
import { buildStateChecks } from "./state";
import { buildSubscriptionChecks } from "./subscriptions";
import { buildWarmerChecks } from "./warmer";

/** All checks of an environment, in display order. */
export function listChecks(
  environment: Environment,
  { root, now, wait }: Pick<CommandContext, "root" | "now" | "wait">,
  signal: AbortSignal,
): readonly Check[] {
  const aws = new AwsAccess(environment.region, signal);
  const examination: Examination = {
    ...{ root, now, wait, environment, aws, redeploy: `npx cdktf deploy ${environment.name}` },
    expected: memoize(() => synthesizeExpected(root, environment)),
    identity: memoize(() => readIdentity(aws, now)),
  };
  const file = makeCheck("environment's file", [], () => pass(`environments/${environment.name}.tfvars`));
  const [synthesis, written] = buildSynthesisChecks(examination);
  const { checks: identified, credentials, region } = buildIdentityChecks(examination);
  const [terraform, provider] = buildTerraformChecks(examination, synthesis);

  const functions = listWatchedFunctions(environment);
  const figures = createFigureReader(examination, functions);
  const ofFunctions = functions.flatMap((watched) => {
    const { [watched.id]: settings } = environment.functions;
    const { [watched.id]: existing } = environment.existingFunctions;
    const own = settings
      ? buildDeployedChecks(examination, watched, settings, region)
      : existing && buildExistingChecks(examination, watched, existing, region);
    if (!own) return [];
    return [
      ...own.checks,
      ...buildLogChecks(examination, watched, [region, synthesis]),
      ...buildMetricChecks(examination, watched, own.deployed, () => figures(watched)),
    ];
  });
  return [
    ...[buildNodeCheck(), file, synthesis, written, terraform, provider, ...identified],
    ...buildStateChecks(examination, credentials),
    buildMissingCheck(examination, [terraform, written, region]),
    ...ofFunctions,
    ...buildWarmerChecks(examination, [region, synthesis]),
    ...buildRolloutChecks(examination, [region, synthesis]),
    ...buildNotifierChecks(examination, region),
    ...buildAlarmChecks(examination, [region, synthesis]),
    ...buildSubscriptionChecks(examination, region),
  ];
}
