import { type FunctionSettings } from "../../environments/schema";
import { resolveTargets } from "../../environments/targets";
import { resolveFunctionWarming } from "../../model/warmed-functions";
import { buildComparison } from "./compare";
import { buildDistribution } from "./distribution";
import { computeLoadFigures, selectJudged } from "./figures";
import { type SentRequest } from "./open-loop";
import { COLD_START_PARTS } from "./profiles/cold-start";
import { STRESS_PARTS, type StressResult } from "./profiles/stress";
import { type LoadReport, LOAD_SCHEMA_VERSION } from "./report-schema";
import { describeRequestFailure } from "./request-outcome";
import { type Run } from "./run";
import { summarizePhases, buildLoadSeries } from "./series";
import { type LoadSettings } from "./settings";
import { judgeTargets } from "../targets/verdict";

/** What is known about a finished run. */
export interface FinishedRun {
  readonly run: Run;
  readonly settings: LoadSettings;
  readonly stress: StressResult | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly baseline: LoadReport | undefined;
  /** Warmwatch's own version. */
  readonly version: string;
}

/** Builds a run's report. */
export function buildLoadReport(finished: FinishedRun): LoadReport {
  const { run, settings, stress, startedAt, endedAt, baseline, version } = finished;
  const { scope, judged } = selectJudgedRequests(run, settings);
  const { environment, functionId } = settings;
  const deployed = environment.functions[functionId];
  const targets = resolveTargets(environment.targets, (deployed ?? environment.existingFunctions[functionId])?.targets);
  const figures = computeLoadFigures(run, judged, stress, targets);
  const report: LoadReport = {
    schemaVersion: LOAD_SCHEMA_VERSION,
    startedAt: new Date(startedAt).toISOString(),
    durationSeconds: (endedAt - startedAt) / 1000,
    settings: describeSettings(run, settings),
    environment: {
      name: environment.name,
      region: environment.region,
      function: functionId,
      settings: describeEnvironment(settings),
    },
    versions: { warmwatch: version, node: process.version, platform: `${process.platform} ${process.arch}` },
    scope,
    figures,
    targetSettings: targets,
    verdicts: judgeTargets({
      figures,
      tellsReports: run.target.tellsReports,
      targets,
      memoryMb: deployed?.memoryMb,
    }),
    phases: summarizePhases(run),
    series: buildLoadSeries(run),
    distribution: buildDistribution(selectJudged(run, () => true)),
    failures: countFailures(run.loop.requests),
    ...(stress?.reason !== undefined && { breakReason: stress.reason }),
  };
  return baseline ? { ...report, comparison: buildComparison(baseline, report) } : report;
}

/** The requests that show what the function can do. */
function selectJudgedRequests(run: Run, { profile }: LoadSettings): { scope: string; judged: SentRequest[] } {
  switch (profile) {
    case "sustained":
      return { scope: "all requests", judged: selectJudged(run, () => true) };
    case "cold-start":
      return { scope: "bursts with warming", judged: selectJudged(run, ({ part }) => part === COLD_START_PARTS.with) };
    case "stress": {
      const held = selectJudged(run, ({ part, broken }) => part === STRESS_PARTS.growing && broken !== true);
      if (held.length > 0) return { scope: "steps that held", judged: held };
      return {
        scope: "the first step, which did not hold",
        judged: selectJudged(run, (phase) => phase === run.phases[0]),
      };
    }
  }
}

function describeSettings({ target }: Run, { profile, path, ratePerSecond, seconds, idleSeconds }: LoadSettings) {
  return {
    profile,
    target: target.kind,
    address: target.address,
    path,
    ...(profile === "cold-start" ? { idleSeconds } : { ratePerSecond, seconds }),
  };
}

/**
 * The environment's settings that affect a run, by their keys in the file. No variables, because they may contain
 * secrets.
 */
function describeEnvironment({ environment, functionId }: LoadSettings): Record<string, string> {
  const deployed = environment.functions[functionId];
  const { scheduled, peak, conditional } = resolveFunctionWarming(environment, functionId);
  return {
    ...(deployed ? describeFunction(deployed) : { existing: "true" }),
    "warming.scheduled": scheduled.enabled ? `${scheduled.concurrency} every ${scheduled.everyMinutes} min` : "off",
    "warming.peak": peak.enabled
      ? `${peak.concurrency} every ${peak.everyMinutes} min, ${peak.fromHour}:00 to ${peak.toHour}:00 ${peak.timezone}, ${peak.days}`
      : "off",
    "warming.conditional": conditional.enabled ? `${conditional.minimum} to ${conditional.maximum}` : "off",
  };
}

function describeFunction(settings: FunctionSettings): Record<string, string> {
  const { memoryMb, timeoutSeconds, architecture, runtime, reservedConcurrency, endpoint, tracing } = settings;
  return {
    memory_mb: String(memoryMb),
    timeout_seconds: String(timeoutSeconds),
    architecture,
    runtime,
    reserved_concurrency: reservedConcurrency === undefined ? "none" : String(reservedConcurrency),
    endpoint,
    tracing: String(tracing),
  };
}

function countFailures(requests: readonly SentRequest[]): Record<string, number> {
  const failures: Record<string, number> = {};
  for (const failure of requests.map(describeRequestFailure)) {
    if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
  }
  return failures;
}
