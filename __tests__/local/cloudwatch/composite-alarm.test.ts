import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type AlarmState } from "../../../local/cloudwatch/alarm";
import { AlarmRuleError, evaluateComposite } from "../../../local/cloudwatch/composite-alarm";

const STATES: Readonly<Record<string, AlarmState>> = {
  bad: "ALARM",
  good: "OK",
  new: "INSUFFICIENT_DATA",
  "with spaces (and brackets)": "ALARM",
  'with "quotes"': "ALARM",
  "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:bad": "ALARM",
};

describe("A composite alarm", () => {
  test.each([
    'ALARM("bad")',
    "ALARM(bad)",
    "ALARM( bad )",
    "OK(good)",
    "INSUFFICIENT_DATA(new)",
    "TRUE",
    "NOT FALSE",
    "NOT NOT TRUE",
    "NOT ALARM(good)",
    'ALARM("with spaces (and brackets)")',
    'ALARM("with \\"quotes\\"")',
    "ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:bad)",
    "ALARM(good) OR ALARM(bad)",
    "ALARM(bad)\n  AND OK(good)",
    "TRUE OR FALSE AND FALSE",
    "NOT FALSE OR TRUE",
    'ALARM("bad") AND NOT (ALARM("good") OR ALARM("new"))',
    "(ALARM(bad) OR ALARM(good)) AND OK(good)",
  ])("is in ALARM when %s", (rule) => {
    expect(evaluateComposite(rule, STATES)).toBe("ALARM");
  });

  test.each([
    "ALARM(good)",
    "ALARM(new)",
    "OK(new)",
    "FALSE",
    "NOT TRUE AND FALSE",
    "ALARM(bad) AND NOT ALARM(bad)",
    "(TRUE OR FALSE) AND FALSE",
  ])("is OK when %s", (rule) => {
    expect(evaluateComposite(rule, STATES)).toBe("OK");
  });

  test.each(["ALARM(unknown)", "TRUE OR ALARM(unknown)", "FALSE AND OK(unknown)", "ALARM(toString)"])(
    "is refused when it is about an alarm that there is not: %s",
    (rule) => {
      expect(() => evaluateComposite(rule, STATES)).toThrow("there is no alarm");
    },
  );

  test.each([
    "",
    " ",
    "bad",
    "ALARM",
    "ALARM()",
    "ALARM(bad",
    "ALARM(bad) ALARM(good)",
    "ALARM(bad) AND",
    "AND ALARM(bad)",
    "(TRUE",
    "TRUE)",
    "NOT",
    "true",
    '"TRUE"',
    "ALARM(bad, good)",
    'ALARM("bad)',
    "AT_LEAST(1, ALARM, (bad))",
  ])("is refused when its rule cannot be read: %p", (rule) => {
    expect(() => evaluateComposite(rule, STATES)).toThrow(AlarmRuleError);
  });

  test("is refused when its rule has too many elements or characters", () => {
    expect(() => evaluateComposite("(".repeat(10_000), STATES)).toThrow("500 elements");
    expect(() => evaluateComposite(" ".repeat(10_241), STATES)).toThrow("10240 characters");
  });

  test("reads any rule or refuses it", () => {
    const parts = fc.constantFrom("ALARM", "OK", "(", ")", '"bad"', "bad", " ", "AND", "OR", "NOT", "TRUE", '"', "\\");
    const rules = fc.oneof(
      fc.string(),
      fc.array(parts).map((drawn) => drawn.join(" ")),
    );
    fc.assert(
      fc.property(rules, (rule) => {
        let error: unknown;
        try {
          evaluateComposite(rule, STATES);
        } catch (caught) {
          error = caught;
        }

        expect(error ?? new AlarmRuleError()).toBeInstanceOf(AlarmRuleError);
      }),
    );
  });

  test("means what its logic means", () => {
    const { rule: rules } = fc.letrec<{ rule: [string, boolean] }>((tie) => ({
      rule: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<[string, boolean]>(["TRUE", true], ["FALSE", false], ["ALARM(bad)", true], ["OK(new)", false]),
        fc.tuple(tie("rule"), tie("rule")).map(([[a, x], [b, y]]): [string, boolean] => [`(${a} AND ${b})`, x && y]),
        fc.tuple(tie("rule"), tie("rule")).map(([[a, x], [b, y]]): [string, boolean] => [`(${a} OR ${b})`, x || y]),
        tie("rule").map(([a, x]): [string, boolean] => [`NOT ${a}`, !x]),
      ),
    }));
    fc.assert(
      fc.property(rules, ([rule, expected]) => {
        expect(evaluateComposite(rule, STATES)).toBe(expected ? "ALARM" : "OK");
      }),
    );
  });
});
