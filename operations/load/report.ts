import { type FunctionSettings } from "../../environments/schema";
import { warmingSettings } from "../../environments/warming";
import { comparisonWith } from "./compare";
import { distributionOf } from "./distribution";
import { figuresOf, judgedIn } from "./figures";
import { type SentRequest } from "./open-loop";
import { PARTS } from "./profiles/cold-start";
import { STRESS_PARTS, type StressResult } from "./profiles/stress";
import { type Report, SCHEMA_VERSION } from "./report-schema";
import { failureOf } from "./request-outcome";
import { type Run } from "./run";
import { phasesOf, seriesOf } from "./series";
import { type LoadSettings } from "./settings";
import { verdictsOf } from "./verdict";

/** What is known of a run when it is over. */
export interface Finished {
  readonly run: Run;
  readonly settings: LoadSettings;
  readonly stress: StressResult | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly baseline: Report | undefined;
  /** Warmwatch's own version. */
  readonly version: string;
}

/** Puts a run's report together. */
export function reportOf(finished: Finished): Report {
  const { run, settings, stress, startedAt, endedAt, baseline, version } = finished;
  const { scope, judged } = judgedRequests(run, settings);
  const figures = figuresOf(run, judged, stress);
  const report: Report = {
    schemaVersion: SCHEMA_VERSION,
    startedAt: new Date(startedAt).toISOString(),
    durationSeconds: (endedAt - startedAt) / 1000,
    settings: settingsIn(run, settings),
    environment: {
      name: settings.environment.name,
      region: settings.environment.region,
      function: settings.functionId,
      settings: environmentSettings(settings),
    },
    versions: { warmwatch: version, node: process.version, platform: `${process.platform} ${process.arch}` },
    scope,
    figures,
    verdicts: verdictsOf({ figures, tellsReports: run.target.tellsReports }),
    phases: phasesOf(run),
    series: seriesOf(run),
    distribution: distributionOf(judgedIn(run, () => true)),
    failures: failuresIn(run.loop.requests),
    ...(stress?.reason !== undefined && { breakReason: stress.reason }),
  };
  return baseline ? { ...report, comparison: comparisonWith(baseline, report) } : report;
}

/** The requests that show what the function can do. */
function judgedRequests(run: Run, { profile }: LoadSettings): { scope: string; judged: SentRequest[] } {
  switch (profile) {
    case "sustained":
      return { scope: "all requests", judged: judgedIn(run, () => true) };
    case "cold-start":
      return { scope: "bursts with warming", judged: judgedIn(run, ({ part }) => part === PARTS.with) };
    case "stress": {
      const held = judgedIn(run, ({ part, broken }) => part === STRESS_PARTS.growing && broken !== true);
      if (held.length > 0) return { scope: "steps that held", judged: held };
      return { scope: "the first step, which did not hold", judged: judgedIn(run, (phase) => phase === run.phases[0]) };
    }
  }
}

function settingsIn({ target }: Run, { profile, path, ratePerSecond, seconds, idleSeconds }: LoadSettings) {
  return {
    profile,
    target: target.kind,
    address: target.address,
    path,
    ...(profile === "cold-start" ? { idleSeconds } : { ratePerSecond, seconds }),
  };
}

/**
 * What of an environment's settings bears on a run, as its file calls it. No variables: they may tell more than a
 * report should.
 */
function environmentSettings({ environment, functionId }: LoadSettings): Record<string, string> {
  const deployed = environment.functions[functionId];
  const warming = warmingSettings(
    environment.warming,
    (deployed ?? environment.existingFunctions[functionId])?.warming ?? {},
  );
  const { scheduled, peak, conditional } = warming;
  return {
    ...(deployed ? functionSettings(deployed) : { existing: "true" }),
    "warming.scheduled": scheduled.enabled ? `${scheduled.concurrency} every ${scheduled.everyMinutes} min` : "off",
    "warming.peak": peak.enabled
      ? `${peak.concurrency} every ${peak.everyMinutes} min, ${peak.fromHour}:00 to ${peak.toHour}:00 UTC, ${peak.days}`
      : "off",
    "warming.conditional": conditional.enabled ? `${conditional.minimum} to ${conditional.maximum}` : "off",
  };
}

function functionSettings(settings: FunctionSettings): Record<string, string> {
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

function failuresIn(requests: readonly SentRequest[]): Record<string, number> {
  const failures: Record<string, number> = {};
  for (const failure of requests.map(failureOf)) {
    if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
  }
  return failures;
}
