import { describe, expect, test } from "@jest/globals";
import { LocalEnvironmentError } from "../../../local/problem";
import { parseFilters } from "../../../local/queue/event-filter";
import { buildSqsRecord } from "../../../local/queue/sqs-event";
import { arnOf, START } from "./support";

function passes(body: unknown, ...patterns: unknown[]): boolean {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const message = { messageId: "id", body: text, sentAt: START, sequence: 1, receiveCount: 1 };
  return parseFilters(patterns.map((pattern) => JSON.stringify(pattern)))(buildSqsRecord(message, arnOf("orders")));
}

describe("a message", () => {
  test.each([
    [{ a: 1 }, { a: [1, 2] }, true],
    [{ a: 3 }, { a: [1, 2] }, false],
    [{ a: "1" }, { a: [1] }, false],
    [{ a: null }, { a: [null] }, true],
    [{ a: "" }, { a: [""] }, true],
    [{ a: ["x", "y"] }, { a: ["y"] }, true],
    [{ a: { b: 1 } }, { a: { b: [1] } }, true],
    [{ a: [{ b: 2 }, { b: 1 }] }, { a: { b: [1] } }, true],
    [{ a: 1, b: 2 }, { a: [1], b: [3] }, false],
    [{ a: 1, b: 2 }, { $or: [{ a: [2] }, { b: [2] }] }, true],
    [{ a: 1 }, { a: [{ exists: true }] }, true],
    [{ b: 1 }, { a: [{ exists: false }] }, true],
    [{}, { a: { b: [{ exists: false }] } }, true],
    [{ a: 1 }, { a: [{ exists: false }] }, false],
    [{ a: "price-10" }, { a: [{ prefix: "price-" }] }, true],
    [{ a: "photo.PNG" }, { a: [{ suffix: { "equals-ignore-case": ".png" } }] }, true],
    [{ a: "photo.PNG" }, { a: [{ suffix: ".png" }] }, false],
    [{ a: "Berlin" }, { a: [{ "equals-ignore-case": "BERLIN" }] }, true],
    [{ a: 5 }, { a: [{ numeric: [">", 0, "<=", 5] }] }, true],
    [{ a: 0 }, { a: [{ numeric: [">", 0, "<=", 5] }] }, false],
    [{ a: 5 }, { a: [{ numeric: ["=", 5] }] }, true],
    [{ a: 5 }, { a: [{ numeric: ["<", 5] }] }, false],
    [{ a: 5 }, { a: [{ numeric: [">=", 6] }] }, false],
    [{ a: "x" }, { a: [{ "anything-but": ["y", "z"] }] }, true],
    [{ a: "y" }, { a: [{ "anything-but": ["y", "z"] }] }, false],
    [{ a: "test-1" }, { a: [{ "anything-but": { prefix: "test-" } }] }, false],
    [{}, { a: [{ "anything-but": ["y"] }] }, false],
  ])("with body %j and pattern %j: %p", (body, pattern, expected) => {
    expect(passes(body, { body: pattern })).toBe(expected);
  });

  test.each([
    ["hi", { body: ["hi"] }, true],
    ["hi", { body: ["ho"] }, false],
    ["hi", { body: { a: [{ exists: false }] } }, false],
    ['{"a":1}', { body: ["a"] }, false],
    ["hi", { eventSource: ["aws:sqs"] }, true],
    ["hi", { messageId: [{ prefix: "other" }] }, false],
  ])("%p with pattern %j: %p", (body, pattern, expected) => {
    expect(passes(body, pattern)).toBe(expected);
  });

  test("passes if one of several patterns fits, or if there is none", () => {
    expect(passes({ a: 2 }, { body: { a: [1] } }, { body: { a: [2] } })).toBe(true);
    expect(passes("anything")).toBe(true);
  });
});

test("an operator that is not supported here is named", () => {
  expect(() => parseFilters(['{"body":{"a":[{"cidr":"10.0.0.0/8"}]}}'])).toThrow(
    new LocalEnvironmentError('filter {"body":{"a":[{"cidr":"10.0.0.0/8"}]}}: cidr is not supported here'),
  );
});
