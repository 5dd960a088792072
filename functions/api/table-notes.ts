import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Draft, type Note, type Notes } from "./notes";

type Item = Readonly<Record<string, AttributeValue>>;

/** All notes are in one list, sorted by their ids. */
const LIST = { S: "notes" };

/** Notes in a DynamoDB table, whose ids begin with the time of their creation. */
export class TableNotes implements Notes {
  private readonly client = new DynamoDBClient();

  constructor(private readonly table: string) {}

  async create(draft: Draft): Promise<Note> {
    const now = new Date();
    const note = { id: makeId(now), ...draft, createdAt: now.toISOString() };
    const item = { list: LIST, ...toItem(note) };
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: item }));
    return note;
  }

  async list(limit: number): Promise<readonly Note[]> {
    const { Items: items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: "#list = :list",
        ExpressionAttributeNames: { "#list": "list" },
        ExpressionAttributeValues: { ":list": LIST },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return items.map(toNote);
  }

  async get(id: string): Promise<Note | undefined> {
    const { Item: item } = await this.client.send(new GetItemCommand({ TableName: this.table, Key: makeKey(id) }));
    return item && toNote(item);
  }

  async replace(id: string, { title, text }: Draft): Promise<Note | undefined> {
    try {
      const { Attributes: item = {} } = await this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: makeKey(id),
          ConditionExpression: "attribute_exists(id)",
          UpdateExpression: "SET title = :title, #text = :text",
          ExpressionAttributeNames: { "#text": "text" },
          ExpressionAttributeValues: { ":title": { S: title }, ":text": { S: text } },
          ReturnValues: "ALL_NEW",
        }),
      );
      return toNote(item);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async delete(id: string): Promise<boolean> {
    const { Attributes: item } = await this.client.send(
      new DeleteItemCommand({ TableName: this.table, Key: makeKey(id), ReturnValues: "ALL_OLD" }),
    );
    return item !== undefined;
  }
}

/** A UUID of version 7, which sorts by time: https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
function makeId(now: Date): string {
  const time = now.getTime().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

function makeKey(id: string): Record<string, AttributeValue> {
  return { list: LIST, id: { S: id } };
}

function toItem(note: Note): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(note).map(([key, value]: [string, string]) => [key, { S: value }]));
}

function toNote(item: Item): Note {
  const read = (key: keyof Note) => item[key]?.S ?? "";
  return { id: read("id"), title: read("title"), text: read("text"), createdAt: read("createdAt") };
}
