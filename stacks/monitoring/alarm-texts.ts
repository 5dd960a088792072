import { ALARM_KEYS, type AlarmKey } from "../../environments/alarms";
import { formatDefaultLogGroup, formatDeployedName } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { ALARMS, hyphenate } from "../../model/alarms";
import { type ObjectiveAlarm, OBJECTIVES } from "../../model/objectives";
import {
  formatDashboardLink,
  formatFunctionLink,
  formatLogGroupLink,
  formatQueryLink,
  formatTracesLink,
} from "../../model/console-links";
import { nameDashboard } from "../../model/dashboards";
import { type OwnAlarm } from "../../model/own-alarms";
import { type QueryKey } from "../../model/queries";
import { type SavedQueries } from "./saved-queries";
import { type WatchedFunction } from "../../model/watched-function";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const LONGEST_TEXT = 1024;

/** The id of a saved query, which is known only when it is there. */
const QUERY_ID_LENGTH = 36;

const LOGS = "Logs: ";

const RUNBOOKS = "docs/runbooks";

const OWN_FUNCTIONS: Readonly<Record<OwnAlarm["of"], { readonly causes: string; readonly runbook: string }>> = {
  warmer: {
    causes: "a change to its permissions or its code; the account's concurrency is used up",
    runbook: "warming",
  },
  "alarm-notifier": {
    causes: "a webhook or a key that was deleted or replaced; a service that is down",
    runbook: "notifications",
  },
  "rollout-controller": {
    causes: "the new version itself; a change to the controller's permissions; the account's concurrency is used up",
    runbook: "rollouts",
  },
};

/** An alarm's text: what happened, likely causes, what to do first, and where to look. */
export class AlarmTexts {
  constructor(
    private readonly environment: Pick<Environment, "name" | "region" | "runbooksUrl">,
    private readonly queries: SavedQueries,
  ) {}

  /** The text of one alarm. */
  of(key: AlarmKey, watched: WatchedFunction): string {
    const { happened, causes, firstStep } = ALARMS[key];
    return joinLines([
      `${watched.id} (${this.environment.name}): ${happened(watched.alarm(key))}.`,
      `Likely: ${causes}.`,
      `First: ${firstStep}.`,
      ...this.links(ALARMS[key].query, watched, key),
    ]);
  }

  /** The text of an alarm on an error budget. */
  ofObjective({ objective, happened }: ObjectiveAlarm, watched: WatchedFunction): string {
    const { causes, firstStep, query } = OBJECTIVES[objective];
    return joinLines([
      `${watched.id} (${this.environment.name}): ${happened}.`,
      `Likely: ${causes}.`,
      `First: ${firstStep}.`,
      ...this.links(query, watched, "error-budget"),
    ]);
  }

  /**
   * The text of the alarm that rings for several others: what each of them watches, and the first step of the first
   * one.
   */
  ofSeveral(keys: readonly AlarmKey[], watched: WatchedFunction): string {
    const [first] = keys;
    if (first === undefined) throw new Error("expected at least one alarm");
    return joinLines([
      `${watched.id} (${this.environment.name}), although nothing fails: ${keys.map((key) => ALARMS[key].happened(watched.alarm(key))).join("; or ")}.`,
      `First: check which of them rings, then ${ALARMS[first].firstStep}.`,
      ...this.links(ALARMS[first].query, watched, "degraded"),
    ]);
  }

  /** The text of an alarm on one of the project's own functions. */
  ofOwn({ of, happened }: OwnAlarm): string {
    const { name, region } = this.environment;
    const { causes, runbook } = OWN_FUNCTIONS[of];
    return [
      `${name}: ${happened}.`,
      `Likely: ${causes}.`,
      `First: read the ${of}'s log.`,
      `Logs: ${formatLogGroupLink(region, formatDefaultLogGroup(formatDeployedName(name, of)))}`,
      `Runbook: ${this.runbook(runbook)}`,
    ].join("\n");
  }

  /**
   * Links from a dashboard, in Markdown.
   *
   * @param first the first of the dashboard's functions: the saved queries are those that read its log
   * @param functionName the name of the selected function
   */
  dashboardLinks(first: WatchedFunction, functionName: string): string {
    const { name, region } = this.environment;
    const keys = [...new Set(ALARM_KEYS.map((key) => ALARMS[key].query))];
    const queries = keys.flatMap((key) => {
      const id = this.queries.findQueryId(key, first);
      return id === undefined ? [] : [`[${name}/${key}](${formatQueryLink(region, id)})`];
    });
    const runbooks = ["error-budget", ...ALARM_KEYS.map(hyphenate)].map((name) => `[${name}](${this.runbook(name)})`);
    return [
      `**${functionName}**: [logs](${formatLogGroupLink(region, formatDefaultLogGroup(functionName))}) · [traces](${formatTracesLink(region, functionName)}) · [function, versions](${formatFunctionLink(region, functionName)})`,
      `**Queries**: ${queries.join(" · ")}`,
      this.environment.runbooksUrl === undefined
        ? `**Runbooks**: ${RUNBOOKS} in the repository (links: \`runbooks_url\`)`
        : `**Runbooks**: ${runbooks.join(" · ")}`,
      `**Why**: \`npm run ops -- investigate ${name} <function>\``,
    ].join("\n\n");
  }

  private runbook(name: string): string {
    const { runbooksUrl = RUNBOOKS } = this.environment;
    return `${runbooksUrl.replace(/\/$/, "")}/${name}.md`;
  }

  private links(query: QueryKey, watched: WatchedFunction, runbook: string): string[] {
    const { name, region } = this.environment;
    const queryId = this.queries.findQueryId(query, watched);
    return [
      `Dashboard: ${formatDashboardLink(region, nameDashboard(name, watched))}`,
      ...(queryId === undefined ? [] : [`Query ${name}/${query}: ${formatQueryLink(region, queryId)}`]),
      `${LOGS}${formatLogGroupLink(region, watched.logGroup)}`,
      `Runbook: ${this.runbook(hyphenate(runbook))}`,
    ];
  }
}

/** Without the link to the log if the text would be too long: the query leads to the log, too. */
function joinLines(lines: readonly string[]): string {
  const text = lines.join("\n");
  const isShort = text.length + QUERY_ID_LENGTH <= LONGEST_TEXT;
  return isShort ? text : lines.filter((line) => !line.startsWith(LOGS)).join("\n");
}
