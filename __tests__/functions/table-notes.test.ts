import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { beforeEach, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { TableNotes } from "../../functions/api/table-notes";

const table = mockClient(DynamoDBClient);
const notes = new TableNotes("dev-api-notes");
const ITEM = { list: { S: "notes" }, id: { S: "1" }, title: { S: "a" }, text: { S: "b" }, createdAt: { S: "2026" } };
const NOTE = { id: "1", title: "a", text: "b", createdAt: "2026" };

beforeEach(() => {
  table.reset();
});

test("a note gets an id that sorts by its time, and is what the table keeps", async () => {
  table.on(PutItemCommand).resolves({});

  const first = await notes.create({ title: "a", text: "b" });
  await new Promise((resolve) => setTimeout(resolve, 2));
  const second = await notes.create({ title: "c", text: "d" });

  expect(first.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(second.id > first.id).toBe(true);
  expect(table.commandCalls(PutItemCommand)[0]?.args[0].input).toEqual({
    TableName: "dev-api-notes",
    Item: {
      list: { S: "notes" },
      id: { S: first.id },
      title: { S: "a" },
      text: { S: "b" },
      createdAt: { S: first.createdAt },
    },
  });
});

test("the newest notes come first, as many as asked", async () => {
  table.on(QueryCommand, { ScanIndexForward: false, Limit: 2 }).resolves({ Items: [ITEM] });
  expect(await notes.list(2)).toEqual([NOTE]);
});

test("a note is found, changed and deleted, or told to be missing", async () => {
  table
    .on(GetItemCommand)
    .resolves({})
    .on(GetItemCommand, { Key: { list: { S: "notes" }, id: { S: "1" } } })
    .resolves({ Item: ITEM });
  table.on(UpdateItemCommand, { Key: { list: { S: "notes" }, id: { S: "1" } } }).resolves({ Attributes: ITEM });
  table
    .on(UpdateItemCommand, { Key: { list: { S: "notes" }, id: { S: "2" } } })
    .rejects(new ConditionalCheckFailedException({ message: "", $metadata: {} }));
  table.on(DeleteItemCommand).resolvesOnce({ Attributes: ITEM }).resolves({});

  expect(await notes.get("1")).toEqual(NOTE);
  expect(await notes.get("2")).toBeUndefined();
  expect(await notes.replace("1", { title: "a", text: "b" })).toEqual(NOTE);
  expect(await notes.replace("2", { title: "a", text: "b" })).toBeUndefined();
  expect(await notes.delete("1")).toBe(true);
  expect(await notes.delete("1")).toBe(false);
});

test("another failure of the table is not taken for a missing note", async () => {
  table.on(UpdateItemCommand).rejects(new Error("throttled"));
  await expect(notes.replace("1", { title: "a", text: "b" })).rejects.toThrow("throttled");
});
