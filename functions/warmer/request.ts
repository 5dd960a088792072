import { functionName as ownName } from "../../performance/instance";
import { type Strategy, type WarmingRequest } from "../../warming/contract";
import { RequestCheck } from "./request-check";

const STRATEGIES: Readonly<Record<Strategy, true>> = { scheduled: true, peak: true, pre_deployment: true, gate: true };

/**
 * Checks the warmer's event.
 *
 * @throws Error that lists everything that is wrong with it
 */
export function parseRequest(event: unknown): WarmingRequest {
  const check = new RequestCheck("warming request");
  const { strategy, targets, runId, rounds, price } = check.fields("event", event);
  check.that(
    typeof strategy === "string" && Object.hasOwn(STRATEGIES, strategy),
    "strategy",
    "one of its names",
    strategy,
  );
  check.that(Array.isArray(targets) && targets.length > 0, "targets", "a list of at least one", targets);
  for (const [index, target] of Array.isArray(targets) ? targets.entries() : []) {
    checkTarget(check, `targets[${index}]`, target);
  }
  if (runId !== undefined) check.text("runId", runId);
  checkPrice(check, "price", price);
  if (rounds !== undefined) {
    check.that(strategy === "pre_deployment", "rounds", "none, except for pre_deployment", rounds);
    const { everySeconds, forMinutes, fullTime } = check.fields("rounds", rounds);
    check.number("rounds.everySeconds", everySeconds, 1);
    check.number("rounds.forMinutes", forMinutes, 1);
    check.that(typeof fullTime === "boolean", "rounds.fullTime", "true or false", fullTime);
  }
  check.end();
  return event as WarmingRequest;
}

function checkTarget(check: RequestCheck, path: string, target: unknown): void {
  const fields = check.fields(path, target);
  const { functionName, qualifier, concurrency, reservedConcurrency, price, conditional, version, mayIgnorePings } =
    fields;
  check.text(`${path}.functionName`, functionName);
  check.that(functionName !== ownName, `${path}.functionName`, "another function than the warmer", functionName);
  check.text(`${path}.qualifier`, qualifier);
  check.count(`${path}.concurrency`, concurrency);
  if (reservedConcurrency !== undefined) check.count(`${path}.reservedConcurrency`, reservedConcurrency);
  if (version !== undefined) check.text(`${path}.version`, version);
  if (mayIgnorePings !== undefined) {
    check.that(mayIgnorePings === true, `${path}.mayIgnorePings`, "true or nothing", mayIgnorePings);
  }
  checkPrice(check, `${path}.price`, price);
  if (conditional !== undefined) {
    const { minimum, maximum, readEveryMinutes } = check.fields(`${path}.conditional`, conditional);
    check.count(`${path}.conditional.minimum`, minimum);
    check.count(`${path}.conditional.maximum`, maximum, Number(minimum));
    check.number(`${path}.conditional.readEveryMinutes`, readEveryMinutes, 1);
  }
}

function checkPrice(check: RequestCheck, path: string, price: unknown): void {
  const { perSecond, perRequest } = check.fields(path, price);
  check.number(`${path}.perSecond`, perSecond, 0);
  check.number(`${path}.perRequest`, perRequest, 0);
}
