import * as z from "zod";
import {
  MEASURE_KEYS,
  type OperatorAnswer,
  type OperatorRequest,
  type RolloutOverview,
  type RolloutState,
} from "../../rollout/contract";
import { formatDeployedName } from "../../environments/names";
import { type AwsAccess } from "../aws/access";
import { askFunction } from "../aws/ask-function";
import { type CommandContext } from "../cli/command-context";
import { OperationFailure } from "../cli/operation-failure";
import { rolloutFiguresSchema } from "../rollouts/figures";
import { ROLLOUT_STATUSES } from "../rollouts/words";
import { type ChosenRollouts } from "./subject";

/** What is shown of a rollout's state. */
type ShownState = Pick<
  RolloutState,
  | "functionName"
  | "rolloutId"
  | "from"
  | "to"
  | "status"
  | "step"
  | "startedAt"
  | "stepStartedAt"
  | "endedAt"
  | "reason"
  | "findings"
> & { readonly plan: Pick<RolloutState["plan"], "percents" | "bakeSeconds" | "maximumSeconds"> };

/** A rollout, as far as it is shown. */
export interface ShownRollout extends Pick<RolloutOverview, "figures"> {
  readonly state: ShownState;
}

/** The controller's answer, as far as it is shown. */
export interface ControllerAnswer extends Omit<OperatorAnswer, "rollouts"> {
  readonly rollouts: readonly ShownRollout[];
}

const state = z.object({
  functionName: z.string(),
  rolloutId: z.string(),
  from: z.string(),
  to: z.string(),
  plan: z.object({ percents: z.array(z.number()), bakeSeconds: z.number(), maximumSeconds: z.number() }),
  status: z.enum(ROLLOUT_STATUSES),
  step: z.number(),
  startedAt: z.number(),
  stepStartedAt: z.number(),
  endedAt: z.number().optional(),
  reason: z.string(),
  findings: z.array(z.object({ measure: z.enum(MEASURE_KEYS), text: z.string() })),
});

const answerSchema: z.ZodType<ControllerAnswer> = z.object({
  isDone: z.boolean(),
  text: z.string(),
  rollouts: z.array(z.object({ state, figures: rolloutFiguresSchema })),
});

/**
 * Asks the controller about rollouts, or to change one.
 *
 * @throws OperationFailure if it is not deployed, fails, or AWS refuses
 */
export async function askController(
  aws: AwsAccess,
  { environment, region, controller, id, rolledOut }: ChosenRollouts,
  action: OperatorRequest["action"],
  wait: CommandContext["wait"],
): Promise<ControllerAnswer> {
  const request: OperatorRequest =
    id === undefined ? { action } : { action, functionName: formatDeployedName(environment, id) };
  const isWanted = id === undefined ? rolledOut.length > 0 : rolledOut.includes(id);
  const notFound = isWanted
    ? `there is no function ${controller} in ${region}, which moves traffic: deploy first, with npx cdktf deploy ${environment}`
    : `${describeUnrolled(environment, id)}, and there is no ${controller} in ${region}`;
  const answer = await askFunction(aws, { name: controller, request }, wait, notFound);
  const { data } = answerSchema.safeParse(answer);
  if (data) return data;
  throw new OperationFailure(
    `${controller} answered something else than expected: deploy this version of the project, with npx cdktf deploy ${environment}`,
  );
}

/** Why nothing is rolled out step by step. */
export function describeUnrolled(environment: string, id: string | undefined): string {
  return id === undefined
    ? `No function of ${environment} is rolled out step by step (key rollout.strategy)`
    : `${id} of ${environment} is not rolled out step by step: a deployment moves all its traffic at once (key rollout.strategy)`;
}
