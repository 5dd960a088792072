import { formatTargetName, type Warmed } from "./target";
import { type WarmingTarget } from "../../warming/contract";

/** A function that does not know pings does its normal work for each of them, so it gets none for this time. */
const SPARED_MILLISECONDS = 3_600_000;

/** Targets that do not answer as monitored functions do, and that must not be pinged for an hour. */
export class Unmonitored {
  private readonly sparedUntil = new Map<string, number>();

  /** Why a target must not be pinged; undefined if it may be pinged. */
  reasonToSpare(target: WarmingTarget): string | undefined {
    const until = this.sparedUntil.get(formatTargetName(target)) ?? 0;
    if (until <= Date.now()) return undefined;
    return `does not answer as a monitored function does; not pinged again until ${new Date(until).toISOString()}`;
  }

  /** Records how a target has answered. */
  learn({ target, result, failures }: Warmed): void {
    if (result.successful > 0) this.sparedUntil.delete(formatTargetName(target));
    else if (failures.some(({ kind }) => kind === "not monitored")) {
      this.sparedUntil.set(formatTargetName(target), Date.now() + SPARED_MILLISECONDS);
    }
  }
}
