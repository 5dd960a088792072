import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { checkSendingAlarm } from "../alarms/environment-alarms";
import { ENVIRONMENT_HELP, parseSentence, readEnvironment } from "../cli/input";
import { keepNote } from "../note/keep-note";
import { describeNote } from "../note/text";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("<alarm>", "its name in CloudWatch")
      .argument("<text>", "what was changed")
      .option("--json", "write the note as one line of JSON"),

  help: `
Stores what you changed because an alarm rang, for the last time that it rang. The report uses notes to show which alarms are
useful: an alarm without a note counts as one that led to no change. Notes are kept in the log group
/warmwatch/<environment>/notes, because you cannot add them to CloudWatch's own history of an alarm. Nobody is notified.
If AWS does not provide when the alarm rang, the output says so, and the note applies to the last time before it.

Exit codes:
  0    the note is stored
  1    the alarm has not rung, or AWS did not accept the note
  2    wrong input: nothing was stored
  130  Ctrl-C

Examples:
  $ npm run ops -- note prod prod-api-errors "rolled back to version 41, retry fixed in #123"
  $ npm run ops -- note prod prod-api-memory "memory_mb = 1024"`,

  run: async ({ root, print, printAside, now, signal }, name, alarm, typed, { json = false }) => {
    const environment = await readEnvironment(root, name);
    const text = parseSentence("note", typed, "describe what was changed");
    checkSendingAlarm(environment, alarm, "note");
    const { note, unread } = await keepNote(environment, { alarm, text }, now(), signal);
    for (const { what, why } of unread) printAside(`Stored without ${what}: ${why}`);
    print(json ? JSON.stringify(note) : describeNote(note));
    return EXIT.done;
  },
});
