import { type Run } from "../run";
import { type LoadSettings } from "../settings";

/** A constant rate of arrivals for a time. */
export async function runSustained(run: Run, { ratePerSecond, seconds }: LoadSettings): Promise<void> {
  await run.sendConstantly({ name: `${ratePerSecond}/s`, part: "sustained" }, ratePerSecond, seconds);
  await run.loop.settle();
}
