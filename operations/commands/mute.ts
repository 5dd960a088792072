import { InvalidArgumentError } from "@commander-js/extra-typings";
import { makeInvalidInput, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { readCurrentMutes } from "../alarms/current-mutes";
import { checkSendingAlarm, listSendingAlarms } from "../alarms/environment-alarms";
import { LONGEST_MUTE_DAYS, PLANNED_AHEAD_DAYS } from "../alarms/mutes";
import { AwsAccess } from "../aws/access";
import { defineCommand } from "../cli/define-command";
import { EXIT, reportUnread } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, makeDurationParser, parseSentence, parseZonedTime, readEnvironment } from "../cli/input";
import { endMutes, muteAlarms } from "../mute/mute-alarms";
import { describeCurrent, describeEnded, describeMade } from "../mute/text";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** So that the beginning is not past when AWS gets it. */
const LEAD = 5000;

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("[alarm...]", "names in CloudWatch; every alarm of the environment by default")
      .option(
        "--for <time>",
        `how long to mute, 1m to ${LONGEST_MUTE_DAYS}d`,
        makeDurationParser("1m", `${LONGEST_MUTE_DAYS}d`),
      )
      .option("--why <text>", "the reason, which the report shows")
      .option("--function <name>", "only the alarms of this function of the environment's file")
      .option(
        "--at <time>",
        `when to begin, at most ${PLANNED_AHEAD_DAYS} days from now; at once by default`,
        parseTime,
      )
      .option("--end [mute]", "end what is muted now; or a mute by its name, also a planned one")
      .option("--json", "write one line of JSON"),

  help: `
Alarms that are muted send no messages, neither when they ring nor when they are OK again. They still ring: dashboards, doctor and
investigate show it, and the report lists the mute with its reason and does not count their messages. CloudWatch ends a mute by
itself, also if this computer is off; an alarm that rings then sends its message at that moment. Terraform does not know of it, so
a deployment changes nothing about it. A mute begins with the next full minute. Without --for and --end, shows what is muted.

Exit codes:
  0    done
  1    the alarms are not in AWS, AWS refused (then nothing is muted), or the report will not know of the mute
  2    wrong input: nothing was done
  130  Ctrl-C: nothing is muted

Examples:
  $ npm run ops -- mute prod --for 1h --why "rollout of 42"
  $ npm run ops -- mute prod --function api --for 2h --why "new database" --at 2026-12-01T22:00Z
  $ npm run ops -- mute prod prod-api-errors --for 30m --why "load test"
  $ npm run ops -- mute prod         what is muted now or later
  $ npm run ops -- mute prod --end   end what is muted now`,

  run: async (context, name, named, options) => {
    const { root, print, printAside, now, signal } = context;
    const { for: duration, why, function: functionId, at, end, json = false } = options;
    const environment = await readEnvironment(root, name);
    const say = (value: object, lines: readonly string[]) => {
      (json ? [formatJson(value)] : lines).forEach(print);
    };
    const choosesAlarms = named.length > 0 || functionId !== undefined;
    if (duration === undefined || end !== undefined) {
      if (choosesAlarms || why !== undefined || at !== undefined || duration !== undefined) {
        throw makeInvalidInput("mute", end === undefined ? "say how long, with --for" : "--end ends a mute as a whole");
      }
    }
    if (end !== undefined) {
      const ended = await endMutes(environment, typeof end === "string" ? end : undefined, now(), signal);
      say(ended, describeEnded(ended, name));
      return reportUnread(context, ended.unread);
    }
    if (duration === undefined) {
      const current = await readCurrentMutes(new AwsAccess(environment.region, signal), environment);
      say(current, describeCurrent(current, name));
      return EXIT.done;
    }
    const text = parseSentence("mute", why ?? "", "say why, with --why");
    const from = at === undefined ? Math.ceil((now() + LEAD) / MINUTE) * MINUTE : checkTime(at, now());
    const alarms = chooseAlarms(environment, named, functionId);
    const made = await muteAlarms(environment, { alarms, from, to: from + duration, why: text }, now(), signal);
    say(made.record, describeMade(made, name));
    if (made.missing.length > 0) printAside(`Not in AWS, so not muted: ${made.missing.join(", ")}`);
    for (const { what, why: reason } of made.unread) printAside(`Muted without ${what}: ${reason}`);
    return made.isKept ? EXIT.done : EXIT.failed;
  },
});

/** Times in UTC. */
function formatJson(value: object): string {
  return JSON.stringify(value, (key, one: unknown) =>
    (key === "from" || key === "to") && typeof one === "number" ? new Date(one).toISOString() : one,
  );
}

/** Milliseconds since 1970. */
function parseTime(text: string): number {
  const at = parseZonedTime(text);
  if (at !== undefined) return at;
  throw new InvalidArgumentError("It is not a time such as 2026-12-01T22:00Z or 2026-12-01T23:00+01:00.");
}

function checkTime(at: number, now: number): number {
  if (at > now && at <= now + PLANNED_AHEAD_DAYS * DAY) return at;
  const text = new Date(at).toISOString();
  throw makeInvalidInput("--at", `expected a time within ${PLANNED_AHEAD_DAYS} days from now, got ${text}`);
}

function chooseAlarms(environment: Environment, named: readonly string[], functionId: string | undefined): string[] {
  for (const alarm of named) checkSendingAlarm(environment, alarm, "mute");
  const all = listSendingAlarms(environment);
  const ofFunction = all.filter(({ watches }) => watches?.subject.watched.id === functionId);
  if (functionId !== undefined && ofFunction.length === 0) {
    const ids = [...new Set(all.flatMap(({ watches }) => watches?.subject.watched.id ?? []))];
    throw makeInvalidInput(
      "mute",
      `${environment.name} has no function ${show(functionId)} with alarms; those with alarms are: ${ids.join(", ")}`,
    );
  }
  if (named.length === 0 && functionId === undefined) return all.map(({ name }) => name);
  return [...new Set([...named, ...(functionId === undefined ? [] : ofFunction.map(({ name }) => name))])];
}
