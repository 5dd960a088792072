import { type Finding, type RolloutState } from "./contract";
import { type Judgement } from "./judge";

/** What a rollout does next. Reasons are for people: whole sentences. */
export type Decision =
  | { readonly kind: "stay"; readonly reason: string }
  | {
      readonly kind: "step";
      /** Index into the plan's `percents`; less than the present one if the versions have to be compared once more. */
      readonly step: number;
      readonly reason: string;
    }
  | { readonly kind: "complete"; readonly reason: string }
  | {
      readonly kind: "goBack";
      readonly status: "rolled_back";
      readonly reason: string;
      readonly findings: readonly Finding[];
    };

/** So long nothing may be known of a version that serves requests. */
const UNREADABLE_MILLISECONDS = 180_000;

/**
 * What a rollout that is running or paused does next. It never waits longer than the plan's `maximumSeconds`, nor with
 * figures that have been unreadable for 3 minutes.
 *
 * @param judgement undefined if the figures cannot be read now
 * @param unreadableSince since when, in milliseconds since 1970
 * @param now in milliseconds since 1970
 */
export function decide(
  state: RolloutState,
  judgement: Judgement | undefined,
  unreadableSince: number | undefined,
  now: number,
): Decision {
  const { plan, step } = state;
  const seconds = (now - state.stepStartedAt) / 1000;
  if (judgement && judgement.harmful.length > 0) {
    return goBack(tellHarm(judgement.harmful), judgement.harmful);
  }
  if (judgement && judgement.doubtful.length > 0 && step > 0) return compareAgain(state, judgement.doubtful);
  if (!judgement && unreadableSince !== undefined && now - unreadableSince >= UNREADABLE_MILLISECONDS) {
    return goBack("Its figures could not be read for 3 minutes, so that it could not be judged.");
  }
  if (now - state.startedAt >= 1000 * plan.maximumSeconds) return goBack(tellTooLong(state, judgement));
  if (state.status === "paused") return stay("It is paused.");
  if (!judgement) return stay("Its figures cannot be read at present.");
  if (step >= plan.percents.length - 1) {
    const left = plan.bakeSeconds - seconds;
    if (left > 0) return stay(`It serves all requests, and is judged for ${formatSeconds(left)} more.`);
    return judgement.holding !== undefined
      ? stay(judgement.holding)
      : { kind: "complete", reason: `It served all requests for ${formatSeconds(seconds)}, and nothing is worse.` };
  }
  const left = plan.stepSeconds - seconds;
  if (left > 0) return stay(`This step lasts ${formatSeconds(left)} more.`);
  if (judgement.holding !== undefined) return stay(judgement.holding);
  const next = { kind: "step", step: step + 1 } as const;
  if (judgement.cleared) return { ...next, reason: "The new version is no worse than the old one." };
  if (judgement.canStillClear) return stay(`Waiting for more requests. ${judgement.unseen}`);
  if (plan.tooFewRequests === "wait") return stay(`There are too few requests. ${judgement.unseen}`);
  return { ...next, reason: `There are too few requests to wait for. ${judgement.unseen}` };
}

/** Once; if it is worse again when it serves all requests, that is no accident. */
function compareAgain({ shares }: RolloutState, findings: readonly Finding[]): Decision {
  const times = shares.filter(({ percent }) => percent === 100).length;
  if (times > 1) return goBack(tellHarm(findings), findings);
  return { kind: "step", step: 0, reason: `Comparing both versions once more. ${tellHarm(findings)}` };
}

function tellHarm(findings: readonly Finding[]): string {
  return `It is worse than before: ${findings.map(({ measure, text }) => `${measure}: ${text}`).join("; ")}.`;
}

function tellTooLong({ status, plan }: RolloutState, judgement: Judgement | undefined): string {
  const begin = `It was not completed within ${formatSeconds(plan.maximumSeconds)}`;
  if (status === "paused") return `${begin}, and was paused.`;
  return judgement ? `${begin}. ${judgement.holding ?? judgement.unseen}` : `${begin}.`;
}

function goBack(reason: string, findings: readonly Finding[] = []): Decision {
  return { kind: "goBack", status: "rolled_back", reason, findings };
}

function stay(reason: string): Decision {
  return { kind: "stay", reason };
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 120 ? `${whole} s` : `${Math.ceil(whole / 60)} minutes`;
}
