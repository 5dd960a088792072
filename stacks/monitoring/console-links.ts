/**
 * Addresses of pages in the CloudWatch console. AWS documents none of them; they are as the console itself writes them.
 */

/** How far back the linked pages look: long enough to see what was normal before an alarm. */
const TIME_RANGE = "PT3H";

/** A dashboard, at the time that matters for an alarm. */
export function dashboardLink(region: string, name: string): string {
  return `${cloudWatch(region)}dashboards/dashboard/${name}?start=${TIME_RANGE}`;
}

/** A saved query, with its own log groups. */
export function queryLink(region: string, queryId: string): string {
  return `${cloudWatch(region)}logsV2:logs-insights$3FqueryDetail$3D~(queryId~'${queryId})`;
}

/** A log group. */
export function logGroupLink(region: string, name: string): string {
  return `${cloudWatch(region)}logsV2:log-groups/log-group/${encodeURIComponent(encodeURIComponent(name)).replaceAll("%", "$")}`;
}

function cloudWatch(region: string): string {
  return `https://${consoleHost(region)}/cloudwatch/home?region=${region}#`;
}

/** https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html tells the partitions. */
function consoleHost(region: string): string {
  if (region.startsWith("us-gov-")) return "console.amazonaws-us-gov.com";
  return region.startsWith("cn-") ? "console.amazonaws.cn" : "console.aws.amazon.com";
}
