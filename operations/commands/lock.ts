import { loadEnvironments } from "../../environments/load";
import { formatLockFile } from "../../environments/provider-lock";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { writeFiles } from "../cli/files";
import { findUnlocked, lockProviders } from "../project/provider-locks";

export default defineCommand({
  parameters: (command) =>
    command.option("--check", "only report environments without a lock file; exit code 1 if there are some"),

  help: `
A lock file fixes the version of each provider, for everybody and for the workflows. An environment without one gets
the same as the others have. If there is none yet, Terraform chooses the newest version.

Exit codes: 0 every environment has one; 1 one is missing, or Terraform failed; 2 a file in environments/ is wrong

Examples:
  $ npm run ops -- lock`,

  run: async ({ root, print, printAside }, { check = false }) => {
    const names = (await loadEnvironments(root)).map(({ name }) => name);
    const unlocked = findUnlocked(root, names);
    if (check) {
      unlocked.forEach((name) => {
        printAside(`${formatLockFile(name)}: expected a file, found none: npm run ops -- lock`);
      });
      return unlocked.length === 0 ? EXIT.done : EXIT.failed;
    }
    const files = await lockProviders(root, names, unlocked);
    await writeFiles(root, files);
    Object.keys(files).forEach(print);
    return EXIT.done;
  },
});
