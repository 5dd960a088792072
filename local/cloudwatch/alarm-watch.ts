import { AlarmError, type AlarmState, evaluateAlarm, type MetricAlarm } from "./alarm";
import { AlarmRuleError, evaluateComposite } from "./composite-alarm";
import { type MetricSource } from "./metric-data";

/** An alarm on metrics. */
export interface NamedAlarm {
  readonly name: string;
  readonly alarm: MetricAlarm;
}

/** An alarm on other alarms. */
export interface NamedCompositeAlarm {
  readonly name: string;
  readonly rule: string;
}

/** Gets changes of state. */
export type OnAlarmChange = (change: {
  readonly at: number;
  readonly name: string;
  readonly from: AlarmState;
  readonly to: AlarmState;
}) => void;

/** The alarms of one environment, with their states. */
export class AlarmWatch {
  private readonly current = new Map<string, AlarmState>();

  /**
   * @param before states to go on with, by name; as in AWS, an alarm keeps its state when it is changed
   * @throws Error for an alarm that CloudWatch would refuse, or that uses a feature that is not supported here
   */
  constructor(
    private readonly alarms: readonly NamedAlarm[],
    private readonly compositeAlarms: readonly NamedCompositeAlarm[],
    private readonly source: MetricSource,
    private readonly onChange: OnAlarmChange,
    before: Readonly<Record<string, AlarmState>> = {},
  ) {
    for (const { name } of [...alarms, ...compositeAlarms]) this.current.set(name, before[name] ?? "INSUFFICIENT_DATA");
    for (const { name, alarm } of alarms) explainFailure(name, () => evaluateAlarm(alarm, source, 0));
    for (const { name, rule } of compositeAlarms) explainFailure(name, () => evaluateComposite(rule, this.states));
  }

  /** By name. */
  get states(): Readonly<Record<string, AlarmState>> {
    return Object.fromEntries(this.current);
  }

  /** Evaluates all alarms at a whole minute. */
  evaluate(at: number): void {
    for (const { name, alarm } of this.alarms) {
      this.change(at, name, evaluateAlarm(alarm, this.source, at, this.current.get(name)));
    }
    // An alarm may depend on others, so repeat until nothing changes, at most once per alarm.
    let isChanging = true;
    for (let rounds = this.compositeAlarms.length; isChanging && rounds > 0; rounds--) {
      isChanging = false;
      for (const { name, rule } of this.compositeAlarms) {
        if (this.change(at, name, evaluateComposite(rule, this.states))) isChanging = true;
      }
    }
  }

  private change(at: number, name: string, to: AlarmState): boolean {
    const from = this.current.get(name) ?? "INSUFFICIENT_DATA";
    if (from === to) return false;
    this.current.set(name, to);
    this.onChange({ at, name, from, to });
    return true;
  }
}

function explainFailure(name: string, evaluate: () => unknown): void {
  try {
    evaluate();
  } catch (error) {
    if (!(error instanceof AlarmError || error instanceof AlarmRuleError || error instanceof RangeError)) throw error;
    throw new AlarmError(`the alarm ${name}: ${error.message}`);
  }
}
