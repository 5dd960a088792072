import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FilterPatternError, matchFilter, readFilterMetric } from "../../../local/cloudwatch/metric-filter";

// What Lambda writes: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
const REQUEST_ID = "3604209a-e9a3-11e6-939a-754dd98c7be3";
const METRICS = { durationMs: 12.34, billedDurationMs: 13, memorySizeMB: 128, maxMemoryUsedMB: 65 };
const COLD = report({ metrics: { ...METRICS, initDurationMs: 100.5 }, status: "success" });
const WARM = report({ metrics: METRICS, status: "success" });
const TIMEOUT = report({ metrics: { ...METRICS, durationMs: 3000 }, status: "timeout" });
const ERROR = report({ metrics: METRICS, status: "error", errorType: "Runtime.ExitError" });
const WARM_TEXT =
  `REPORT RequestId: ${REQUEST_ID}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB` +
  "\tMax Memory Used: 65 MB\t";
const COLD_TEXT = `${WARM_TEXT}Init Duration: 100.5 ms\t`;
const TIMEOUT_TEXT = `2026-01-02T03:04:05.678Z ${REQUEST_ID} Task timed out after 3.00 seconds`;

function report(record: object): string {
  return JSON.stringify({
    time: "2026-01-02T03:04:05.678Z",
    type: "platform.report",
    record: { requestId: REQUEST_ID, ...record },
  });
}

function matches(pattern: string, logLine: string): boolean {
  return matchFilter(pattern, logLine) !== undefined;
}

describe("A pattern of terms", () => {
  test.each([
    ["ERROR", "[ERROR 400] BAD REQUEST", true],
    ["ERROR", "Exiting with ERRORCODE: -1", true],
    ["ERROR", "error", false],
    ["ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true],
    ["ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", false],
    ["?ERROR ?ARGUMENTS", "[ERROR 400] BAD REQUEST", true],
    ["?ERROR ?ARGUMENTS", "[WARN 400] BAD REQUEST", false],
    ["?ERROR ?ARGUMENTS REQUEST", "[INFO] REQUEST FAILED", true],
    ["?ERROR -DEBUG", "[INFO] REQUEST FAILED", true],
    ['"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", true],
    ['"INTERNAL SERVER ERROR"', "INTERNAL ERROR SERVER", false],
    ["ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", true],
    ["ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false],
    ['"Task timed out"', TIMEOUT_TEXT, true],
    ['"Task timed out"', COLD_TEXT, false],
    ['"Task timed" "after 3.00"', TIMEOUT_TEXT, true],
    ['?"timed out" ?"Runtime exited"', "Runtime exited with error: signal: killed", true],
    ['-"timed out"', TIMEOUT_TEXT, false],
    ['" "', "anything", true],
    ["", "anything", true],
  ])("%s, on %s: %p", (pattern, logLine, expected) => {
    expect(matches(pattern, logLine)).toBe(expected);
  });

  test.each(["%ERROR%", "time-out", '"open', 'a"b"', "? ERROR"])("%s is refused", (pattern) => {
    expect(() => matchFilter(pattern, "")).toThrow(FilterPatternError);
  });
});

describe("A pattern of JSON", () => {
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
  const LINE = JSON.stringify({
    eventType: "UpdateTrail",
    sourceIPAddress: "111.111.111.111",
    arrayKey: ["value", "another value"],
    objectList: [
      { name: "a", id: 1 },
      { name: "b", id: 2 },
    ],
    SomeObject: null,
    ThisFlag: true,
    "cluster.name": "c",
    latency: 50,
    user: { id: 1, email: "John.Stiles@example.com" },
    users: [{ id: 2, email: "John.Doe@example.com" }, { id: 3 }],
    actions: ["GET", "PUT", "DELETE"],
    coordinates: [
      [0, 1, 2],
      [4, 5, 6],
    ],
  });

  test.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ["{ $.eventType = UpdateTrail }", true],
    ["{$.eventType=Update*}", true],
    ['{ $.eventType = "*Trail" }', true],
    ["{ $.eventType = U*T*l }", true],
    ["{ $.eventType = Trail* }", false],
    ['{ $.eventType != "Other" }', true],
    ["{ $.sourceIPAddress != 123.123.* }", true],
    ['{ $.arrayKey[0] = "value" }', true],
    ["{ $.objectList[1].id = 2 }", true],
    ["{ $.objectList[2].id = 2 }", false],
    ["{ $.SomeObject IS NULL }", true],
    ["{ $.SomeOtherObject IS NULL }", false],
    ["{ $.SomeOtherObject NOT EXISTS }", true],
    ["{ $.SomeObject NOT EXISTS }", false],
    ["{ $.toString NOT EXISTS }", true],
    ["{ $.ThisFlag IS TRUE }", true],
    ["{ $.ThisFlag IS FALSE }", false],
    ["{ $.['cluster.name'] = c }", true],
    ["{ $.latency > 49.5 }", true],
    ["{ $.latency < 5e1 }", false],
    ["{ $.latency <= +50 }", true],
    ["{ $.latency >= 51 }", false],
    ["{ $.latency = 50.0 }", true],
    ["{ $.latency = 5* }", true],
    ["{ $.latency != 50 }", false],
    ["{ $.eventType > 5 }", false],
    ["{ $.users = * }", false],
    ["{ $.users != 1 }", false],
    ["{ $.absent != 1 }", false],
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ $.user.email = "John.*" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }', true],
    ['{ ($.user.email = "John.*" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }', false],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
  ])("%s: %p", (pattern, expected) => {
    expect(matches(pattern, LINE)).toBe(expected);
  });

  test.each([
    ["a cold start", COLD, true],
    ["a warm start", WARM, false],
    ["text", COLD_TEXT, false],
    ["other JSON", '"platform.report"', false],
  ])("finds cold starts: %s", (_, logLine, expected) => {
    const pattern = '{ $.type = "platform.report" && $.record.metrics.initDurationMs = * }';

    expect(matches(pattern, logLine)).toBe(expected);
  });

  test("finds timeouts and errors by their status", () => {
    const timeout = '{ $.type = "platform.report" && $.record.status = "timeout" }';
    const failure = '{ $.record.status = "error" || $.record.status = "failure" }';

    const found = [COLD, WARM, TIMEOUT, ERROR].map((line) => [matches(timeout, line), matches(failure, line)]);

    expect(found).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [false, true],
    ]);
  });

  test("captures the values of the properties that it names", () => {
    const captured = matchFilter("{ $.record.metrics.durationMs > 5 && $.record.absent NOT EXISTS }", WARM);

    expect(captured).toEqual({ "$.record.metrics.durationMs": "12.34" });
  });

  test("says what AWS has instead of EXISTS", () => {
    expect(() => matchFilter("{ $.a EXISTS }", "{}")).toThrow("not EXISTS: write = *");
  });

  test.each([
    "{",
    "{}",
    "{ $.a }",
    "{ $.a = }",
    "{ a = 1 }",
    '{ "$.a" = 1 }',
    "{ $.a == 1 }",
    "{ $.a > b }",
    '{ $.a > "1" }',
    "{ $.a = 1 && }",
    "{ ($.a = 1 }",
    "{ $.a = 1 } x",
    "{ $.a = %b% }",
    "{ $.a[*] = 1 }",
    "{ $.a IS NOT NULL }",
    "{ $.a IS 1 }",
    "{ $.a NOT NULL }",
    "{ !($.a = 1) }",
  ])("%s is refused", (pattern) => {
    expect(() => matchFilter(pattern, "{}")).toThrow(FilterPatternError);
  });
});

