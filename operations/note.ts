import { type Command } from "commander";
import { loadEnvironments } from "../environments/load";
import { show, wrongInput } from "../environments/mistakes";
import { type Environment } from "../environments/schema";
import { environmentCalled } from "./environment-choice";
import { EXIT, type ExitCode } from "./exit-codes";
import { untilCtrlC } from "./interruption";
import { oneLine } from "./one-line";
import { OperationFailure } from "./operation-failure";
import { utc } from "./time-text";
import { type Surroundings } from "./surroundings";

/** CloudWatch's history of an alarm goes back as far, or less. */
const DAYS = 30;
const DAY = 24 * 3_600_000;
const MAX_LENGTH = 1000;

const HELP = `
Keeps what was changed because an alarm rang, for the last time that it did. The report counts from it which alarms are
worth their messages: one without a note was followed by no change. Notes are kept in the log group
/warmwatch/<environment>/notes, because CloudWatch's own history of an alarm takes none. Nobody is notified.

Exit codes:
  0    the note is kept
  1    the alarm has not rung, or AWS refused
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
export function addNote(program: Command, surroundings: Surroundings, exit: (code: ExitCode) => void): void {
  program
    .command("note")
    .description("Notes what was changed because an alarm rang.")
    .argument("<environment>", "a file in environments/, without .tfvars")
    .argument("<alarm>", "its name in CloudWatch")
    .argument("<text>", "what was changed")
    .option("--json", "write the note as one line of JSON")
    .addHelpText("after", HELP)
    .action(async (name: string, alarm: string, text: string, { json = false }: { readonly json?: boolean }) => {
      const environment = environmentCalled(name, await loadEnvironments(surroundings.root));
      const note = { alarm, text: textOf(text) };
      await checkAlarm(environment, alarm);
      const rangAt = await untilCtrlC((signal) => keep(environment, note, surroundings.now(), signal));
      if (rangAt === undefined) {
        exit(EXIT.interrupted);
        return;
      }
      const kept = { ...note, rangAt: new Date(rangAt).toISOString() };
      surroundings.print(json ? JSON.stringify(kept) : `Noted: ${alarm} rang at ${utc(rangAt)} UTC: ${note.text}`);
      exit(EXIT.done);
    });
}

async function keep(
  environment: Environment,
  { alarm, text }: { readonly alarm: string; readonly text: string },
  now: number,
  signal: AbortSignal,
): Promise<number> {
  const { region } = environment;
  const [{ CloudWatchClient }, { CloudWatchLogsClient }, { MAX_ATTEMPTS }, { readStateChanges }, { writeNote }] =
    await Promise.all([
      import("@aws-sdk/client-cloudwatch"),
      import("@aws-sdk/client-cloudwatch-logs"),
      import("./aws/failure"),
      import("./alarms/history"),
      import("./report/notes"),
    ]);
  const client = new CloudWatchClient({ region, maxAttempts: MAX_ATTEMPTS });
  const changes = await readStateChanges({ client, region, signal }, { from: now - DAYS * DAY, to: now }, alarm);
  const last = changes.findLast(({ toAlarm, fromAlarm }) => toAlarm && !fromAlarm);
  if (!last) {
    throw new OperationFailure(
      `${alarm} has not rung in the last ${DAYS} days, as far as CloudWatch remembers: there is nothing to note`,
    );
  }
  signal.throwIfAborted();
  const logs = new CloudWatchLogsClient({ region, maxAttempts: MAX_ATTEMPTS });
  await writeNote(logs, environment, { alarm, rangAt: new Date(last.at).toISOString(), text }, now);
  return last.at;
}

/** Only an alarm that sends messages: of the others, the one that rings for them is worth a note. */
async function checkAlarm(environment: Environment, alarm: string): Promise<void> {
  const [{ alarmsOf }, { subjectsOf }] = await Promise.all([
    import("./alarms/environment-alarms"),
    import("./subject"),
  ]);
  const all = alarmsOf(environment, subjectsOf(environment));
  const found = all.find(({ name }) => name === alarm);
  if (!found) {
    const names = all.filter(({ notifies }) => notifies).map(({ name }) => name);
    throw wrongInput(
      "note",
      `${environment.name} has no alarm ${show(alarm)}; those that send messages are: ${names.join(", ")}`,
    );
  }
  if (!found.notifies) {
    const instead = all.find(
      ({ watches }) => watches?.subject === found.watches?.subject && watches?.key === "degraded",
    );
    throw wrongInput(
      "note",
      `${alarm} sends no messages itself: note ${instead?.name ?? "another"}, which rings for it`,
    );
  }
}

function textOf(text: string): string {
  const line = oneLine(text, Infinity);
  if (line === "") throw wrongInput("note", "say what was changed");
  if (line.length > MAX_LENGTH)
    throw wrongInput("note", `expected at most ${MAX_LENGTH} characters, got ${line.length}`);
  return line;
}
