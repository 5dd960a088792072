import { isPingReply, type Ping, PING_SOURCE } from "../../performance/warming";
import { buildGateRequest } from "../../model/warmed-functions";
import { type WarmingRecord } from "../../warming/contract";
import { type AwsAccess } from "../aws/access";
import { askFunction } from "../aws/ask-function";
import { type CommandContext } from "../cli/command-context";
import { OperationFailure } from "../cli/operation-failure";
import { type RollbackSubject } from "./subject";

/** As the warmer says it. */
const NOT_MONITORED = "does not answer as a monitored function does";

/** What is known about a version before traffic moves to it. */
export interface VersionCheck {
  /** How many instances were to answer pings; 0 if none was pinged. */
  readonly asked: number;
  /** How many different ones answered, which are now warm. */
  readonly instances: number;
  /** Why it was not checked, or its instances not counted. */
  readonly note?: string;
}

/**
 * Proves that a version starts, and warms it: as a deployment does, through the warmer, or with one ping if the
 * function has no gate.
 *
 * @throws OperationFailure if it does not answer as it should, or AWS refuses
 */
export async function checkVersion(
  aws: AwsAccess,
  { name, warmer, warmed, unpinged }: RollbackSubject,
  version: string,
  { now, wait }: Pick<CommandContext, "now" | "wait">,
): Promise<VersionCheck> {
  if (!warmed) return { asked: 0, instances: 0, note: unpinged };
  if (warmed.isGated) {
    return judgeRecord(await askFunction(aws, { name: warmer, request: buildGateRequest(warmed, version) }, wait));
  }
  if (warmed.mayIgnorePings) {
    return { asked: 0, instances: 0, note: "it has no gate, and may not know pings, because it is not bundled here" };
  }
  const ping: Ping = { source: PING_SOURCE, warming: true, timestamp: new Date(now()).toISOString() };
  const answer = await askFunction(aws, { name, qualifier: version, request: ping }, wait);
  return isPingReply(answer) ? { asked: 1, instances: 1 } : { asked: 1, instances: 0, note: NOT_MONITORED };
}

/** The gate lets a version pass of which one instance has answered; here, as many as it asks for must be warm. */
function judgeRecord(answer: unknown): VersionCheck {
  const { targets: [result] = [] } = Object(answer) as Partial<WarmingRecord>;
  if (!result) throw new OperationFailure("the warmer's answer has no result");
  const { asked, instances, successful, failures } = result;
  if (successful === 0) return { asked, instances, note: failures.join("; ") };
  if (instances >= asked) return { asked, instances };
  const reasons = failures.length > 0 ? `: ${failures.join("; ")}` : "";
  throw new OperationFailure(`${instances} of ${asked} instances answered${reasons}`);
}
