import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Reads the list of environments, each with its process group and its log stream. When its input ends, kills the
 * remaining ones, and processes that have left their groups.
 */
const SCRIPT = `
left=" "
while read -r change group stream; do
  case $change in
    add) left="$left$group/$stream " ;;
    drop) left="\${left%%" $group/$stream "*} \${left#*" $group/$stream "}" ;;
  esac
done
for each in $left; do
  kill -s KILL -- "-\${each%%/*}" 2>/dev/null
  for file in $(grep -lF "\${each#*/}" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}" 2>/dev/null
  done
done
`;

/**
 * Makes sure that no environment outlives this process, however it ends: a frozen one would stay forever. It is a shell
 * in its own session, so that Ctrl-C does not reach it.
 */
export class ProcessGuard {
  private readonly shell: ChildProcess = spawn("/bin/sh", ["-c", SCRIPT], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
  });
  private readonly exit = once(this.shell, "exit");

  constructor() {
    this.shell.unref();
    // Everything works without the guard, but nothing cleans up after a kill -9.
    this.shell.stdin?.on("error", () => undefined);
  }

  /** Watches the group that this process leads, and processes that have the log stream in their variables. */
  add(pid: number, logStreamName: string): void {
    this.shell.stdin?.write(`add ${pid} ${logStreamName}\n`);
  }

  /** They have ended. */
  drop(pid: number, logStreamName: string): void {
    this.shell.stdin?.write(`drop ${pid} ${logStreamName}\n`);
  }

  /** Ends the guard, and everything that it still watches. */
  async close(): Promise<void> {
    this.shell.ref();
    this.shell.stdin?.end();
    await this.exit;
  }
}
