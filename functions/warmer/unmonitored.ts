import { formatTargetName, type Warmed } from "./target";
import { type WarmingTarget } from "../../warming/contract";

/** A function that does not know pings does its work for each of them: it is spared for so long. */
const SPARED_MILLISECONDS = 3_600_000;

/** The targets that do not answer as monitored functions do, and are not to be pinged for an hour. */
export class Unmonitored {
  private readonly sparedUntil = new Map<string, number>();

  /** Why not to ping a target; undefined when it may be pinged. */
  reasonToSpare(target: WarmingTarget): string | undefined {
    const until = this.sparedUntil.get(formatTargetName(target)) ?? 0;
    if (until <= Date.now()) return undefined;
    return `does not answer as a monitored function does; not pinged again until ${new Date(until).toISOString()}`;
  }

  /** Takes in how a target has answered. */
  learn({ target, result, failures }: Warmed): void {
    if (result.successful > 0) this.sparedUntil.delete(formatTargetName(target));
    else if (failures.some(({ kind }) => kind === "not monitored")) {
      this.sparedUntil.set(formatTargetName(target), Date.now() + SPARED_MILLISECONDS);
    }
  }
}
