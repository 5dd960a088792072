import { type RolloutPlan } from "./contract";

/** As in "10 % for 5 min, then all, judged for 3 min more". */
export function describeSteps({ percents, stepSeconds, bakeSeconds }: RolloutPlan): string {
  const [first = 100, second = 100] = percents;
  const bake = bakeSeconds > 0 ? `, judged for ${describeDuration(bakeSeconds)} more` : "";
  if (first === 100) return `all at once${bake}`;
  const step = describeDuration(stepSeconds);
  if (percents.length === 2) return `${first} % for ${step}, then all${bake}`;
  return `${first} %, ${second - first} % more every ${step} until all${bake}`;
}

/** As in "5 min", "90 s" or "2 h". */
function describeDuration(seconds: number): string {
  if (seconds % 3600 === 0 && seconds > 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60} min` : `${seconds} s`;
}
