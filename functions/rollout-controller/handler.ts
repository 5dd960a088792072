import { type OperatorAnswer, type StartAnswer, type TickAnswer } from "../../rollout/contract";
import { connectAws, disconnectAws } from "./clients";
import { driveRollout } from "./drive";
import { operateRollout } from "./operate";
import { type Driver } from "./poll";
import { parseControllerRequest } from "./request";
import { RolloutTable } from "./rollout-table";
import { startRollout } from "./start";
import { isActive } from "./tracked-rollout";

/** The relevant part of Lambda's context: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface ControllerContext {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}

/** Time reserved at the end: a poll that has begun then, and what an answer says of the log. */
const MARGIN_MILLISECONDS = 90_000;

/**
 * Rolls out new versions: takes a ControllerRequest, moves alias `live` step by step, logs a RolloutRecord for each
 * event, and answers how it is going.
 *
 * @throws Error for a malformed request, and for a start, if the version does not get its traffic
 */
export async function handler(
  event: unknown,
  context: ControllerContext,
): Promise<StartAnswer | TickAnswer | OperatorAnswer> {
  const request = parseControllerRequest(event);
  const { ROLLOUTS_TABLE: tableName = "" } = process.env;
  if (tableName === "") throw new Error("expected environment variable ROLLOUTS_TABLE");
  const endsAt = Date.now() + context.getRemainingTimeInMillis() - MARGIN_MILLISECONDS;
  const clients = connectAws();
  const driver: Driver = { clients, table: new RolloutTable(tableName), owner: context.awsRequestId };
  try {
    if (request.action === "start") return await startRollout(request, driver, endsAt);
    if (request.action === "tick") return await continueAll(driver, endsAt);
    return await operateRollout(request, driver, endsAt);
  } finally {
    disconnectAws(clients);
  }
}

/** Drives every rollout that goes on and that nobody drives. */
async function continueAll(driver: Driver, endsAt: number): Promise<TickAnswer> {
  const all = await driver.table.list();
  const active = all.filter(({ state }) => isActive(state));
  await Promise.all(active.map(({ state }) => driveRollout(state.functionName, driver, { endsAt, watches: false })));
  return { active: active.length };
}
