import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  paginateScan,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { toOneLine } from "../../performance/foreign-text";
import { type RolloutStatus } from "../../rollout/contract";
import { callAws } from "./clients";
import { isActive, type TrackedRollout } from "./tracked-rollout";

/** What somebody else wants from the invocation that drives a rollout. */
export interface Command {
  readonly kind: "pause" | "resume" | "abort" | "supersede";
  /** Why, for the rollout's reason. */
  readonly reason: string;
}

/** A rollout, and what is wanted of it. */
export interface TakenRollout {
  readonly rollout: TrackedRollout;
  readonly command: Command | undefined;
}

/** The lease is another invocation's by now, or the rollout has ended. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** So long nobody else drives. */
const LEASE_MILLISECONDS = 60_000;
/** A lease that ends later than this was written by an instance with a wrong clock. */
const LONGEST_LEASE_MILLISECONDS = 2 * LEASE_MILLISECONDS;

const LONGEST_LIST_MILLISECONDS = 20_000;

const DAY_SECONDS = 86_400;
/** An ended rollout is forgotten. */
const KEPT_DAYS = 90;

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * DynamoDB reserves some of these names:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
 */
const NAMES = {
  "#id": "id",
  "#status": "status",
  "#document": "document",
  "#figures": "figures",
  "#command": "command",
  "#kind": "kind",
  "#leaseOwner": "leaseOwner",
  "#leaseUntil": "leaseUntil",
  "#expiresAt": "expiresAt",
};

const IS_ACTIVE = "#status IN (:running, :paused)";
const STATUSES = { ":running": { S: "running" }, ":paused": { S: "paused" } };

/**
 * The rollouts of an environment, in a DynamoDB table with one item per function: its last rollout. Only the invocation
 * that holds the lease writes a rollout; others leave a command.
 */
export class RolloutTable {
  constructor(
    private readonly table: string,
    private readonly client = new DynamoDBClient(),
  ) {}

  /** A function's last rollout. */
  async read(functionName: string): Promise<TakenRollout | undefined> {
    const command = new GetItemCommand({
      TableName: this.table,
      Key: { id: { S: functionName } },
      ConsistentRead: true,
    });
    const { Item: item } = await callAws((abortSignal) => this.client.send(command, { abortSignal }));
    return item && parseItem(item);
  }

  /** Each function's last rollout, except for items that are no rollouts. */
  async list(): Promise<TrackedRollout[]> {
    const input = { TableName: this.table, ConsistentRead: true };
    return callAws(async (abortSignal) => {
      const all: TrackedRollout[] = [];
      for await (const { Items = [] } of paginateScan({ client: this.client }, input, { abortSignal })) {
        all.push(...Items.flatMap((item) => parseItem(item)?.rollout ?? []));
      }
      return all;
    }, LONGEST_LIST_MILLISECONDS);
  }

  /**
   * Begins a rollout with the lease in the given hands.
   *
   * @returns false if the function has one that goes on
   */
  async begin(rollout: TrackedRollout, owner: string): Promise<boolean> {
    const { functionName } = rollout.state;
    const command = new PutItemCommand({
      TableName: this.table,
      Item: {
        id: { S: functionName },
        ...formatRollout(rollout),
        leaseOwner: { S: owner },
        leaseUntil: formatLease(),
      },
      ConditionExpression: `attribute_not_exists(#id) OR NOT ${IS_ACTIVE}`,
      ExpressionAttributeNames: pickNames(["#id", "#status"]),
      ExpressionAttributeValues: STATUSES,
    });
    return isMet(callAws((abortSignal) => this.client.send(command, { abortSignal })));
  }

  /**
   * Takes or renews the lease of a rollout that goes on.
   *
   * @returns undefined if another invocation has it, or the rollout has ended
   */
  async take(functionName: string, owner: string): Promise<TakenRollout | undefined> {
    const now = Date.now();
    const update = {
      UpdateExpression: "SET #leaseOwner = :owner, #leaseUntil = :until",
      ConditionExpression:
        `${IS_ACTIVE} AND (attribute_not_exists(#leaseUntil) OR #leaseOwner = :owner` +
        " OR #leaseUntil < :now OR #leaseUntil > :implausible)",
      ExpressionAttributeNames: pickNames(["#status", "#leaseOwner", "#leaseUntil"]),
      ExpressionAttributeValues: {
        ...STATUSES,
        ":owner": { S: owner },
        ":until": formatLease(),
        ":now": { N: String(now) },
        ":implausible": { N: String(now + LONGEST_LEASE_MILLISECONDS) },
      },
    };
    const item = await this.update(functionName, update);
    return item && parseItem(item);
  }

