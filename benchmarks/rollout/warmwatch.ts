import { createRandom } from "../../advisor/random";
import { ROLLOUT_DEFAULTS } from "../../environments/rollout";
import { buildEvaluation } from "../../local/cloudwatch/alarm";
import { buildRolloutPlan } from "../../model/rollouts";
import { type RolloutPlan, type RolloutState, type VersionFigures } from "../../rollout/contract";
import { decide } from "../../rollout/decide";
import { findBucket } from "../../rollout/histogram";
import { judge } from "../../rollout/judge";
import { drawBinomial } from "../alerts/draws";
import { drawLag } from "../alerts/month";
import { AliasMetrics } from "./alias-metrics";
import { type Attempt, BEGIN, beginSimulation, type Simulation } from "./attempt";
import { type Fault } from "./faults";
import { LateLogs, type Lateness } from "./late-logs";
import { type World } from "./world";

/** The plan of the shipped files. */
export const DEFAULT_PLAN = buildRolloutPlan({ ...ROLLOUT_DEFAULTS, strategy: "canary" }, true);

/** Between two queries of the log. */
const POLL_SECONDS = 12;
/** From a query to the alias's change. */
const ACT_SECONDS = 4;

const OLD = "41";
const NEW = "42";

const REFERENCE_VALUES = 2000;
const REFERENCE_INITS = 40;
const DAY_SECONDS = 86_400;

/** The function's own alarm: more than 5 % of requests fail in two minutes. */
const ALARM = buildEvaluation({
  comparison_operator: "GreaterThanThreshold",
  threshold: 5,
  evaluation_periods: 2,
  treat_missing_data: "notBreaching",
  metric_query: [
    { id: "share", expression: "100 * errors / requests", return_data: true },
    { id: "errors", metric: { namespace: "AWS/Lambda", metric_name: "Errors", period: 60, stat: "Sum" } },
    { id: "requests", metric: { namespace: "AWS/Lambda", metric_name: "Invocations", period: 60, stat: "Sum" } },
  ],
});

/** Rolls out as the controller does: it queries the log, judges, decides, and changes the alias. */
export function rollOut(world: World, fault: Fault, seed: number, lateness: Lateness, plan = DEFAULT_PLAN): Attempt {
  const metrics = new AliasMetrics(drawLag(createRandom(seed, 2), plan.maximumSeconds / 60 + 1), BEGIN);
  const logs: LateLogs = new LateLogs(createRandom(seed, 3), lateness, POLL_SECONDS, BEGIN);
  const simulation = beginSimulation(world, fault, seed, (request) => {
    metrics.add(request);
    logs.add(request.isNew ? NEW : OLD, request);
  });
  if (fault.cannotStart) return simulation.end(0, true, "gate");
  const { service } = simulation;
  const reference = drawReference(simulation, world);
  let state = buildState(plan);
  let alarm = ALARM.evaluate(metrics, BEGIN, "OK");

  const warm = (percent: number, now: number) => {
    const inits = service.warm(Math.max(1, Math.ceil((service.usualInstances * percent) / 100)));
    for (const init of inits) logs.addInit(NEW, now, init);
  };
  warm(state.shares[0]?.percent ?? 0, 0);
  for (let now = POLL_SECONDS; ; now += POLL_SECONDS) {
    const percent = plan.percents[state.step] ?? 0;
    service.serveUntil(now, percent / 100);
    metrics.now = now;
    if (now % 60 === 0) alarm = ALARM.evaluate(metrics, BEGIN + 1000 * now, alarm);
    const at = BEGIN + 1000 * now;
    const judgement = judge({
      state,
      minutes: logs.query(),
      reference,
      throttles: undefined,
      ringing: alarm === "ALARM" ? ["errors"] : [],
      now: at,
    });
    const decision = decide(state, judgement, undefined, at);
    if (decision.kind === "stay") continue;
    if (decision.kind === "complete") return simulation.end(now, false, decision.reason);
    service.serveUntil(now + ACT_SECONDS, percent / 100);
    if (decision.kind === "goBack") {
      return simulation.end(
        now + ACT_SECONDS,
        true,
        decision.findings.map(({ measure }) => measure).join(" ") || "time",
      );
    }
    const next = plan.percents[decision.step] ?? 100;
    warm(next, now + ACT_SECONDS);
    const since = at + 1000 * ACT_SECONDS;
    state = {
      ...state,
      step: decision.step,
      stepStartedAt: since,
      shares: [...state.shares, { percent: next, since }],
    };
  }
}

function buildState(plan: RolloutPlan): RolloutState {
  return {
    functionName: "function",
    rolloutId: "1",
    from: OLD,
    to: NEW,
    subject: {
      functionName: "function",
      logGroup: "/aws/lambda/function",
      publishesMetrics: true,
      memoryMb: 1024,
      timeoutSeconds: 30,
      alarms: ["errors"],
    },
    plan,
    status: "running",
    step: 0,
    startedAt: BEGIN,
    stepStartedAt: BEGIN,
    shares: [{ percent: plan.percents[0] ?? 100, since: BEGIN }],
    reason: "",
    findings: [],
    ringingBefore: [],
  };
}

/** What the old version did in the day before. */
function drawReference({ random, service }: Simulation, world: World): VersionFigures {
  const requests = Math.round(world.ratePerSecond * DAY_SECONDS);
  const values = Math.min(requests, REFERENCE_VALUES);
  const failures = drawBinomial(random, requests, world.failingShare);
  const repeat = (count: number, draw: () => number) => {
    const histogram: Record<string, number> = {};
    for (let index = 0; index < count; index++) {
      const bucket = findBucket(draw());
      histogram[bucket] = (histogram[bucket] ?? 0) + 1;
    }
    return histogram;
  };
  return {
    requests,
    failures,
    timeouts: 0,
    durations: repeat(values, () => service.drawOldDuration()),
    inits: repeat(REFERENCE_INITS, () => service.drawOldInit()),
    memory: repeat(values, () => world.memoryPercent),
  };
}
