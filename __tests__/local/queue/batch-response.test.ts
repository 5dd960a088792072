import { expect, test } from "@jest/globals";
import { judgeBatch } from "../../../local/queue/batch-response";

const BATCH = ["id-1", "id-2", "id-3"];
const EXPECTED = "expected { batchItemFailures: [{ itemIdentifier: <messageId> }] }";

test.each([["null"], ["{}"], ['{"statusCode":200}'], ['{"batchItemFailures":null}'], ['{"batchItemFailures":[]}']])(
  "%s is a complete success",
  (answer) => {
    expect(judgeBatch(answer, BATCH)).toEqual({ failedIds: [] });
  },
);

test("only reported messages failed", () => {
  const answer = '{"batchItemFailures":[{"itemIdentifier":"id-3"},{"itemIdentifier":"id-1"}]}';

  expect(judgeBatch(answer, BATCH)).toEqual({ failedIds: ["id-3", "id-1"] });
});

test.each([
  ["no JSON", EXPECTED],
  ['"done"', EXPECTED],
  ["[]", EXPECTED],
  ['{"batchItemFailures":"id-1"}', EXPECTED],
  ['{"batchItemFailures":[{"itemIdentifier":""}]}', EXPECTED],
  ['{"batchItemFailures":[{"itemIdentifier":null}]}', EXPECTED],
  ['{"batchItemFailures":[{"itemIdentifier":"id-1"},{"id":"id-2"}]}', EXPECTED],
  [
    '{"batchItemFailures":[{"itemIdentifier":"id-1"},{"itemIdentifier":"other"}]}',
    "itemIdentifier other is not a message of the batch",
  ],
])("%s is a complete failure", (answer, problem) => {
  expect(judgeBatch(answer, BATCH)).toEqual({ failedIds: BATCH, problem });
});
