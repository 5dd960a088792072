import { formatUtc } from "../document/formats";
import { describeFigures } from "../rollouts/figures";
import { describeTraffic } from "../rollouts/words";
import { type Diagnosis } from "./diagnosis";
import { findLostVersion, findRunningRollout, looksWorse } from "./evidence";
import { adviseAbort } from "./wording";

/** What a version does that gets traffic step by step. */
export const ROLLING: readonly Diagnosis[] = [
  {
    id: "rollout-running",
    title: "A version that is being rolled out does harm",
    runbook: "rollouts.md#how-to-stop-one",
    find: (evidence) => {
      const running = findRunningRollout(evidence);
      if (!running || !looksWorse(running)) return undefined;
      const { at, from, to, figures, findings } = running;
      const sides = [describeFigures(to, figures.new), describeFigures(from, figures.old)];
      return {
        because: [
          `since ${formatUtc(at)} ${describeTraffic(running)}`,
          ...sides,
          ...findings.map(({ text }) => text),
        ].join("; "),
        ...adviseAbort(evidence),
      };
    },
  },
  {
    id: "rollout-went-back",
    title: "A new version did harm, and lost its traffic again",
    runbook: "rollouts.md#a-version-went-back",
    find: (evidence) => {
      const lost = findLostVersion(evidence);
      if (!lost) return undefined;
      const { at, endedAt = at, from, to, reason, findings } = lost;
      return {
        because: [
          `version ${to} had traffic from ${formatUtc(at)} to ${formatUtc(endedAt)}, and version ${from} has all requests again`,
          ...[reason, ...findings.map(({ text }) => text)].filter((text) => text !== ""),
        ].join("; "),
        advice: `fix version ${to}: the next deployment of the same code tries it again; trouble outside that time has another reason`,
      };
    },
  },
];
