import { afterEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseAlarmChange } from "../../../functions/alarm-notifier/alarm";
import { buildCard, type Card, describePlainly } from "../../../functions/alarm-notifier/card";
import { type Step } from "../../../functions/alarm-notifier/incident";
import { PagerDuty } from "../../../functions/alarm-notifier/pagerduty";
import { type Notice, type Service } from "../../../functions/alarm-notifier/service";
import { SlackBot, SlackWebhook } from "../../../functions/alarm-notifier/slack";
import { TeamsWebhook } from "../../../functions/alarm-notifier/teams";
import { type FakeService, makeMessage, startPagerDuty, startSlackApi, startSlackWebhook, startTeams } from "./support";

let services: FakeService[] = [];

afterEach(async () => {
  await Promise.all(services.map(({ close }) => close()));
  services = [];
});

/** Text as it may come from a log: any characters, and what means something to one of the services. */
const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: "binary", maxLength }),
    fc.string({ unit: fc.constantFrom("`", "<", "&", ">", "|", "*", '"', "\\", "\n", "😀", "é"), maxLength }),
    fc.constant("<".repeat(maxLength)),
    fc.constant("\u{1f600}".repeat(Math.floor(maxLength / 2))),
  );

const card = fc.record<Card>({
  title: text(2000).filter((title) => title !== ""),
  isUrgent: fc.boolean(),
  since: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  sections: fc.array(fc.record({ title: text(300), text: text(20_000), isCode: fc.boolean() }), { maxLength: 60 }),
  links: fc.array(
    fc.record({
      text: text(300).filter((name) => name !== ""),
      url: fc.webUrl({ validSchemes: ["https"], withFragments: true }),
    }),
    { maxLength: 6 },
  ),
});

const step = fc.constantFrom<Step>("open", "update", "escalate", "close");

const CASES: readonly [string, () => Promise<FakeService>, (url: string) => Service][] = [
  ["a webhook of Slack", startSlackWebhook, (url) => new SlackWebhook(url)],
  ["a bot of Slack", startSlackApi, (url) => new SlackBot("xoxb-1", "C0123ABC", url)],
  ["Teams", startTeams, (url) => new TeamsWebhook(url)],
  ["PagerDuty", startPagerDuty, (url) => new PagerDuty("0123456789abcdef0123456789abcdef", "us", url)],
];

describe("whatever an alarm says,", () => {
  test.each(CASES)("%s gets only what it takes", async (_, startFake, connect) => {
    const fake = await startFake();
    services.push(fake);
    const service = connect(fake.url);

    await fc.assert(
      fc.asyncProperty(card, step, text(400), fc.boolean(), async (shown, next, key, isPlain) => {
        const notice: Notice = {
          step: next,
          card: shown,
          key: `k${key}`,
          now: shown.since + 60_000,
          reference: undefined,
        };

        if (isPlain) await service.sendPlainly(describePlainly(shown), notice);
        else await service.send(notice);

        expect(fake.mistakes).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("it is about an alarm or it is not", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (Message) => {
        expect(parseAlarmChange({ TopicArn: "arn", Message })).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(text(5000), (description) => {
        const change = parseAlarmChange(makeMessage({ description }));

        expect(change?.happened).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        expect(change && buildCard("prod", [change], change.at, {}).title).not.toBe("");
      }),
    );
  });
});

test("a composite alarm is read like any other", () => {
  const change = parseAlarmChange({
    TopicArn: "arn:aws:sns:eu-west-1:123456789012:prod-alarms-notice",
    Message: JSON.stringify({
      AlarmName: "prod-api-degraded",
      AlarmDescription: "api (prod), although nothing fails: starts are slow.\nFirst: check which of them rings.",
      AWSAccountId: "123456789012",
      NewStateValue: "ALARM",
      NewStateReason: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:prod-api-cold-starts transitioned to ALARM",
      StateChangeTime: "2026-11-29T22:40:00.000+0000",
      Region: "EU (Ireland)",
      AlarmArn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:prod-api-degraded",
      OldStateValue: "OK",
      AlarmRule: 'ALARM("prod-api-cold-starts") AND NOT (ALARM("prod-api-errors"))',
      TriggeringChildren: [{ Arn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:prod-api-cold-starts", State: {} }],
    }),
  });

  expect(change).toEqual({
    name: "prod-api-degraded",
    isRinging: true,
    at: Date.UTC(2026, 10, 29, 22, 40),
    isUrgent: false,
    happened: "api (prod), although nothing fails: starts are slow",
    advice: ["First: check which of them rings."],
    links: [],
    place: "arn:aws:cloudwatch:eu-west-1:123456789012",
  });
});
