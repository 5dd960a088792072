import { functionName as ownName } from "../../performance/instance";
import { type Strategy, type WarmingRequest } from "../../warming/contract";

type Fields = Readonly<Record<string, unknown>>;

const STRATEGIES: Readonly<Record<Strategy, true>> = { scheduled: true, peak: true, pre_deployment: true, gate: true };

/**
 * Checks the warmer's event.
 *
 * @throws Error that lists everything that is wrong with it
 */
export function parseRequest(event: unknown): WarmingRequest {
  const check = new Check();
  const { strategy, targets, runId, rounds, price } = check.fields("event", event);
  check.that(Object.keys(STRATEGIES).includes(String(strategy)), "strategy", "one of its names", strategy);
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

function checkTarget(check: Check, path: string, target: unknown): void {
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

function checkPrice(check: Check, path: string, price: unknown): void {
  const { perSecond, perRequest } = check.fields(path, price);
  check.number(`${path}.perSecond`, perSecond, 0);
  check.number(`${path}.perRequest`, perRequest, 0);
}

/** Collects mistakes. */
class Check {
  private readonly mistakes: string[] = [];

  that(right: boolean, path: string, expected: string, value: unknown): void {
    if (!right)
      this.mistakes.push(
        `${path}: expected ${expected}, got ${value === undefined ? "nothing" : JSON.stringify(value)}`,
      );
  }

  text(path: string, value: unknown): void {
    this.that(typeof value === "string" && value !== "", path, "a text", value);
  }

  number(path: string, value: unknown, least: number): void {
    this.that(typeof value === "number" && value >= least, path, `a number of at least ${least}`, value);
  }

  count(path: string, value: unknown, least = 0): void {
    this.that(Number.isInteger(value) && Number(value) >= least, path, `a whole number of at least ${least}`, value);
  }

  /** An object's fields; none if it is not an object. */
  fields(path: string, value: unknown): Fields {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    this.that(isObject, path, "an object", value);
    return isObject ? (value as Fields) : {};
  }

  /** @throws Error with every mistake */
  end(): void {
    if (this.mistakes.length > 0) throw new Error(`malformed warming request: ${this.mistakes.join("; ")}`);
  }
}
