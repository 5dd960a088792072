import { describe, expect, test } from "@jest/globals";
import { type AlarmState, type MetricAlarm } from "../../../local/cloudwatch/alarm";
import { AlarmWatch, type OnAlarmChange } from "../../../local/cloudwatch/alarm-watch";
import { createMetricStore } from "../../../local/cloudwatch/metric-data";

const MINUTE = 60_000;

const ALARM: MetricAlarm = {
  comparison_operator: "GreaterThanThreshold",
  threshold: 5,
  evaluation_periods: 1,
  treat_missing_data: "notBreaching",
  period: 60,
  statistic: "Sum",
  namespace: "n",
  metric_name: "m",
};

function watch(
  compositeAlarms: readonly { name: string; rule: string }[],
  alarm = ALARM,
  before?: Readonly<Record<string, AlarmState>>,
) {
  const store = createMetricStore();
  const changes: string[] = [];
  const onChange: OnAlarmChange = ({ at, name, from, to }) => {
    changes.push(`${at / MINUTE} ${name}: ${from} -> ${to}`);
  };
  const alarms = new AlarmWatch([{ name: "errors", alarm }], compositeAlarms, store, onChange, before);
  const add = (minute: number, value: number) => {
    store.add([{ namespace: "n", name: "m", dimensions: {}, timestampMilliseconds: minute * MINUTE, value }]);
  };
  return { alarms, changes, add };
}

describe("the alarms of an environment", () => {
  test("change with the metrics, and those about others with them, also against the order", () => {
    const { alarms, changes, add } = watch([
      { name: "outer", rule: 'ALARM("inner")' },
      { name: "inner", rule: 'ALARM("errors")' },
    ]);
    add(1, 6);

    for (const minute of [1, 2, 3, 4, 5]) alarms.evaluate(minute * MINUTE);

    expect(changes).toEqual([
      "1 errors: INSUFFICIENT_DATA -> OK",
      "1 outer: INSUFFICIENT_DATA -> OK",
      "1 inner: INSUFFICIENT_DATA -> OK",
      "2 errors: OK -> ALARM",
      "2 inner: OK -> ALARM",
      "2 outer: OK -> ALARM",
      "5 errors: ALARM -> OK",
      "5 inner: ALARM -> OK",
      "5 outer: ALARM -> OK",
    ]);
    expect(alarms.states).toEqual({ errors: "OK", outer: "OK", inner: "OK" });
  });

  test("go on with their states where others take their place", () => {
    const { alarms, changes, add } = watch([], ALARM, { errors: "ALARM", removed: "ALARM" });
    add(1, 6);

    for (const minute of [2, 3, 4, 5]) alarms.evaluate(minute * MINUTE);

    expect(changes).toEqual(["5 errors: ALARM -> OK"]);
    expect(alarms.states).toEqual({ errors: "OK" });
  });

  test("are checked at once, and the one that is wrong is named", () => {
    expect(() => watch([{ name: "outer", rule: 'ALARM("absent")' }])).toThrow(
      'the alarm outer: there is no alarm "absent"',
    );
    expect(() => watch([], { ...ALARM, statistic: "Mode" })).toThrow(
      "the alarm errors: the statistic Mode is not supported",
    );
  });
});
