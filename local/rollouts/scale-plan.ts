import { type RolloutPlan } from "../../rollout/contract";

/** The controller looks every 12 seconds, however fast the environment's clock is. */
const LEAST_SECONDS_PER_STEP = 60;

/**
 * A plan for an environment whose clock is faster, in real seconds: the controller works in real time. What limits the
 * whole rollout leaves it time to look at each step.
 */
export function scalePlan(plan: RolloutPlan, speed: number): RolloutPlan {
  if (speed === 1) return plan;
  const least = LEAST_SECONDS_PER_STEP * (plan.percents.length + 1);
  return {
    ...plan,
    stepSeconds: plan.stepSeconds / speed,
    bakeSeconds: plan.bakeSeconds / speed,
    maximumSeconds: Math.max(least, plan.maximumSeconds / speed),
  };
}
