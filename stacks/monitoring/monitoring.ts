import { Construct } from "constructs";
import { NOTIFIER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { type Bundle } from "../bundle";
import { type SensitiveVariables } from "../sensitive-variables";
import { type Warming } from "../warming/warming";
import { AlarmTexts } from "./alarm-texts";
import { addDashboard } from "./dashboard";
import { FunctionAlarms } from "./function-alarms";
import { Notifications } from "./notifications";
import { addPlatformMetrics } from "./platform-metrics";
import { SavedQueries } from "./saved-queries";
import { Notifier } from "./notifier";
import { addOwnAlarms } from "./own-alarms";
import { listDashboards } from "../../model/dashboards";
import { listRolloutAlarms } from "../../model/rollout-alarms";
import { type RolloutController } from "../rollouts/rollout-controller";
import { listNotifierAlarms } from "../../model/notifier-alarms";
import { listWarmerAlarms } from "../../model/warmer-alarms";
import { listWatchedFunctions } from "../../model/watched-function";

/** What monitoring needs from the rest of a stack. */
export interface WatchedStackProps {
  readonly environment: Environment;
  readonly sensitiveVariables: SensitiveVariables;
  /** The log groups that the stack makes, by function. */
  readonly logGroups: ReadonlyMap<string, string>;
  /** Undefined if nothing is kept warm. */
  readonly warming: Warming | undefined;
  /** Undefined if all functions get new versions at once. */
  readonly rolloutController: RolloutController | undefined;
  /** The code of the function that sends cards about alarms; undefined without one. */
  readonly notifierBundle: Bundle | undefined;
}

/**
 * Monitors an environment's functions: metrics from their logs, alarms and their recipients, saved queries, dashboards.
 */
export function addMonitoring(
  stack: Construct,
  { environment, sensitiveVariables, logGroups, warming, rolloutController, notifierBundle }: WatchedStackProps,
): void {
  const functions = listWatchedFunctions(environment);
  const notifications = new Notifications(stack, "notifications", environment, sensitiveVariables);
  const { urgent, notice, account, partition } = notifications;
  const queries = new SavedQueries(stack, "queries", environment.name, functions, {
    "warming-runs": warming?.logGroup,
    rollouts: rolloutController?.logGroup,
  });
  const texts = new AlarmTexts(environment, queries);

  const platformMetrics = new Construct(stack, "platform-metrics");
  const alarms = new Construct(stack, "alarms");
  for (const watched of functions) {
    const { id, logGroup } = watched;
    addPlatformMetrics(new Construct(platformMetrics, id), watched, logGroups.get(id) ?? logGroup);
    new FunctionAlarms(alarms, id, {
      environment: environment.name,
      watched,
      texts,
      topics: { urgent: urgent.arn, notice: notice.arn },
    });
  }

  if (warming) addOwnAlarms(alarms, listWarmerAlarms(environment, warming.missed?.name), texts, notice.arn);
  if (rolloutController) {
    addOwnAlarms(alarms, listRolloutAlarms(environment, rolloutController.missed.name), texts, notice.arn);
  }
  if (notifierBundle) {
    const group = new Construct(stack, "notifying");
    const notifier = new Notifier(group, NOTIFIER, environment, notifierBundle, notifications, sensitiveVariables);
    addOwnAlarms(alarms, listNotifierAlarms(environment, notifier.undelivered.name), texts, notice.arn);
  }

  const { region } = environment;
  const alarmArnPrefix = `arn:${partition}:cloudwatch:${region}:${account}:alarm:`;
  for (const { name, suffix, functions: shown } of listDashboards(environment)) {
    addDashboard(stack, `dashboard${suffix}`, {
      name,
      environment: environment.name,
      region,
      functions: shown,
      alarmArnPrefix,
      links: (functionName) => texts.dashboardLinks(shown[0], functionName),
    });
  }
}