describe("A pattern of delimited fields", () => {
  const ACCESS = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

  test("captures fields by their names; brackets and quotes hold them together", () => {
    const pattern = "[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]";

    const captured = matchFilter(pattern, ACCESS);

    expect(captured).toEqual({
      $bytes: "1534",
      $status_code: "404",
      $request: "GET /index.html HTTP/1.0",
      $timestamp: "10/Oct/2000:13:25:15 -0700",
      $username: "frank",
      $user: "Prod",
      $ip: "127.0.0.1",
    });
  });

  test("captures fields without names by their numbers", () => {
    const captured = matchFilter("[..., request=*.html*, status_code=4*,]", ACCESS);

    expect(captured).toEqual({
      $status_code: "404",
      $request: "GET /index.html HTTP/1.0",
      $7: "1534",
      $4: "10/Oct/2000:13:25:15 -0700",
      $3: "frank",
      $2: "Prod",
      $1: "127.0.0.1",
    });
  });

  test.each([
    ["[..., bytes > 1000]", ACCESS, true],
    ["[..., bytes > 2000]", ACCESS, false],
    ["[ip, ..., status_code = 404 || status_code = 410, bytes]", ACCESS, true],
    ["[ip, ..., status_code = 4* && status_code != 404, bytes]", ACCESS, false],
    ["[..., (code = 404 || code = 410) && code < 405, bytes]", ACCESS, true],
    ['[ip = "127.0.0.1", ...]', ACCESS, true],
    ["[ip, user, username, timestamp, request, status_code, bytes, more]", ACCESS, false],
    ["[ip, user, username, timestamp, request, status_code = 404]", ACCESS, false],
    ["[..., a, b, c, d, e, f, g, h]", ACCESS, false],
    ['[a = "x, y", b]', '"x, y" z', true],
    ["[w1=ERROR, w2]", "ERROR message", true],
    ["[w1=ERROR, w2]", "ERROR 09/25/2014 12:00:02 Failed to process", true],
    ["[w1=ERROR, w2]", "INFO message", false],
    ["[w1=ERROR || w1=WARNING, w2]", "WARNING message", true],
    ["[w1!=ERROR && w1!=WARNING, w2]", "WARNING message", false],
    ["[code = 0*, rest]", "007 bond", true],
    ["[code = 7, rest]", "007 bond", true],
    ['[code = "7", rest]', "007 bond", false],
    ["[word = ERROR]", "", false],
  ])("%s, on %s: %p", (pattern, logLine, expected) => {
    expect(matches(pattern, logLine)).toBe(expected);
  });

  test("reads Lambda's reports, cold and warm", () => {
    const pattern = '[label = "REPORT", ..., init = "Init", name = "Duration:", milliseconds, unit = "ms"]';

    const captured = [COLD_TEXT, WARM_TEXT, TIMEOUT_TEXT].map((line) => matchFilter(pattern, line)?.["$milliseconds"]);

    expect(captured).toEqual(["100.5", undefined, undefined]);
  });

  test.each([
    "[",
    "[a = ]",
    "[..., a, ...]",
    "[a = 1, b = 2 && a = 1]",
    "[a IS NULL]",
    "[a b]",
    "[a > b]",
    "[a = %b%]",
  ])("%s is refused", (pattern) => {
    expect(() => matchFilter(pattern, "")).toThrow(FilterPatternError);
  });
});

