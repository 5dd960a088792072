import { type ControllerRequest, MEASURE_KEYS } from "../../rollout/contract";
import { buildWarmUp } from "../../rollout/warm-up";
import { type WarmingRequest } from "../../warming/contract";
import { parseRequest } from "../warmer/request";
import { RequestCheck } from "../warmer/request-check";

const COMMANDS: readonly unknown[] = ["pause", "resume", "abort"];
const ACTIONS: readonly unknown[] = ["start", "tick", "status", ...COMMANDS];

/** As in the files: two days. */
const MOST_SECONDS = 172_800;

/**
 * Checks the controller's event.
 *
 * @throws Error that lists everything that is wrong with it
 */
export function parseControllerRequest(event: unknown): ControllerRequest {
  const check = new RequestCheck("rollout request");
  const { action, functionName, subject, plan, version, attempt } = check.fields("event", event);
  check.that(ACTIONS.includes(action), "action", `one of ${ACTIONS.join(", ")}`, action);
  if (action === "start") {
    checkSubject(check, subject);
    checkPlan(check, plan);
    check.that(typeof version === "string" && /^[1-9]\d*$/.test(version), "version", "a version's number", version);
    if (attempt !== undefined) check.text("attempt", attempt);
  }
  if (COMMANDS.includes(action)) check.text("functionName", functionName);
  if (action === "status" && functionName !== undefined) check.text("functionName", functionName);
  check.end();
  return event as ControllerRequest;
}

function checkSubject(check: RequestCheck, subject: unknown): void {
  const { functionName, logGroup, publishesMetrics, memoryMb, timeoutSeconds, alarms, warming } = check.fields(
    "subject",
    subject,
  );
  check.text("subject.functionName", functionName);
  check.text("subject.logGroup", logGroup);
  check.that(typeof publishesMetrics === "boolean", "subject.publishesMetrics", "true or false", publishesMetrics);
  check.number("subject.memoryMb", memoryMb, 1);
  check.number("subject.timeoutSeconds", timeoutSeconds, 1);
  const areNames = Array.isArray(alarms) && alarms.every((name) => typeof name === "string" && name !== "");
  check.that(areNames, "subject.alarms", "a list of names", alarms);
  if (warming === undefined) return;
  const { warmer, request } = check.fields("subject.warming", warming);
  check.text("subject.warming.warmer", warmer);
  let mistake = "";
  try {
    // Which version is to be warmed is filled in for each step.
    parseRequest(buildWarmUp(request as WarmingRequest, "1", 100));
  } catch (error) {
    mistake = (error as Error).message;
  }
  check.that(mistake === "", "subject.warming.request", `a warming request (${mistake})`, request);
}

function checkPlan(check: RequestCheck, plan: unknown): void {
  const { percents, stepSeconds, bakeSeconds, maximumSeconds, judgedBy, tooFewRequests } = check.fields("plan", plan);
  const arePercents =
    Array.isArray(percents) &&
    percents.length > 0 &&
    percents.every((percent: unknown, index) => {
      const before: unknown = index === 0 ? 0 : percents[index - 1];
      return typeof percent === "number" && typeof before === "number" && percent > before && percent <= 100;
    }) &&
    percents.at(-1) === 100;
  check.that(arePercents, "plan.percents", "rising percentages that end with 100", percents);
  check.number("plan.stepSeconds", stepSeconds, 0);
  check.number("plan.bakeSeconds", bakeSeconds, 0);
  const isTime = typeof maximumSeconds === "number" && maximumSeconds >= 1 && maximumSeconds <= MOST_SECONDS;
  check.that(isTime, "plan.maximumSeconds", `a number from 1 to ${MOST_SECONDS}`, maximumSeconds);
  const keys: readonly unknown[] = MEASURE_KEYS;
  const areKeys = Array.isArray(judgedBy) && judgedBy.every((key) => keys.includes(key));
  check.that(areKeys, "plan.judgedBy", `some of ${MEASURE_KEYS.join(", ")}`, judgedBy);
  const areRules = tooFewRequests === "proceed" || tooFewRequests === "wait";
  check.that(areRules, "plan.tooFewRequests", "proceed or wait", tooFewRequests);
}
