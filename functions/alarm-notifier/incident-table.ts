import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { setTimeout as sleep } from "node:timers/promises";
import { type Incident, NO_INCIDENT } from "./incident";

const RETRY_MILLISECONDS = 500;
const DAY_SECONDS = 86_400;
/** An incident that nothing has changed for is forgotten. */
const KEPT_DAYS = 90;

/** An incident that nobody else can change until it is saved. */
export interface LockedIncident {
  readonly incident: Incident;
  /** Saves a new state, and lets others in. */
  readonly save: (incident: Incident) => Promise<void>;
}

/**
 * The incidents of an environment, in a DynamoDB table. Alarms that ring together arrive at the same time in different
 * instances, so one instance at a time works on an incident.
 */
export class IncidentTable {
  constructor(
    private readonly table: string,
    private readonly client = new DynamoDBClient(),
  ) {}

  /**
   * Waits until nobody else works on an incident, and keeps others out.
   *
   * @param owner tells who works on it, as a request's id
   * @param until when others may take over, in milliseconds since 1970; this instance has ended then
   * @param waitUntil how long to wait
   * @throws Error if somebody else still works on it then
   */
  async lock(id: string, owner: string, until: number, waitUntil: number): Promise<LockedIncident> {
    for (;;) {
      const incident = await this.tryToLock(id, owner, until);
      if (incident) return { incident, save: (changed) => this.save(id, owner, changed) };
      if (Date.now() + RETRY_MILLISECONDS > waitUntil)
        throw new Error(`another message about ${id} is still being sent`);
      await sleep(RETRY_MILLISECONDS);
    }
  }

  private async tryToLock(id: string, owner: string, until: number): Promise<Incident | undefined> {
    const command = new UpdateItemCommand({
      TableName: this.table,
      Key: { id: { S: id } },
      UpdateExpression: "SET lockedUntil = :until, lockedBy = :owner, expiresAt = :expiresAt",
      ConditionExpression: "attribute_not_exists(lockedUntil) OR lockedUntil < :now",
      ExpressionAttributeValues: {
        ":until": { N: String(until) },
        ":owner": { S: owner },
        ":now": { N: String(Date.now()) },
        ":expiresAt": formatExpiry(),
      },
      ReturnValues: "ALL_NEW",
    });
    try {
      const { Attributes } = await this.client.send(command);
      const text = Attributes?.["incident"]?.S;
      return text === undefined ? NO_INCIDENT : (JSON.parse(text) as Incident);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  private async save(id: string, owner: string, incident: Incident): Promise<void> {
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: { id: { S: id }, incident: { S: JSON.stringify(incident) }, expiresAt: formatExpiry() },
        ConditionExpression: "lockedBy = :owner",
        ExpressionAttributeValues: { ":owner": { S: owner } },
      }),
    );
  }
}

/** In seconds since 1970: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html */
function formatExpiry(): { N: string } {
  return { N: String(Math.floor(Date.now() / 1000) + KEPT_DAYS * DAY_SECONDS) };
}
