import { formatUtc } from "../document/formats";
import { type Command } from "commander";
import { loadEnvironments } from "../../environments/load";
import { show, makeInvalidInput } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { type Reader, type Unread } from "../aws/part-reader";
import { findEnvironment } from "../cli/input";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { toOneLine } from "../one-line";
import { OperationFailure } from "../cli/operation-failure";
import { type AlarmNote } from "../alarms/notes";
import { type CommandContext } from "../cli/command-context";

/** CloudWatch's history of an alarm goes back as far, or less. */
const DAYS = 30;
const DAY = 24 * 3_600_000;
const MAX_LENGTH = 1000;

const HELP = `
Keeps what was changed because an alarm rang, for the last time that it did. The report counts from it which alarms are
worth their messages: one without a note was followed by no change. Notes are kept in the log group
/warmwatch/<environment>/notes, because CloudWatch's own history of an alarm takes none. Nobody is notified.
Where AWS does not tell when the alarm rang, that is named, and the note counts for the last time before it.

Exit codes:
  0    the note is kept
  1    the alarm has not rung, or AWS did not take the note
  2    wrong input: nothing was kept
  130  Ctrl-C

Examples:
  $ npm run ops -- note prod prod-api-errors "rolled back to version 41, retry mended in #123"
  $ npm run ops -- note prod prod-api-memory "memory_mb = 1024"`;

/**
 * Adds the command `note`: what was changed because an alarm rang.
 *
 * @param exit takes the exit code
 */
export function addNote(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("note")
    .description("Notes what was changed because an alarm rang.")
    .argument("<environment>", "a file in environments/, without .tfvars")
    .argument("<alarm>", "its name in CloudWatch")
    .argument("<text>", "what was changed")
    .option("--json", "write the note as one line of JSON")
    .addHelpText("after", HELP)
    .action(async (name: string, alarm: string, text: string, { json = false }: { readonly json?: boolean }) => {
      const environment = findEnvironment(name, await loadEnvironments(surroundings.root));
      const note = { alarm, text: parseText(text) };
      await checkAlarm(environment, alarm);
      const done = await runUntilInterrupted((signal) => keep(environment, note, surroundings.now(), signal));
      if (done === undefined) {
        exit(EXIT.interrupted);
        return;
      }
      const { kept, unread } = done;
      for (const { what, why } of unread) surroundings.printAside(`Kept without ${what}: ${why}`);
      surroundings.print(json ? JSON.stringify(kept) : describeKept(kept));
      exit(EXIT.done);
    });
}

function describeKept({ alarm, rangAt, text }: AlarmNote): string {
  const when =
    rangAt === undefined ? "the last time that it rang before now" : `rang at ${formatUtc(Date.parse(rangAt))} UTC`;
  return `Noted: ${alarm}${rangAt === undefined ? "," : ""} ${when}: ${text}`;
}

async function keep(
  environment: Environment,
  { alarm, text }: { readonly alarm: string; readonly text: string },
  now: number,
  signal: AbortSignal,
): Promise<{ readonly kept: AlarmNote; readonly unread: readonly Unread[] }> {
  const { region } = environment;
  const [{ CloudWatchLogsClient }, { MAX_ATTEMPTS }, { Reader }, { writeNote }] = await Promise.all([
    import("@aws-sdk/client-cloudwatch-logs"),
    import("../aws/failure"),
    import("../aws/part-reader"),
    import("../alarms/notes"),
  ]);
  const reader = new Reader(signal);
  const at = await findLastRing(environment, alarm, now, signal, reader);
  signal.throwIfAborted();
  const logs = new CloudWatchLogsClient({ region, maxAttempts: MAX_ATTEMPTS });
  const kept: AlarmNote = {
    alarm,
    text,
    ...(at === undefined ? { notedAt: new Date(now).toISOString() } : { rangAt: new Date(at).toISOString() }),
  };
  await writeNote(logs, environment, kept, now, reader);
  return { kept, unread: reader.unread };
}

/**
 * When an alarm began to ring last; undefined where CloudWatch does not tell.
 *
 * @throws OperationFailure if it has not rung
 */
async function findLastRing(
  { region }: Environment,
  alarm: string,
  now: number,
  signal: AbortSignal,
  reader: Reader,
): Promise<number | undefined> {
  const [{ CloudWatchClient }, { MAX_ATTEMPTS }, { readAlarmStates, readStateChanges }] = await Promise.all([
    import("@aws-sdk/client-cloudwatch"),
    import("../aws/failure"),
    import("../alarms/history"),
  ]);
  const source = { client: new CloudWatchClient({ region, maxAttempts: MAX_ATTEMPTS }), region, signal };
  const changes = await reader.read("the alarm's history", () =>
    readStateChanges(source, { from: now - DAYS * DAY, to: now }, alarm),
  );
  if (!changes) {
    const states = await reader.read("the alarm's state", () => readAlarmStates(source, alarm));
    const state = states?.get(alarm);
    return state?.isRinging === true ? state.since : undefined;
  }
  const last = changes.findLast(({ toAlarm, fromAlarm }) => toAlarm && !fromAlarm);
  if (!last) {
    throw new OperationFailure(
      `${alarm} has not rung in the last ${DAYS} days, as far as CloudWatch remembers: there is nothing to note`,
    );
  }
  return last.at;
}

/** Only an alarm that sends messages: of the others, the one that rings for them is worth a note. */
async function checkAlarm(environment: Environment, alarm: string): Promise<void> {
  const [{ listEnvironmentAlarms }, { listMeasuredFunctions }] = await Promise.all([
    import("../alarms/environment-alarms"),
    import("../../model/measured-function"),
  ]);
  const all = listEnvironmentAlarms(environment, listMeasuredFunctions(environment));
  const found = all.find(({ name }) => name === alarm);
  if (!found) {
    const names = all.filter(({ notifies }) => notifies).map(({ name }) => name);
    throw makeInvalidInput(
      "note",
      `${environment.name} has no alarm ${show(alarm)}; those that send messages are: ${names.join(", ")}`,
    );
  }
  if (!found.notifies) {
    const instead = all.find(
      ({ watches }) => watches?.subject === found.watches?.subject && watches?.key === "degraded",
    );
    throw makeInvalidInput(
      "note",
      `${alarm} sends no messages itself: note ${instead?.name ?? "another"}, which rings for it`,
    );
  }
}

function parseText(text: string): string {
  const line = toOneLine(text, Infinity);
  if (line === "") throw makeInvalidInput("note", "say what was changed");
  if (line.length > MAX_LENGTH)
    throw makeInvalidInput("note", `expected at most ${MAX_LENGTH} characters, got ${line.length}`);
  return line;
}
