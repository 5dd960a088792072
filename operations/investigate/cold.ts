import { formatNumber } from "../document/formats";
import { type Diagnosis, type DiagnosisFinding } from "./diagnosis";
import {
  type Evidence,
  findFigure,
  findRunningRollout,
  isSlowerSinceVersion,
  isWorse,
  readFigureNow,
} from "./evidence";
import { formatCompared, adviseRollback, describeSetting, formatFigureValue, describeVersion } from "./wording";
import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";

const MINUTE = 60_000;
/**
 * An instance without requests ends after some minutes: with fewer than one request in five minutes, each may have a
 * cold start.
 */
const MINUTES_TO_IDLE = 5;
const INIT_FACTOR = 1.3;
const RUNBOOK = "cold-starts.md#what-to-change";

type Cause = Omit<Diagnosis, "runbook"> & { readonly runbook?: string };

/** Possible reasons for more cold starts. */
const CAUSES: readonly Cause[] = [
  {
    id: "cold-starts-warming-fails",
    title: "Cold starts grew because warming fails",
    runbook: "warming.md#likely-causes",
    find: (evidence) => {
      const { watched } = evidence;
      const { now: pings, yesterday } = findFigure(evidence, "pings");
      const failed = readFigureNow(evidence, "pingFailures");
      if (!watched.isWarmed || (failed === 0 && !(pings === 0 && yesterday !== 0))) return undefined;
      return {
        because: `${formatCompared(evidence, "coldStarts")}; ${failed > 0 ? formatCompared(evidence, "pingFailures") : formatCompared(evidence, "pings")}`,
        advice: "the warmer's log shows why: read its last runs",
        commands: [readWarmerLog(evidence)],
      };
    },
  },
  {
    id: "cold-starts-other-version",
    title: "Cold starts grew because another version is kept warm",
    find: (evidence) => {
      const { environment, watched, aliases } = evidence;
      const [live, warm] = [aliases?.["live"]?.version, aliases?.["warm"]?.version];
      if (live === undefined || warm === undefined || live === warm || findRunningRollout(evidence)) return undefined;
      return {
        because: `${formatCompared(evidence, "coldStarts")}; traffic goes to version ${live}, pings go to version ${warm}`,
        advice: "point both aliases to the same version, unless a deployment is in progress",
        ...(watched.deployedHere && {
          commands: [`npm run ops -- rollback ${environment} ${watched.id} --to ${live}`],
        }),
      };
    },
  },
  {
    id: "cold-starts-deployment",
    title: "Cold starts came with a deployment",
    find: (evidence) => {
      const { around, window } = evidence;
      if (!around || around.at < window.from) return undefined;
      return {
        because: `${formatCompared(evidence, "coldStarts")}; ${describeVersion(around)} began without instances`,
        advice:
          "one burst after a deployment ends by itself; raise warming.gate.concurrency if it affects users too much",
      };
    },
  },
  {
    id: "cold-starts-concurrency",
    title: "Cold starts grew because of more concurrent requests",
    find: (evidence) => {
      if (!findFigure(evidence, "concurrency").standsOut) return undefined;
      return {
        because: `${formatCompared(evidence, "coldStarts")}; ${formatCompared(evidence, "concurrency")}`,
        advice: `keep more instances warm at that time: ${describeSetting(evidence, "warming.peak.concurrency")}, or warming.conditional; before a known burst: npm run ops -- warm ${evidence.environment} ${evidence.watched.id}`,
      };
    },
  },
  {
    id: "cold-starts-idle",
    title: "Requests come too rarely to keep instances warm",
    find: (evidence) => {
      const { watched, window } = evidence;
      const requests = readFigureNow(evidence, "requests");
      const minutes = (window.to - window.from) / MINUTE;
      const share = (100 * readFigureNow(evidence, "coldStarts")) / requests;
      const { coldStartPercent } = watched.targets;
      const isPinged = watched.isWarmed && findFigure(evidence, "pings").now !== 0;
      if (requests === 0 || requests > minutes / MINUTES_TO_IDLE || share <= coldStartPercent) return undefined;
      return {
        because: `${formatNumber(share)} % of ${formatNumber(requests)} requests in ${formatNumber(minutes)} minutes had a cold start`,
        advice: isPinged
          ? `ping more often: ${describeSetting(evidence, "warming.scheduled.every_minutes")}`
          : `keep it warm (${describeSetting(evidence, "warming")}), or accept cold starts if nobody waits`,
      };
    },
  },
];

/** What users notice sometimes: requests that wait for an instance to start. */
export const COLD: readonly Diagnosis[] = [
  ...CAUSES.map((cause) => ({
    runbook: RUNBOOK,
    ...cause,
    find: (evidence: Evidence): DiagnosisFinding | undefined => (hasGrown(evidence) ? cause.find(evidence) : undefined),
  })),
  {
    id: "cold-starts",
    title: "Cold starts grew",
    runbook: "cold-starts.md#likely-causes",
    find: (evidence) => {
      if (!hasGrown(evidence) || CAUSES.some(({ find }) => find(evidence))) return undefined;
      return {
        because: formatCompared(evidence, "coldStarts"),
        advice: "look for instances that crash (failures query) and for slow requests that occupy instances",
      };
    },
  },
  {
    id: "warming-fails",
    title: "Warming fails",
    runbook: "warming.md#likely-causes",
    find: (evidence) =>
      hasGrown(evidence) || !isWorse(evidence, "pingFailures", "warming")
        ? undefined
        : {
            because: formatCompared(evidence, "pingFailures"),
            advice: "users do not have more cold starts yet; the warmer's log shows why pings fail",
            commands: [readWarmerLog(evidence)],
          },
  },
  {
    id: "init-since-version",
    title: "Initialization takes longer since a deployment",
    runbook: "init-duration.md#what-to-change",
    find: (evidence) => {
      const { around } = evidence;
      if (!around || !isSlowerSinceVersion(evidence, "averageInitMilliseconds", INIT_FACTOR)) return undefined;
      if (!isWorse(evidence, "init", "init_duration")) return undefined;
      const { before, after } = around;
      return {
        because: `before ${describeVersion(around)} it took ${formatFigureValue("init", before.averageInitMilliseconds)} on average, after it ${formatFigureValue("init", after.averageInitMilliseconds)}`,
        advice: `check what it loads that the previous version did not; if users are affected, ${adviseRollback(evidence).advice}`,
        commands: adviseRollback(evidence).commands ?? [],
      };
    },
  },
  {
    id: "init",
    title: "Initialization takes longer, independent of deployments",
    runbook: "init-duration.md#likely-causes",
    find: (evidence) => {
      if (!isWorse(evidence, "init", "init_duration")) return undefined;
      if (isSlowerSinceVersion(evidence, "averageInitMilliseconds", INIT_FACTOR)) return undefined;
      return {
        because: formatCompared(evidence, "init"),
        advice: `look for slow warm-ups and calls at module level; more memory gives more CPU: ${describeSetting(evidence, "memory_mb")}`,
      };
    },
  },
];

function hasGrown(evidence: Evidence): boolean {
  return isWorse(evidence, "coldStarts", "cold_starts");
}

function readWarmerLog({ environment }: Evidence): string {
  return `aws logs tail ${formatDefaultLogGroup(formatDeployedName(environment, WARMER))} --since 1h`;
}