  /**
   * Saves a rollout, and renews the lease, or gives it up if the rollout has ended.
   *
   * @param obeyed a command that is done with
   * @throws LeaseLost if another invocation has taken the lease
   */
  async save(rollout: TrackedRollout, owner: string, obeyed?: Command): Promise<void> {
    const ended = !isActive(rollout.state);
    const removed = [...(ended ? ["#leaseOwner", "#leaseUntil"] : []), ...(ended || obeyed ? ["#command"] : [])];
    const values = { ...formatRollout(rollout), ...(ended ? {} : { leaseUntil: formatLease() }) };
    const names = Object.keys(values).map((name) => `#${name}`);
    const update = {
      UpdateExpression:
        `SET ${names.map((name) => `${name} = :${name.slice(1)}`).join(", ")}` +
        (removed.length > 0 ? ` REMOVE ${removed.join(", ")}` : ""),
      ConditionExpression:
        `#leaseOwner = :owner AND ${IS_ACTIVE}` + (obeyed && !ended ? " AND #command.#kind = :obeyed" : ""),
      ExpressionAttributeNames: pickNames([
        ...names,
        ...removed,
        "#leaseOwner",
        "#status",
        ...(obeyed && !ended ? (["#command", "#kind"] as const) : []),
      ]),
      ExpressionAttributeValues: {
        ...STATUSES,
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
        ":owner": { S: owner },
        ...(obeyed && !ended && { ":obeyed": { S: obeyed.kind } }),
      },
    };
    if (!(await this.update(rollout.state.functionName, update))) throw new LeaseLost();
  }

  /** Lets another invocation drive from now on. Does nothing if it already does. */
  async release(functionName: string, owner: string): Promise<void> {
    await this.update(functionName, {
      UpdateExpression: "REMOVE #leaseOwner, #leaseUntil",
      ConditionExpression: "#leaseOwner = :owner",
      ExpressionAttributeNames: pickNames(["#leaseOwner", "#leaseUntil"]),
      ExpressionAttributeValues: { ":owner": { S: owner } },
    });
  }

  /**
   * Leaves a command, which the next poll obeys. It replaces an earlier one, but what ends a rollout stays.
   *
   * @returns false if nothing goes on, or it is ending already
   */
  async leave(functionName: string, { kind, reason }: Command): Promise<boolean> {
    const item = await this.update(functionName, {
      UpdateExpression: "SET #command = :command",
      ConditionExpression: `${IS_ACTIVE} AND (attribute_not_exists(#command) OR #command.#kind IN (:pause, :resume))`,
      ExpressionAttributeNames: pickNames(["#command", "#kind", "#status"]),
      ExpressionAttributeValues: {
        ...STATUSES,
        ":command": { M: { kind: { S: kind }, reason: { S: reason } } },
        ":pause": { S: "pause" },
        ":resume": { S: "resume" },
      },
    });
    return item !== undefined;
  }

  /** The whole item afterward; undefined if the condition is not met. */
  private async update(
    functionName: string,
    update: Pick<
      UpdateItemCommandInput,
      "UpdateExpression" | "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
    >,
  ): Promise<Item | undefined> {
    const command = new UpdateItemCommand({
      TableName: this.table,
      Key: { id: { S: functionName } },
      ...update,
      ReturnValues: "ALL_NEW",
    });
    try {
      const { Attributes = {} } = await callAws((abortSignal) => this.client.send(command, { abortSignal }));
      return Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }
}

async function isMet(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

function formatLease(): AttributeValue {
  return { N: String(Date.now() + LEASE_MILLISECONDS) };
}

/** Names that an expression does not use are refused. */
function pickNames(used: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(NAMES).filter(([name]) => used.includes(name)));
}

/** Minutes take the most room, so they are compressed; see `thinMinutes`. */
function formatRollout(
  rollout: TrackedRollout,
): Record<"status" | "document" | "figures" | "expiresAt", AttributeValue> {
  const { minutes, reference, ...rest } = rollout;
  return {
    status: { S: rollout.state.status },
    document: { S: JSON.stringify(rest) },
    figures: { B: deflateRawSync(JSON.stringify({ minutes, reference })) },
    expiresAt: { N: String(Math.floor(Date.now() / 1000) + KEPT_DAYS * DAY_SECONDS) },
  };
}

function parseItem({ document, figures, command, status }: Item): TakenRollout | undefined {
  try {
    const rest = JSON.parse(document?.S ?? "") as Omit<TrackedRollout, "minutes" | "reference">;
    const counted = JSON.parse(inflateRawSync(figures?.B ?? new Uint8Array()).toString()) as Pick<
      TrackedRollout,
      "minutes" | "reference"
    >;
    const state = { ...rest.state, status: (status?.S ?? rest.state.status) as RolloutStatus };
    const { kind, reason } = command?.M ?? {};
    return {
      rollout: { ...rest, ...counted, state },
      command: kind?.S === undefined ? undefined : ({ kind: kind.S, reason: toOneLine(reason?.S ?? "") } as Command),
    };
  } catch {
    return undefined;
  }
}