describe("A metric filter", () => {
  const METRIC = { name: "InitDuration", namespace: "Warmwatch" };
  const DURATION = "$.record.metrics.initDurationMs";

  test.each([
    ["counts", "1", undefined, COLD, 1],
    ["has no number when the line does not match", "1", undefined, WARM, undefined],
    ["has its default when the line does not match", "1", "0", WARM, 0],
    ["has its default when that is a number", "1", 0, WARM, 0],
    ["measures", DURATION, "0", COLD, 100.5],
  ])("%s", (_, value, default_value, logLine, expected) => {
    const filter = {
      pattern: `{ $.type = "platform.report" && ${DURATION} = * }`,
      metric_transformation: { ...METRIC, value, default_value },
    };

    expect(readFilterMetric(filter, logLine)).toBe(expected);
  });

  test("measures a delimited field", () => {
    const pattern = "[label = REPORT, id_label, id, duration_label, duration, ...]";
    const filter = { pattern, metric_transformation: { ...METRIC, value: "$duration" } };

    expect(readFilterMetric(filter, WARM_TEXT)).toBe(12.34);
  });

  test("has no number when the field has none", () => {
    const filter = {
      pattern: "{ $.type = * }",
      metric_transformation: { ...METRIC, value: "$.type", default_value: 0 },
    };

    expect(readFilterMetric(filter, WARM)).toBeUndefined();
  });

  test("is refused when its value is not in its pattern", () => {
    const filter = { pattern: "{ $.type = * }", metric_transformation: { ...METRIC, value: DURATION } };

    expect(() => readFilterMetric(filter, COLD)).toThrow(FilterPatternError);
  });
});

describe("Any pattern", () => {
  const parts = fc.constantFrom(
    "$.a",
    "a",
    "=",
    "!=",
    ">",
    "1",
    "*",
    "&&",
    "||",
    "(",
    ")",
    ",",
    "...",
    '"',
    "\\",
    "IS",
    "NULL",
  );
  const inner = fc.array(parts).map((drawn) => drawn.join(" "));
  const patterns = fc.oneof(
    fc.string(),
    inner,
    inner.map((text) => `{ ${text} }`),
    inner.map((text) => `[${text}]`),
  );

  test("is understood or refused, on any line", () => {
    fc.assert(
      fc.property(patterns, fc.oneof(fc.string(), fc.json()), (pattern, logLine) => {
        let error: unknown;
        try {
          matchFilter(pattern, logLine);
        } catch (caught) {
          error = caught;
        }

        expect(error ?? new FilterPatternError()).toBeInstanceOf(FilterPatternError);
      }),
    );
  });

  test("is refused when it is too long, and done quickly when it has many stars", () => {
    const stars = "*a".repeat(500);

    expect(() => matchFilter("a".repeat(1025), "")).toThrow("1024");
    expect(() => matchFilter("{" + "(".repeat(1000) + "}", "{}")).toThrow(FilterPatternError);
    expect(matches(`{ $.a = "${stars}" }`, JSON.stringify({ a: `${"a".repeat(100_000)}b` }))).toBe(false);
  });
});
