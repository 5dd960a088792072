import { findPartition } from "../environments/regions";

/**
 * Addresses of pages in the CloudWatch console. AWS does not document them; they have the form that the console itself
 * uses.
 */

/** How far back the linked pages look: long enough to show what was normal before an alarm. */
const TIME_RANGE = "PT3H";

const CONSOLE_HOSTS: Readonly<Record<string, string>> = {
  "aws-us-gov": "console.amazonaws-us-gov.com",
  "aws-cn": "console.amazonaws.cn",
};

/** A dashboard, with the time range that matters for an alarm. */
export function formatDashboardLink(region: string, name: string): string {
  return `${formatCloudWatchLink(region)}dashboards/dashboard/${name}?start=${TIME_RANGE}`;
}

/** A saved query, with its own log groups. */
export function formatQueryLink(region: string, queryId: string): string {
  return `${formatCloudWatchLink(region)}logsV2:logs-insights$3FqueryDetail$3D~(queryId~'${queryId})`;
}

/** A log group. */
export function formatLogGroupLink(region: string, name: string): string {
  return `${formatCloudWatchLink(region)}logsV2:log-groups/log-group/${encodeURIComponent(encodeURIComponent(name)).replaceAll("%", "$")}`;
}

/** A function. */
export function formatFunctionLink(region: string, name: string): string {
  return `https://${selectConsoleHost(region)}/lambda/home?region=${region}#/functions/${name}?tab=configure`;
}

/** Traces of a function. */
export function formatTracesLink(region: string, name: string): string {
  return `${formatCloudWatchLink(region)}xray:traces/query?~(query~(expression~'service*28*22${name}*22*29))`;
}

function formatCloudWatchLink(region: string): string {
  return `https://${selectConsoleHost(region)}/cloudwatch/home?region=${region}#`;
}

function selectConsoleHost(region: string): string {
  return CONSOLE_HOSTS[findPartition(region)] ?? "console.aws.amazon.com";
}
