import { CloudwatchCompositeAlarm } from "@cdktf/provider-aws/lib/cloudwatch-composite-alarm";
import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
  type CloudwatchMetricAlarmMetricQuery,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Construct } from "constructs";
import { ALARM_KEYS, type AlarmKey } from "../../environments/alarms";
import { type AlarmTexts } from "./alarm-texts";
import {
  ALARMS,
  CAUSES,
  findAlarmMeasure,
  chooseAlarmRoute,
  hyphenate,
  nameAlarm,
  type AlarmRoute,
} from "../../model/alarms";
import { type Measure } from "../../model/metrics";
import { listObjectiveAlarms, type ObjectiveAlarm } from "../../model/objectives";
import { type WatchedFunction } from "../../model/watched-function";

/** What a function's alarms need besides the function. */
export interface FunctionAlarmsProps {
  readonly environment: string;
  readonly watched: WatchedFunction;
  readonly texts: AlarmTexts;
  /** ARN of the topic for each route that has one. */
  readonly topics: Readonly<Record<Exclude<AlarmRoute, "composite">, string>>;
}

/**
 * Every alarm of one function. The construct's id is the function's, each alarm's id its key in the environment's file,
 * with hyphens.
 */
export class FunctionAlarms extends Construct {
  private readonly alarms = new Map<AlarmKey, CloudwatchMetricAlarm>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: FunctionAlarmsProps,
  ) {
    super(scope, id);
    for (const key of ALARM_KEYS) {
      const measure = findAlarmMeasure(props.watched, key);
      if (measure) this.alarms.set(key, this.addAlarm(key, measure));
    }
    for (const alarm of listObjectiveAlarms(props.watched)) this.addObjectiveAlarm(alarm);
    this.addComposite();
  }

  private addAlarm(key: AlarmKey, measure: Measure): CloudwatchMetricAlarm {
    const { environment, watched, texts, topics } = this.props;
    const settings = watched.alarm(key);
    const route = chooseAlarmRoute(key, watched);
    const actions = route === "composite" ? undefined : [topics[route]];
    return new CloudwatchMetricAlarm(this, hyphenate(key), {
      alarmName: nameAlarm(environment, watched, key),
      alarmDescription: texts.of(key, watched),
      comparisonOperator: "GreaterThanThreshold",
      threshold: settings.threshold,
      evaluationPeriods: settings.evaluationPeriods,
      datapointsToAlarm: settings.datapointsToAlarm,
      treatMissingData: "notBreaching",
      alarmActions: actions,
      okActions: actions,
      // AWS refuses to delete an alarm that a composite alarm uses. With this setting, Terraform first changes the
      // composite alarm and then deletes:
      // https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#create_before_destroy
      lifecycle: { createBeforeDestroy: true },
      ...buildMeasured(measure, settings.periodSeconds),
    });
  }

  private addObjectiveAlarm(alarm: ObjectiveAlarm): void {
    const { environment, watched, texts, topics } = this.props;
    const actions = [topics[alarm.route]];
    new CloudwatchMetricAlarm(this, hyphenate(alarm.key), {
      alarmName: nameAlarm(environment, watched, alarm.key),
      alarmDescription: texts.ofObjective(alarm, watched),
      comparisonOperator: "GreaterThanThreshold",
      threshold: alarm.thresholdPercent,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: actions,
      okActions: actions,
      ...buildMeasured(alarm.watched, alarm.periodSeconds),
    });
  }

  /** Rings for the consequences, but only while none of their causes rings. */
  private addComposite(): void {
    const { environment, watched, texts, topics } = this.props;
    const ringing = (keys: readonly AlarmKey[]) =>
      keys.flatMap((key) => {
        const alarm = this.alarms.get(key);
        return alarm ? [`ALARM("${alarm.alarmName}")`] : [];
      });
    const routed = ALARM_KEYS.filter((key) => ALARMS[key].route === "composite" && this.alarms.has(key));
    if (routed.length === 0) return;
    const causes = ringing(CAUSES);
    const consequences = `(${ringing(routed).join(" OR ")})`;
    new CloudwatchCompositeAlarm(this, "degraded", {
      alarmName: nameAlarm(environment, watched, "degraded"),
      alarmDescription: texts.ofSeveral(routed, watched),
      alarmRule: causes.length > 0 ? `${consequences} AND NOT (${causes.join(" OR ")})` : consequences,
      alarmActions: [topics.notice],
      okActions: [topics.notice],
    });
  }
}

function buildMeasured(
  { statistic, metrics, expression }: Measure,
  period: number,
): Partial<CloudwatchMetricAlarmConfig> {
  if (expression === undefined) {
    const [metric] = Object.values(metrics);
    return { ...metric, period, ...(statistic.startsWith("p") ? { extendedStatistic: statistic } : { statistic }) };
  }
  const queries: CloudwatchMetricAlarmMetricQuery[] = Object.entries(metrics).map(
    ([id, { statistic: stat = statistic, ...metric }]) => ({ id, metric: { ...metric, period, stat } }),
  );
  return { metricQuery: [{ id: "result", expression, label: "result", returnData: true }, ...queries] };
}
