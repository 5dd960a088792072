import { toOneLine } from "../../performance/foreign-text";

/** A change of one alarm, as CloudWatch reports it to a topic. */
export interface AlarmChange {
  readonly name: string;
  readonly isRinging: boolean;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** Whether it came through the topic of urgent alarms. */
  readonly isUrgent: boolean;
  /** The first line of its text: what happened. */
  readonly happened: string;
  /** The other lines of its text, except for links. */
  readonly advice: readonly string[];
  readonly links: readonly Link[];
  /** As in `arn:aws:cloudwatch:eu-west-1:123456789012`: tells accounts and regions apart. */
  readonly place: string;
}

/** A named address. */
export interface Link {
  readonly text: string;
  readonly url: string;
}

/** One message of a topic: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export interface TopicMessage {
  readonly TopicArn: string;
  readonly Message: string;
}

/** CloudWatch's limit for an alarm's text; nothing that is longer comes from CloudWatch. */
const LONGEST_TEXT = 1024;
const LONGEST_LINE = 600;
const LONGEST_NAME = 255;

/**
 * Reads what CloudWatch sends when an alarm on a metric or a composite alarm changes:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 *
 * @returns undefined for a message that is not about an alarm
 */
export function parseAlarmChange({ TopicArn, Message }: TopicMessage): AlarmChange | undefined {
  const fields = parseFields(Message);
  const read = (key: string) => (typeof fields[key] === "string" ? fields[key] : "");
  const name = toOneLine(read("AlarmName"), LONGEST_NAME);
  const state = read("NewStateValue");
  // JavaScript's own format has a colon in the time zone.
  const at = Date.parse(read("StateChangeTime").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  if (name === "" || state === "" || Number.isNaN(at)) return undefined;
  const lines = read("AlarmDescription")
    .slice(0, LONGEST_TEXT)
    .split("\n")
    .map((line) => line.trim());
  const [happened = name, ...advice] = lines
    .filter((line) => parseLink(line) === undefined)
    .map((line) => toOneLine(line, LONGEST_LINE))
    .filter((line) => line !== "");
  return {
    name,
    isRinging: state === "ALARM",
    at,
    isUrgent: TopicArn.endsWith("-urgent"),
    happened: happened.replace(/(?<=.)\.$/, ""),
    advice,
    links: lines.flatMap((line) => parseLink(line) ?? []),
    place: toOneLine(read("AlarmArn").split(":").slice(0, 5).join(":"), LONGEST_NAME),
  };
}

function parseFields(message: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(message)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/** As in `Dashboard: https://…`. */
function parseLink(line: string): Link | undefined {
  const [, text = "", url = ""] = /^([^:]{1,100}): (https:\/\/[!-~]+)$/.exec(line) ?? [];
  return text !== "" && URL.canParse(url) ? { text: toOneLine(text), url } : undefined;
}
