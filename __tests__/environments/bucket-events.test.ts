import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type BucketFilter, overlaps } from "../../environments/bucket-events";
import { findMistakes, makeTfvars } from "../support/project";

const EVENTS = ["s3:ObjectCreated:Put", "s3:ObjectCreated:Post", "s3:ObjectRemoved:Delete", "s3:ReplicationFailed"];
const TYPES = [...EVENTS, "s3:ObjectCreated:*", "s3:ObjectRemoved:*"];

/** Every key of these letters that two filters of at most 2 letters each may both need. */
const KEYS = Array.from({ length: 4 }).reduce<string[]>(
  (keys) => [...new Set(keys.flatMap((key) => [key, `${key}a`, `${key}b`]))],
  [""],
);

const part = fc.option(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 2 }), { nil: undefined });
const bucketFilter: fc.Arbitrary<BucketFilter> = fc.record({
  events: fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 2 }),
  prefix: part,
  suffix: part,
});

function lets({ events, prefix = "", suffix = "" }: BucketFilter, event: string, key: string): boolean {
  const isOfType = events.some((type) => new RegExp(`^${type.replace("*", ".*")}$`).test(event));
  return isOfType && key.startsWith(prefix) && key.endsWith(suffix);
}

test("two filters overlap if there is an event and a key that both let through", () => {
  fc.assert(
    fc.property(bucketFilter, bucketFilter, (one, other) => {
      const isThere = EVENTS.some((event) => KEYS.some((key) => lets(one, event, key) && lets(other, event, key)));
      expect(overlaps(one, other)).toBe(isThere);
    }),
    { numRuns: 1000 },
  );
});

test("an overlap of two functions, or of two events of one, is a mistake that names both", async () => {
  const s3 = (settings: string) => `{ s3 = { bucket = "uploads", ${settings} } }`;
  const functions = `
    api = { events = {
      all   = ${s3('suffix = ".csv"')}
      other = { s3 = { bucket = "archive" } }
    } }
    web = { events = {
      fine    = ${s3('events = ["s3:ObjectRemoved:*"]')}
      mine    = ${s3('prefix = "in/", events = ["s3:ObjectCreated:Put"]')}
      pictures = ${s3('prefix = "out/", suffix = ".png"')}
      small   = ${s3('prefix = "out/small/", suffix = "s.png"')}
    } }`;
  const expected = (other: string) =>
    `expected no overlap with functions.${other} in prefix, suffix and events: S3 sends an event of uploads once`;
  expect(
    await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions }), "functions/web/handler.ts": "" }),
  ).toEqual([
    `environments/dev.tfvars: functions.web.events.mine.s3.prefix: ${expected("api.events.all")}, got "in/"`,
    `environments/dev.tfvars: functions.web.events.small.s3.prefix: ${expected("web.events.pictures")}, got "out/small/"`,
  ]);
});
