import { setTimeout as sleep } from "node:timers/promises";
import { monitor } from "../../performance";
import { type FaultKind } from "../rollout/faults";
import { EVENT_KINDS, FAULTY_FUNCTION, USUAL_MILLISECONDS } from "../rollout/processes/faulty-function";

/** A function with the fault of its variable `FAULT`, or without one. */

const has = (kind: FaultKind) => process.env["FAULT"] === kind;
const leaked: Buffer[] = [];

if (has("does not start")) throw new Error("there is no such module");
if (has("slow init")) await sleep(FAULTY_FUNCTION.initMilliseconds);

/** Answers after the usual time, with how long that was here. */
export const handler = monitor(async ({ kind }: { readonly kind: string }) => {
  const startedAt = performance.now();
  if (has("times out")) await sleep(2 * FAULTY_FUNCTION.timeoutSeconds * 1000);
  await sleep(has("3 times slower") ? FAULTY_FUNCTION.slowFactor * USUAL_MILLISECONDS : USUAL_MILLISECONDS);
  // Only memory that is written to is used.
  if (has("leak until out of memory")) leaked.push(Buffer.alloc(FAULTY_FUNCTION.leakedBytes, 1));
  const throws =
    has("throws always") ||
    (has("throws in 5 %") && Math.random() < FAULTY_FUNCTION.thrownShare) ||
    (has("throws for a kind of event") && kind === EVENT_KINDS[0]);
  if (throws) throw new Error(`no ${kind} today`);
  return { milliseconds: performance.now() - startedAt };
});
